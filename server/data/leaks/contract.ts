import { z } from 'zod'
import { nameAtVersion } from '../contract.ts'

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

export const leaksInput = z.object({
  dataset: nameAtVersion,
  /** Default: the column whose role is target. */
  target: z.string().min(1).max(500).optional(),
  /** How training will part the rows; default: by time when there is a time column, by group when there is a group, else random. */
  split: z.enum(LEAK_SPLITS).optional(),
})
export type LeaksInput = z.infer<typeof leaksInput>

export interface LeaksAnswer {
  dataset: string
  version: number
  /** Null: no column is the target. */
  target: string | null
  split: LeakSplit
  /** absent: nobody has looked for this target yet. */
  state: 'absent' | 'queued' | 'running' | 'succeeded' | 'failed'
  reason: string | null
  /** Strongest first. `ignored`: its columns are not used by a model, so it does no harm. */
  findings: (LeakFinding & { column: string | null; ignored: boolean })[]
}
