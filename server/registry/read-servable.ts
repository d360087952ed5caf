import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import type { Servable, Signature } from './contract.ts'
import { openBundleTask } from './tasks.ts'

/** Far more than the largest model needs; a model that takes longer could not be served either. */
const TIME_LIMIT_MS = 120_000

/** Opens the bundle once in a child process, so that every version marked as servable has been loaded before. */
export async function readServable(
  kernel: Kernel,
  digest: string,
): Promise<{ servable: Servable; signature: Signature }> {
  const bundle = await kernel.blobs.pathOf(digest)
  try {
    const signature = await runTask(openBundleTask, { bundle }, { signal: AbortSignal.timeout(TIME_LIMIT_MS) })
    return { servable: { kind: 'native', digest }, signature }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { servable: { kind: 'none', reason: error.message }, signature: { columns: [] } }
  }
}
