/** What a task may tell while it works. */
export interface TaskReport {
  signal: AbortSignal
  /** Share done, 0 to 1. */
  progress(done: number, note?: string): void
  line(level: 'info' | 'warn' | 'error', text: string): void
}

export interface RunTaskOptions extends TaskReport {
  /** Most resident memory of the work, in MB. */
  memoryMb?: number
  /** What the process uses, several times a second. */
  memory?(pid: number, peakBytes: number): void
}
