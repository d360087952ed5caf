import type { ProjectScope } from '#server/kernel/scope.ts'
import { appendPoints, type MetricPoint } from '#server/training/service.ts'
import type { JobContext } from '../handler.ts'

const INTERVAL_MS = 500

/** Writes metric points twice a second, fenced: a write that is refused rejects `failed`, after which the training must stop. */
export function createPointWriter(context: Pick<JobContext<never>, 'write'>, scope: ProjectScope, runId: string) {
  let pending: MetricPoint[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let fail: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => undefined)

  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const points = pending
    pending = []
    if (points.length > 0)
      writing = writing.then(() =>
        context.write(async c => {
          await appendPoints(c.tx, scope, runId, points)
          c.wakeAfter({ topic: 'run', projectId: scope.projectId, id: runId })
        }),
      )
    writing.catch(fail)
    return writing
  }
  return {
    failed,
    add(points: MetricPoint[]) {
      pending.push(...points)
      timer ??= setTimeout(() => void flush(), INTERVAL_MS)
    },
    flush,
    stop: () => clearTimeout(timer),
  }
}
