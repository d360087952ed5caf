import { AppError, toAppError } from '#server/kernel/errors.ts'
import { withLogContext } from '#server/kernel/log.ts'
import {
  checkAttempt,
  endAttempt,
  type JobRow,
  type OpenAttempt,
  releaseAttempt,
  requireCurrent,
  retryOrFail,
  type Usage,
} from '#server/platform/attempts.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { DeliveryRef } from '#server/platform/queue.ts'
import type { JobContext } from '../handler.ts'
import { createLineWriter } from './line-writer.ts'
import { createProgressWriter } from './progress-writer.ts'
import { retryWhileAway } from './retry-while-away.ts'
import { type Handlers, settleSubject, worker } from './settle-job.ts'

/** Interval of the check for a cancel or a loss whose signal did not arrive. */
const CHECK_MS = 1_000

/** Why an attempt must stop; the reason of its abort signal. */
export class Stop extends Error {
  readonly why: 'cancelled' | 'lost' | 'shutdown'
  constructor(why: Stop['why']) {
    super(why)
    this.why = why
  }
}

const isSuperseded = (error: unknown) => error instanceof AppError && error.code === 'superseded'

/** Checks every second that the attempt may go on, and records the memory of its child process. */
function watchAttempt(kernel: Kernel, { attempt }: OpenAttempt, controller: AbortController) {
  let usage: Usage = {}
  let changed = false
  const timer = setInterval(() => {
    const seen = changed ? usage : undefined
    changed = false
    checkAttempt(kernel.db, attempt, seen).then(
      state => {
        if (state !== 'ok') controller.abort(new Stop(state === 'lost' ? 'lost' : 'cancelled'))
      },
      () => {
        // The database is away; when it returns pg-boss decides whether the heartbeat was too late.
        changed ||= seen !== undefined
      },
    )
  }, CHECK_MS)
  return {
    child(pid: number, peakMemoryBytes: number) {
      usage = { childPid: pid, peakMemoryBytes: Math.max(usage.peakMemoryBytes ?? 0, peakMemoryBytes) }
      changed = true
    },
    stop: () => clearInterval(timer),
  }
}

/**
 * Runs an attempt and ends attempt and job in each case: succeeded, cancelled, failed, to be retried, released at shutdown. Writes
 * nothing after another attempt has taken over.
 */
export async function runAttempt(
  kernel: Kernel,
  handlers: Handlers,
  opened: OpenAttempt,
  delivery: DeliveryRef,
  controller: AbortController,
): Promise<void> {
  const { job, attempt, scope } = opened
  await withLogContext({ jobId: job.id, attempt: attempt.number }, async () => {
    const lines = createLineWriter(kernel, job, attempt)
    const progress = createProgressWriter(kernel, job, attempt)
    const watch = watchAttempt(kernel, opened, controller)
    let finished = false
    const fenced = <T>(work: (c: Change) => Promise<T>): Promise<T> =>
      retryWhileAway(kernel, () =>
        change(kernel, worker, async c => {
          await requireCurrent(c.tx, attempt)
          return work(c)
        }),
      )
    const context: JobContext<Record<string, unknown>> = {
      kernel,
      job,
      payload: job.payload,
      scope,
      attempt,
      signal: controller.signal,
      log: kernel.log,
      line: lines.write,
      progress: progress.write,
      write: fenced,
      async finish(work) {
        await lines.flush()
        const result = await fenced(async c => {
          const value = await work(c)
          await endAttempt(c.tx, attempt, 'succeeded')
          c.wakeAfter({ topic: 'job', projectId: job.projectId, id: job.id })
          return value
        })
        finished = true
        return result
      },
      child: watch.child,
    }
    try {
      controller.signal.throwIfAborted()
      await runHandler(handlers, context)
      if (!finished) await context.finish(async () => undefined)
    } catch (error) {
      const stop = controller.signal.aborted ? (controller.signal.reason as Stop).why : undefined
      if (finished || stop === 'lost' || isSuperseded(error)) return
      await endUnfinished(kernel, handlers, opened, delivery, lines, stop, error)
    } finally {
      watch.stop()
      progress.stop()
      await lines.flush().catch(() => undefined)
    }
  })
}

/** Ends an attempt that failed, was cancelled or is released; writes nothing when another attempt has taken over. */
async function endUnfinished(
  kernel: Kernel,
  handlers: Handlers,
  opened: OpenAttempt,
  delivery: DeliveryRef,
  lines: ReturnType<typeof createLineWriter>,
  stop: Exclude<Stop['why'], 'lost'> | undefined,
  error: unknown,
): Promise<void> {
  if (!stop) {
    kernel.log.warn({ err: error }, 'attempt failed')
    lines.write('error', messageOf(error))
  }
  await lines.flush().catch(() => undefined)
  await retryWhileAway(kernel, () =>
    change(kernel, worker, async c => settleSubject(c, handlers, await endFailed(c, opened, delivery, stop, error))),
  ).catch(failure => {
    if (!isSuperseded(failure)) throw failure
  })
}

async function runHandler(handlers: Handlers, context: JobContext<Record<string, unknown>>): Promise<void> {
  const { job } = context
  const handler = handlers.get(job.name)
  if (!handler)
    throw new AppError('internal', `No handler is known for jobs named ${job.name}.`, {
      hint: 'This worker is older than the job; upgrade it.',
    })
  const payload = handler.definition.payload.safeParse(job.payload)
  if (!payload.success) throw new AppError('invalid', `The job's payload does not fit: ${payload.error.message}`)
  await handler.run({ ...context, payload: payload.data })
}

/** Ends an unfinished attempt in `attempts` and in pg-boss. Returns its updated job. */
async function endFailed(
  { tx, queue }: Change,
  { job, attempt }: OpenAttempt,
  delivery: DeliveryRef,
  stop: 'cancelled' | 'shutdown' | undefined,
  error: unknown,
): Promise<JobRow> {
  if (stop === 'cancelled') return endAttempt(tx, attempt, 'cancelled', { code: 'cancelled', reason: 'Cancelled.' })
  if (stop === 'shutdown') {
    const after = await releaseAttempt(tx, attempt, { code: 'worker_stopped', reason: 'The worker was stopped.' })
    if (after.state === 'queued') await queue.release(tx, after, delivery)
    return after
  }
  const reason = sentenceOf(error)
  if (error instanceof AppError && error.code !== 'unavailable')
    return endAttempt(tx, attempt, error.code === 'cancelled' ? 'cancelled' : 'failed', {
      code: reasonCode(error, error.code),
      reason,
    })
  const after = await retryOrFail(tx, attempt, { code: reasonCode(error, 'attempt_failed'), reason })
  if (after.state !== 'cancelled') await queue.fail(tx, job, delivery, reason)
  return after
}

const messageOf = (error: unknown): string => {
  const app = toAppError(error)
  return app.code === 'internal' ? String((error as Error)?.message ?? error) : app.message
}

const sentenceOf = (error: unknown): string =>
  error instanceof AppError
    ? `${error.message}${error.hint ? ` ${error.hint}` : ''}`
    : String((error as Error)?.message ?? error)

const reasonCode = (error: unknown, otherwise: string): string => {
  const code = (error as { reasonCode?: unknown } | undefined)?.reasonCode
  return typeof code === 'string' ? code : otherwise
}
