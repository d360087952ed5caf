/** Reports progress (0 to 1) and carries cancellation for work that takes long. */
export interface WorkReport {
  signal: AbortSignal
  progress(share: number, note?: string): void
}
