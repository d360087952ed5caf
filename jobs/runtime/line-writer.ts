import { nowDate } from '#server/kernel/clock.ts'
import type { AttemptRef, JobRow } from '#server/platform/attempts.ts'
import { appendLines, type LogLine } from '#server/platform/job-log.ts'
import type { Kernel } from '#server/platform/kernel.ts'

const FLUSH_MS = 500
const MAX_LINE = 4_000
/** Maximum lines per half second; the newest are kept. */
const MAX_PENDING = 2_000

/** Collects the log lines of a job and writes them in chunks. */
export function createLineWriter(kernel: Kernel, job: JobRow, attempt: AttemptRef) {
  let pending: LogLine[] = []
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const lines = pending
    pending = []
    if (lines.length > 0)
      writing = writing.then(async () => {
        await appendLines(kernel.db, job, attempt, lines)
        kernel.notifier.wake({ topic: 'job-log', projectId: job.projectId, id: job.id })
      })
    return writing
  }
  return {
    write(level: 'info' | 'warn' | 'error', text: string) {
      pending.push({
        at: nowDate(kernel.clock).toISOString(),
        level,
        text: text.replaceAll('\u0000', '�').slice(0, MAX_LINE),
      })
      if (pending.length > MAX_PENDING) pending.shift()
      timer ??= setTimeout(
        () => void flush().catch(error => kernel.log.debug({ err: error }, 'log lines not written')),
        FLUSH_MS,
      )
    },
    flush,
  }
}
