export const LEAK_KINDS = [
  'copy',
  'other-words',
  'other-unit',
  'monotone',
  'sum',
  'next-row',
  'running-total',
  'too-good',
  'missingness',
  'after-time',
  'duplicates',
  'groups',
] as const
export type LeakKind = (typeof LEAK_KINDS)[number]
export type LeakSeverity = 'block' | 'warn' | 'info'
export const LEAK_SPLITS = ['random', 'time', 'group'] as const
export type LeakSplit = (typeof LEAK_SPLITS)[number]

/** One thing that makes a measurement look better than the model will be. */
export interface LeakFinding {
  /** The columns that give the target away, or that bind rows across a split; empty: whole rows do. */
  columns: string[]
  kind: LeakKind
  /** block: the answer is in the data; warn: very likely; info: worth knowing. */
  severity: LeakSeverity
  /** In few words behind a column's name, or whole for a sum: `equals cnt`, `casual + registered = cnt`. */
  words: string
  /** A sentence with figures. */
  evidence: string
  /** 0 to 1; within a severity the strongest comes first. */
  strength: number
}
