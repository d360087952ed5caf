import { z } from 'zod'
import type { DiffNote, DiffResult } from '#tables/diff/contract.ts'
import { nameAtVersion } from '../contract.ts'

export type { DiffCell, DiffColumn, DiffResult, DiffSample, DiffSpread } from '#tables/diff/contract.ts'

/** As stored: notes from before codes and facts have only their text. */
export type StoredDiffNote = DiffNote | { code: 'legacy'; facts?: undefined; legacyText: string }
export type StoredDiff = Omit<DiffResult, 'notes'> & { notes: StoredDiffNote[] }
/** With the notes as sentences. */
export type ShownDiff = Omit<DiffResult, 'notes'> & { notes: string[] }

export const diffInput = z.object({
  before: nameAtVersion,
  after: nameAtVersion,
  /** Columns that identify the same row in both versions; default: the id columns of both, else whole rows. */
  key: z.array(z.string().min(1).max(500)).max(20).optional(),
})
export type DiffInput = z.infer<typeof diffInput>

export interface DiffAnswer {
  before: { dataset: string; version: number; rows: number }
  after: { dataset: string; version: number; rows: number }
  key: string[]
  /** absent: the two have not been compared by this key yet. */
  state: 'absent' | 'queued' | 'running' | 'succeeded' | 'failed'
  reason: string | null
  hint: string | null
  /** Columns of both versions, which can form a key. */
  common: string[]
  result: ShownDiff | null
}
