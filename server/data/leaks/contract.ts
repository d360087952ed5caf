import { z } from 'zod'
import { LEAK_SPLITS, type LeakFinding, type LeakSplit } from '#tables/leaks/contract.ts'
import { nameAtVersion } from '../contract.ts'

export {
  LEAK_SPLITS,
  type LeakFinding,
  type LeakKind,
  type LeakSeverity,
  type LeakSplit,
} from '#tables/leaks/contract.ts'

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
