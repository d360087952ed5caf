import type { OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { Secrets, SettingsOf, SourceKind } from '#server/data/sources/contract.ts'
import type { Fetched } from './fetched.ts'

export interface FetchLimits {
  /** Most bytes brought in all. */
  maxBytes: number
  maxPages: number
}

export interface FetchContext {
  /** An empty folder for the files; it is removed afterwards. */
  folder: string
  policy: OutgoingPolicy
  signal: AbortSignal
  /** Share done, 0 to 1, where it is known. */
  progress(done: number, note?: string): void
  /** A line of the job's log. */
  line(level: 'info' | 'warn' | 'error', text: string): void
  limits: FetchLimits
}

/** One kind of source. All traffic goes through `policy`; no answer, error or log line ever holds a secret. */
export interface SourceAdapter<K extends SourceKind = SourceKind> {
  kind: K
  /** Reaches it and answers in a sentence what is there. The parts about what to read may be at their defaults. */
  test(settings: SettingsOf<K>, secrets: Secrets, policy: OutgoingPolicy, signal: AbortSignal): Promise<string>
  fetch(settings: SettingsOf<K>, secrets: Secrets, context: FetchContext): Promise<Fetched>
}
