import '#server/platform/leave-with-parent.ts'
import { createServer } from 'node:http'
import { join } from 'node:path'
import next from 'next'
import { ensureAdmin, projectsOf } from '#server/access/index.ts'
import { createAuthOptions } from '#server/api/auth/options.ts'
import { createApiContext } from '#server/api/context.ts'
import { createLiveHub } from '#server/api/live.ts'
import { appRouter } from '#server/api/root.ts'
import { newId } from '#server/kernel/ids.ts'
import { openKernel } from '#server/platform/kernel.ts'
import { registerProcess } from '#server/platform/processes.ts'
import { createWebServer } from '#server/web/web-server.ts'

const STOP_GRACE_MS = 5000
const dev = process.env.FLEXIML_DEV === 'on'
const version = process.env.npm_package_version ?? '0.1.0'

const kernel = await openKernel('web')
await ensureAdmin(kernel)
const contextFor = (headers: Headers, method = 'GET') =>
  createApiContext(kernel, { method, headers, requestId: headers.get('x-request-id') ?? newId() })
globalThis.fleximl = { router: appRouter, contextFor, auth: createAuthOptions(kernel) }

// No usage data and no version check leave the machine.
process.env.NEXT_TELEMETRY_DISABLED = '1'
const pages = next({
  dev,
  dir: join(import.meta.dirname, '..'),
  hostname: kernel.env.HOST,
  port: kernel.env.PORT,
  // Next adds an `upgrade` listener to this server, which never answers in production. Ours has none, so `addRequestHooks` refuses upgrades.
  httpServer: createServer(),
})
const live = await createLiveHub(kernel, {
  contextFor,
  projectIdsOf: async person => new Set((await projectsOf(kernel, person)).items.map(p => p.id)),
})
const handlePage = pages.getRequestHandler()
const app = await createWebServer({ kernel, version, contextFor, pages: (req, res) => handlePage(req, res), live })
await pages.prepare()
// Hot reload in development.
if (dev) app.server.on('upgrade', pages.getUpgradeHandler())
await app.listen({ port: kernel.env.PORT, host: kernel.env.HOST })
const registration = registerProcess(kernel.db, 'web', version, kernel.log)
kernel.log.info({ url: kernel.env.FLEXIML_URL }, 'web ready')
process.send?.({ ready: true })

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, async () => {
    if (stopping) return
    stopping = true
    await live.close()
    const closed = app.close()
    // Responses in progress may end; a download of an hour must not hold the process.
    setTimeout(() => app.server.closeAllConnections(), STOP_GRACE_MS).unref()
    await closed
    await pages.close()
    await registration.stop()
    await kernel.close()
    process.exit(0)
  })
