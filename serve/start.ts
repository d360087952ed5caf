import '#server/platform/leave-with-parent.ts'
import { openDatabase } from '#db/client.ts'
import { startServe } from './start-serve.ts'

const serving = await startServe(openDatabase)
process.send?.({ ready: true })

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, async () => {
    if (stopping) return
    stopping = true
    await serving.stop()
    process.exit(0)
  })
