import { AppError, isDatabaseAway, toAppError } from '#server/kernel/errors.ts'
import { withLogContext } from '#server/kernel/log.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { jobCancelled, jobFailed } from '#server/orchestration/events.ts'
import {
  type Claim,
  endAttempt,
  heartbeat,
  LEASE_SECONDS,
  requireCurrent,
  retryOrFail,
} from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { JobContext, JobHandler } from '../handler.ts'
import { createLineWriter } from './line-writer.ts'
import { createProgressWriter } from './progress-writer.ts'

/** Why an attempt was told to stop; the reason of its abort signal. */
export class Stop extends Error {
  readonly why: 'cancelled' | 'lost' | 'shutdown'
  constructor(why: Stop['why']) {
    super(why)
    this.why = why
  }
}

const actor = systemActor('worker')

/** Repeats a write while the database is away: the end of an attempt must not get lost with a restart of PostgreSQL. */
async function whileAway<T>(kernel: Kernel, work: () => Promise<T>): Promise<T> {
  for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      kernel.log.warn('database away; the write is repeated')
      await new Promise(resolve => setTimeout(resolve, wait))
    }
  }
}

/**
 * Does one claimed job: keeps its lease, runs its handler, and ends attempt and job in every case — finished, cancelled, failed, tried
 * again, released at shutdown — unless another attempt has taken over, in which case nothing more is written.
 */
export async function runAttempt(
  kernel: Kernel,
  handler: JobHandler | undefined,
  claim: Claim,
  controller: AbortController,
): Promise<void> {
  const { job, attempt, scope } = claim
  await withLogContext({ jobId: job.id, attempt: attempt.number }, async () => {
    const lines = createLineWriter(kernel, job, attempt)
    const progress = createProgressWriter(kernel, job, attempt)
    let memory: { peakMemoryBytes?: number; childPid?: number } = {}
    let finished = false

    const beat = setInterval(
      () =>
        void heartbeat(kernel.db, attempt, memory).then(
          state => {
            if (state === 'lost') controller.abort(new Stop('lost'))
            if (state === 'cancel') controller.abort(new Stop('cancelled'))
          },
          () => undefined, // The database is away; when it returns the lease decides.
        ),
      Math.min(1000, (LEASE_SECONDS * 1000) / 4),
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
      write: work =>
        whileAway(kernel, () =>
          change(kernel, actor, async c => {
            await requireCurrent(c.tx, attempt)
            return work(c)
          }),
        ),
      async finish(work) {
        await lines.flush()
        const result = await whileAway(kernel, () =>
          change(kernel, actor, async c => {
            await requireCurrent(c.tx, attempt)
            const value = await work(c)
            await endAttempt(c.tx, attempt, 'succeeded')
            c.wakeAfter({ topic: 'job', projectId: job.projectId, id: job.id })
            return value
          }),
        )
        finished = true
        return result
      },
      child: (pid, peakMemoryBytes) => {
        memory = { childPid: pid, peakMemoryBytes: Math.max(memory.peakMemoryBytes ?? 0, peakMemoryBytes) }
      },
    }

    try {
      if (!handler)
        throw new AppError('internal', `No handler is known for jobs named ${job.name}.`, {
          hint: 'This worker is older than the job; upgrade it.',
        })
      const payload = handler.definition.payload.safeParse(job.payload)
      if (!payload.success) throw new AppError('invalid', `The job's payload does not fit: ${payload.error.message}`)
      await handler.run({ ...context, payload: payload.data })
      if (!finished) await context.finish(async () => undefined)
    } catch (error) {
      const stop = controller.signal.aborted ? (controller.signal.reason as Stop) : undefined
      if (finished || stop?.why === 'lost' || (error instanceof AppError && error.code === 'superseded')) return
      const app = toAppError(error)
      if (!stop) {
        kernel.log.warn({ err: error }, 'attempt failed')
        lines.write('error', app.code === 'internal' ? String((error as Error)?.message ?? error) : app.message)
      }
      await lines.flush().catch(() => undefined)
      await whileAway(kernel, () => settle(kernel, handler, claim, stop?.why, error)).catch(failure => {
        if (!(failure instanceof AppError && failure.code === 'superseded')) throw failure
      })
    } finally {
      clearInterval(beat)
      progress.stop()
      await lines.flush().catch(() => undefined)
    }
  })
}

/** Ends an attempt that did not finish, its job, and by the handler's `settle` the job's subject, in one transaction. */
async function settle(
  kernel: Kernel,
  handler: JobHandler | undefined,
  { job, attempt }: Claim,
  stop: 'cancelled' | 'shutdown' | 'lost' | undefined,
  error: unknown,
): Promise<void> {
  await change(kernel, actor, async c => {
    const final = error instanceof AppError && error.code !== 'unavailable'
    const words =
      error instanceof AppError
        ? `${error.message}${error.hint ? ` ${error.hint}` : ''}`
        : String((error as Error)?.message ?? error)
    const after =
      stop === 'cancelled'
        ? await endAttempt(c.tx, attempt, 'cancelled', { code: 'cancelled', reason: 'Cancelled.' })
        : stop === 'shutdown'
          ? await retryOrFail(c.tx, attempt, 'failed', {
              code: 'worker_stopped',
              reason: 'The worker was stopped.',
              keepsTry: true,
            })
          : error instanceof AppError && error.code === 'cancelled'
            ? await endAttempt(c.tx, attempt, 'cancelled', { code: reasonCode(error), reason: words })
            : final
              ? await endAttempt(c.tx, attempt, 'failed', { code: reasonCode(error), reason: words })
              : await retryOrFail(c.tx, attempt, 'failed', { code: reasonCode(error, 'attempt_failed'), reason: words })
    if (after.state === 'queued') await c.requeue(after)
    await handler?.settle?.(c.tx, after, {
      state: after.state as 'queued' | 'failed' | 'cancelled',
      reasonCode: after.reasonCode ?? 'failed',
      reason: after.reason ?? '',
    })
    if (after.state !== 'queued')
      await c.record({
        projectId: job.projectId,
        event: after.state === 'cancelled' ? jobCancelled : jobFailed,
        subject: { kind: 'job', id: job.id },
        reason: after.reason ?? undefined,
        payload: { name: job.name, title: job.title },
      })
    c.wakeAfter({ topic: 'job', projectId: job.projectId, id: job.id })
    c.wakeAfter({ topic: job.subjectKind, projectId: job.projectId, id: job.subjectId })
  })
}

const reasonCode = (error: unknown, otherwise?: string): string => {
  const reason = (error as { reasonCode?: unknown } | undefined)?.reasonCode
  return typeof reason === 'string' ? reason : (otherwise ?? (error instanceof AppError ? error.code : 'failed'))
}
