import { type AttemptRef, type JobRow, writeProgress } from '#server/platform/attempts.ts'
import type { Kernel } from '#server/platform/kernel.ts'

const INTERVAL_MS = 500

/** Writes the newest progress at most twice a second, with an estimate of the time left from the pace so far. */
export function createProgressWriter(kernel: Kernel, job: JobRow, attempt: AttemptRef) {
  const started = kernel.clock.now()
  let latest: { done: number; note?: string } | undefined
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    timer = undefined
    if (!latest) return
    const { done, note } = latest
    latest = undefined
    const elapsed = (kernel.clock.now() - started) / 1000
    const etaSeconds = done > 0.02 && done < 1 ? Math.round((elapsed / done) * (1 - done)) : undefined
    writeProgress(kernel.db, attempt, { done, note, etaSeconds })
      .then(() => kernel.notifier.wake({ topic: 'job', projectId: job.projectId, id: job.id }))
      .catch(error => kernel.log.debug({ err: error }, 'progress not written'))
  }
  return {
    write(done: number, note?: string) {
      latest = { done: Math.min(1, Math.max(0, done)), note }
      timer ??= setTimeout(flush, INTERVAL_MS)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
