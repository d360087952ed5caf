/** Reports progress (0 to 1) and carries the abort signal of long work. */
export interface WorkReport {
  signal: AbortSignal
  progress(share: number, note?: string): void
}
