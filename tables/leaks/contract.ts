import type { Coded, NameList } from '../contract.ts'

/** Facts of each kind of leak. */
interface BoundToTarget {
  target: string
  /** Rows in which it holds: all rows with a target. */
  rows: number
  /** Example values of both columns. */
  example?: string
}
interface KnowsLaterRows {
  target: string
  time: string
  /** Share of rows in which it holds. */
  share: number
  rows: number
}
export interface LeakFacts {
  copy: BoundToTarget
  'other-words': BoundToTarget
  'other-unit': BoundToTarget
  monotone: BoundToTarget
  sum: { target: string; rows: number }
  'next-row': KnowsLaterRows
  'running-total': KnowsLaterRows
  /** Cross-validated score of the column alone. */
  'too-good': { target: string; measure: string; score: number; baseline: number; rows: number }
  /** All sampled rows where the column is missing (or present) have one target value, which a share `usual` of all rows has. */
  missingness: { target: string; when: 'missing' | 'present'; level: string; rows: number; usual: number }
  'after-time': { time: string; share: number; medianMs: number }
  /** `across`: test rows that have a duplicate among the training rows. */
  duplicates: { rows: number; duplicates: number; across: number; testRows: number; split: LeakSplit }
  /** `across`: test rows whose value also occurs in training rows. */
  groups: { groups: number; across: number; testRows: number; isGroup: boolean; split: LeakSplit }
}
export type LeakCode = keyof LeakFacts
export type LeakSeverity = 'block' | 'warn' | 'info'
export const LEAK_SPLITS = ['random', 'time', 'group'] as const
export type LeakSplit = (typeof LEAK_SPLITS)[number]

/** A reason to expect scores that are too good. */
export type LeakFinding = {
  /** The columns that leak the target, or that link rows across a split; empty: whole rows. */
  columns: string[]
  /** block: the target is in the data; warn: very likely; info: for information. */
  severity: LeakSeverity
  /** 0 to 1; within a severity the strongest comes first. */
  strength: number
} & Coded<LeakFacts>

/** What a check looked at: without it “nothing found” means nothing. */
export interface LeakEvidence {
  /** Sampled rows with a target. */
  rows: number
  /** Rows required to compare columns with the target. */
  minRows: number
  /** Columns compared with the target. */
  columns: number
  /** Constants, ids, groups and weights, and columns beyond the limit, which were not compared. */
  notCompared: NameList
  /** Why columns could not be scored by what they predict; null: they were. */
  unscored: 'few-rows' | 'constant-target' | 'many-levels' | null
  /** The columns that alone predict the target best. */
  strongest: { column: string; measure: 'AUC' | 'accuracy' | 'R²'; score: number; baseline: number }[]
}

export interface LeakScanResult {
  /** Strongest first; each column once, with its strongest reason. */
  findings: LeakFinding[]
  evidence: LeakEvidence
}
