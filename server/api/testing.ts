import type { FastifyInstance } from 'fastify'
import type { Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { WebParts } from '#server/web/routes.ts'
import { createWebServer } from '#server/web/web-server.ts'
import { createApiContext } from './context.ts'

export interface TestWeb {
  origin: string
  app: FastifyInstance
  close(): Promise<void>
}

/** Starts the routes for programs on their own port, without pages and live stream. */
export async function testWeb(kernel: Kernel, parts: Partial<WebParts> = {}): Promise<TestWeb> {
  const unused = async (): Promise<never> => {
    throw new Error('not used in this test')
  }
  const app = await createWebServer({
    kernel,
    version: 'test',
    contextFor: (headers, method) => createApiContext(kernel, { method, headers, requestId: 'test' }),
    pages: unused,
    live: { open: 0, connect: unused, close: async () => undefined },
    restRequestsPerMinute: 1_000_000,
    checksResponses: true,
    ...parts,
  })
  return {
    origin: await app.listen({ port: 0, host: '127.0.0.1' }),
    app,
    close: async () => {
      const closed = app.close()
      app.server.closeAllConnections()
      await closed
    },
  }
}

/** Starts web so that every request has the caller that `callerOf` returns at that moment. */
export const testWebFor = (kernel: Kernel, callerOf: () => Caller): Promise<TestWeb> =>
  testWeb(kernel, {
    contextFor: async () => ({
      kernel,
      requestId: 'test',
      callerIn: async () => callerOf(),
      requireAnyone: async () => undefined,
    }),
  })
