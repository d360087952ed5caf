import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'

export const experimentLaunched = defineEvent(
  'training.experiment-launched',
  'experiment',
  z.object({
    experiment: z.string(),
    runs: z.int(),
    /** For example `bikes@2`. */
    data: z.string(),
    /** Why a version that fails its checks was used for training. */
    override: z.string().optional(),
  }),
)
export const runDone = defineEvent(
  'training.run-done',
  'run',
  z.object({ run: z.string(), experiment: z.string(), metric: z.string(), value: z.number().nullable() }),
)
const unfinished = z.object({ run: z.string(), reasonCode: z.string() })
export const runFailed = defineEvent('training.run-failed', 'run', unfinished)
export const runCancelled = defineEvent('training.run-cancelled', 'run', unfinished)
