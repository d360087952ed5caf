import '#server/platform/leave-with-parent.ts'
import { join } from 'node:path'
import next from 'next'
import { ensureAdmin, projectsOf } from '#server/access/index.ts'
import { createAuthOptions } from '#server/api/auth/options.ts'
import { createApiContext } from '#server/api/context.ts'
import { createWebServer } from '#server/api/http.ts'
import { createLiveHub } from '#server/api/live.ts'
import { appRouter } from '#server/api/root.ts'
import { newId } from '#server/kernel/ids.ts'
import { openKernel } from '#server/platform/kernel.ts'
import { registerProcess } from '#server/platform/processes.ts'

const STOP_GRACE_MS = 5000
const dev = process.env.FLEXIML_DEV === 'on'
const version = process.env.npm_package_version ?? '0.1.0'

const kernel = await openKernel('web')
await ensureAdmin(kernel)
const contextFor = (headers: Headers, method = 'GET') =>
  createApiContext(kernel, { method, headers, requestId: headers.get('x-request-id') ?? newId() })
globalThis.fleximl = { router: appRouter, contextFor, auth: createAuthOptions(kernel) }

// Nothing phones home: neither counts nor whether there is a newer Next.
process.env.NEXT_TELEMETRY_DISABLED = '1'
const pages = next({ dev, dir: join(import.meta.dirname, '..'), hostname: kernel.env.HOST, port: kernel.env.PORT })
const live = await createLiveHub(kernel, {
  contextFor,
  projectIdsOf: async person => new Set((await projectsOf(kernel, person)).items.map(p => p.id)),
})
const { server } = createWebServer({ kernel, version, contextFor, pages: pages.getRequestHandler(), live })
await pages.prepare()
if (dev) server.on('upgrade', pages.getUpgradeHandler())
await new Promise<void>((resolve, reject) => {
  server.once('error', reject)
  server.listen(kernel.env.PORT, kernel.env.HOST, resolve)
})
const registration = registerProcess(kernel.db, 'web', version, kernel.log)
kernel.log.info({ url: kernel.env.FLEXIML_URL }, 'web ready')
process.send?.({ ready: true })

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, async () => {
    if (stopping) return
    stopping = true
    const closed = new Promise(resolve => server.close(resolve))
    await live.close()
    server.closeIdleConnections()
    // Answers under way may end; a download of an hour may not hold the process.
    setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS).unref()
    await closed
    await pages.close()
    await registration.stop()
    await kernel.close()
    process.exit(0)
  })
