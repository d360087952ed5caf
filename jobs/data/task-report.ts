import type { WorkReport } from '#tables/report.ts'

/** Progress and log lines of a task while it works. */
export interface TaskReport extends WorkReport {
  line(level: 'info' | 'warn' | 'error', text: string): void
}

export interface RunTaskOptions extends TaskReport {
  /** Most resident memory of the work, in MB. */
  memoryMb?: number
  /** Receives the process id and its peak memory, several times a second. */
  memory?(pid: number, peakBytes: number): void
}
