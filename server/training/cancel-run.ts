import { authorize, type Caller } from '#server/access/caller.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { parseId } from '#server/kernel/ids.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { RunDetail } from './contract.ts'
import { showRun } from './read-runs.ts'
import { findRun, updateRun } from './store.ts'

/** Cancels a run: a queued one ends at once, a running one within two seconds, by its worker. A cancelled run stays unchanged. */
export async function cancelRun(kernel: Kernel, caller: Caller, ref: string): Promise<RunDetail> {
  await authorize(kernel, caller, 'training:write')
  const { scope } = caller
  const id = parseId(ref)
  await change(kernel, caller.actor, async c => {
    const found = id ? await findRun(c.tx, scope, id) : undefined
    if (!found) throw new AppError('not_found', `There is no run “${ref}” in this project.`)
    const { run } = found
    const job = run.jobId ? await c.cancelJob(scope, run.jobId) : undefined
    if (!job) {
      if (run.state === 'cancelled') return
      throw new AppError('conflict', `Run ${run.name} has already ended (${run.state}).`, {
        hint: 'There is nothing left to cancel.',
      })
    }
    // A queued run ends here: workers never claim its job again.
    if (job.state === 'queued')
      await updateRun(c.tx, scope.projectId, run.id, {
        state: 'cancelled',
        reasonCode: 'cancelled',
        reason: 'Cancelled before it started.',
        endedAt: nowDate(kernel.clock),
      })
    await c.record({
      projectId: scope.projectId,
      subject: { kind: 'run', id: run.id },
      audit: { action: 'training.cancel-run', details: { run: run.name, state: run.state } },
    })
  })
  return showRun(kernel, caller, ref)
}
