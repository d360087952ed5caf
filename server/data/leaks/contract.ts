import { z } from 'zod'
import {
  LEAK_SPLITS,
  type LeakCode,
  type LeakEvidence,
  type LeakFinding,
  type LeakSeverity,
  type LeakSplit,
} from '#tables/leaks/contract.ts'
import { nameAtVersion } from '../contract.ts'

export {
  LEAK_SPLITS,
  type LeakEvidence,
  type LeakFinding,
  type LeakSeverity,
  type LeakSplit,
} from '#tables/leaks/contract.ts'

export const leaksInput = z.object({
  dataset: nameAtVersion,
  /** Default: the column whose role is target. */
  target: z.string().min(1).max(500).optional(),
  /** How training will split the rows; default: by time with a time column, by group with a group column, else random. */
  split: z.enum(LEAK_SPLITS).optional(),
})
export type LeaksInput = z.infer<typeof leaksInput>

/** As stored: findings from before codes and facts have only their text. */
export type StoredLeak =
  | LeakFinding
  | (Omit<LeakFinding, 'facts'> & { facts?: undefined; legacyText: string; legacyWords: string })

export interface ShownLeak {
  columns: string[]
  /** The columns as one text; null: whole rows. */
  column: string | null
  kind: LeakCode
  facts?: LeakFinding['facts']
  severity: LeakSeverity
  /** Short text that follows the name of the column. */
  words: string
  /** A sentence with figures. */
  evidence: string
  strength: number
  ignored: boolean
}

export interface LeaksAnswer {
  dataset: string
  version: number
  /** Null: no column is the target. */
  target: string | null
  split: LeakSplit
  /** absent: this target has not been checked yet. */
  state: 'absent' | 'queued' | 'running' | 'succeeded' | 'failed'
  reason: string | null
  /** Strongest first. `ignored`: no model uses its columns, so it has no effect. */
  findings: ShownLeak[]
  /** `unknown`: not checked yet, the check failed, or it had too little data. `none`: it looked and found nothing. */
  verdict: 'unknown' | 'found' | 'none'
  /** What was checked, or why there is no result. */
  sentence: string
  /** Null: not checked yet, or by a version that did not store it. */
  evidence: LeakEvidence | null
}
