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
  /** Writes a line to the log of the job, which users read in the browser. */
  line(level: 'info' | 'warn' | 'error', text: string): void
  /** Reports progress, 0 to 1; written at most twice a second. */
  progress(done: number, note?: string): void
  /** Runs a transaction that is refused if this attempt is no longer the current one. */
  write<T>(work: (change: Change) => Promise<T>): Promise<T>
  /** Runs the last transaction, which ends attempt and job as `succeeded`. */
  finish<T>(work: (change: Change) => Promise<T>): Promise<T>
  /** Reports the resources of a child process for the record of the attempt. */
  child(pid: number, peakMemoryBytes: number): void
}

/** End of a job that did not call `finish`. The domain updates the subject in the same transaction. */
export interface Settlement {
  /** `queued`: it will be retried. */
  state: 'queued' | 'failed' | 'cancelled'
  reasonCode: string
  reason: string
}

export interface JobHandler<P extends Record<string, unknown> = Record<string, unknown>> {
  definition: JobDefinition<P>
  /** Throws `AppError` for permanent failures; other errors are retried while attempts are left. */
  run(context: JobContext<P>): Promise<void>
  settle?(tx: Tx, job: JobRow, settlement: Settlement): Promise<void>
}

export const defineHandler = <P extends Record<string, unknown>>(handler: JobHandler<P>): JobHandler<P> => handler
