import type { OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { Secrets, SettingsOf, SourceKind } from '#server/data/sources/contract.ts'
import type { Fetched } from './fetched.ts'

export interface FetchLimits {
  /** Maximum bytes in total. */
  maxBytes: number
  maxPages: number
}

export interface FetchContext {
  /** Empty folder for the files; removed afterwards. */
  folder: string
  policy: OutgoingPolicy
  signal: AbortSignal
  /** Reports progress, 0 to 1, if known. */
  progress(done: number, note?: string): void
  /** Writes a line to the log of the job. */
  line(level: 'info' | 'warn' | 'error', text: string): void
  limits: FetchLimits
}

/** A kind of source. All traffic goes through `policy`; results, errors and log lines contain no secrets. */
export interface SourceAdapter<K extends SourceKind = SourceKind> {
  kind: K
  /** Connects and returns a sentence about what it found. Settings about what to read may be at their defaults. */
  test(settings: SettingsOf<K>, secrets: Secrets, policy: OutgoingPolicy, signal: AbortSignal): Promise<string>
  fetch(settings: SettingsOf<K>, secrets: Secrets, context: FetchContext): Promise<Fetched>
}
