import type { Tx } from '#db/client.ts'
import type { Logger } from '#server/kernel/log.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { AttemptRef, JobRow } from '#server/platform/attempts.ts'
import type { Change } from '#server/platform/change.ts'
import type { JobDefinition } from '#server/platform/define-job.ts'
import type { Kernel } from '#server/platform/kernel.ts'

export interface JobContext<P> {
  kernel: Kernel
  job: JobRow
  payload: P
  scope: ProjectScope
  attempt: AttemptRef
  /** Aborted on cancel, shutdown and loss of the attempt. */
  signal: AbortSignal
  /** Structured log of the process. */
  log: Logger
  /** A line of the job's own log, which people read in the browser; written in chunks. */
  line(level: 'info' | 'warn' | 'error', text: string): void
  /** Share done, 0 to 1; written at most twice a second. */
  progress(done: number, note?: string): void
  /** A transaction that is refused when this attempt is no longer the current one. */
  write<T>(work: (change: Change) => Promise<T>): Promise<T>
  /** The last write: in its transaction the attempt and the job end as `succeeded`. */
  finish<T>(work: (change: Change) => Promise<T>): Promise<T>
  /** Reports what a child process uses, for the lease and the attempt's record. */
  child(pid: number, peakMemoryBytes: number): void
}

/** How a job ended other than by its own `finish`: the domain moves the job's subject along, in the same transaction. */
export interface Settlement {
  /** `queued`: it will be tried again. */
  state: 'queued' | 'failed' | 'cancelled'
  reasonCode: string
  reason: string
}

export interface JobHandler<P extends Record<string, unknown> = Record<string, unknown>> {
  definition: JobDefinition<P>
  /** Throw `AppError` for what will not get better by trying again; anything else is tried again while tries are left. */
  run(context: JobContext<P>): Promise<void>
  settle?(tx: Tx, job: JobRow, settlement: Settlement): Promise<void>
}

export const defineHandler = <P extends Record<string, unknown>>(handler: JobHandler<P>): JobHandler<P> => handler
