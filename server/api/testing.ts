import type { AddressInfo } from 'node:net'
import type { Kernel } from '#server/platform/kernel.ts'
import { createApiContext } from './context.ts'
import { createWebServer } from './http.ts'

/** The interfaces for programs, listening on a port of its own; pages and the live stream are not there. */
export async function testWeb(kernel: Kernel): Promise<{ origin: string; close(): Promise<void> }> {
  const unused = async (): Promise<never> => {
    throw new Error('not asked here')
  }
  const { server } = createWebServer({
    kernel,
    version: 'test',
    contextFor: (headers, method) => createApiContext(kernel, { method, headers, requestId: 'test' }),
    pages: unused,
    live: { open: 0, connect: unused, close: async () => undefined },
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
