import '#server/platform/leave-with-parent.ts'
import { ensureCleaning } from '#server/data/service.ts'
import { startDispatcher } from '#server/platform/dispatch-events.ts'
import { openKernel } from '#server/platform/kernel.ts'
import { registerProcess } from '#server/platform/processes.ts'
import { consumers } from './consumers.ts'
import { handlers } from './handlers.ts'
import { startWorkerLoop } from './runtime/worker-loop.ts'

const kernel = await openKernel('worker')
const registration = registerProcess(kernel.db, 'worker', process.env.npm_package_version ?? '0.1.0', kernel.log)
const loop = await startWorkerLoop(
  kernel,
  registration.id,
  { interactive: 2, compute: kernel.env.WORKER_CONCURRENCY, maintenance: 1 },
  handlers,
)
const stopDispatcher = await startDispatcher(kernel, consumers)
/** Covers projects that were created meanwhile. */
const ensure = () => ensureCleaning(kernel).catch(error => kernel.log.warn({ err: error }, 'schedules of clean-ups'))
await ensure()
const ensuring = setInterval(ensure, 3_600_000)
kernel.log.info({ slots: kernel.env.WORKER_CONCURRENCY }, 'worker ready')
process.send?.({ ready: true })

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, async () => {
    if (stopping) return
    stopping = true
    clearInterval(ensuring)
    await stopDispatcher()
    await loop.stop()
    await registration.stop()
    await kernel.close()
    process.exit(0)
  })
