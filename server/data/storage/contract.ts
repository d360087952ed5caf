import { z } from 'zod'
import { nameAtVersion } from '../contract.ts'

/** What was deleted can be had back for so long; then its bytes go with the next clean-up. */
export const RESTORE_HOURS = 24

export const storageTarget = z.object({ dataset: nameAtVersion })

export interface DependentCount {
  /** As `run`, `evaluation`, `dataset-version`. */
  kind: string
  /** As `trained-on`, `measured-on`. */
  relation: string
  count: number
}

export interface DeletionVersion {
  version: number
  rows: number
  bytes: number
  /** True: something was made with it, so its bytes stay for that. */
  bytesStay: boolean
  usedBy: DependentCount[]
}

export interface DeletionPreview {
  dataset: string
  versions: DeletionVersion[]
  /** True: no version is left, so the dataset goes. */
  wholeDataset: boolean
  /** Bytes that the clean-up will free, sources that nothing else came from included. */
  freesBytes: number
  /** Titles of jobs that work with it now: while there are any, it cannot be deleted. */
  runningJobs: string[]
  restoreHours: number
}

export interface StoredVersion {
  version: number
  rows: number
  /** The Parquet file. */
  bytes: number
  /** The bytes it was read from, where they are kept apart. */
  sourceBytes: number
  /** True: another version has the same file or the same source, which is kept once. */
  shared: boolean
  deletedAt: string | null
  /** Until when it can be had back; null: it is not deleted, or that time is over. */
  restorableUntil: string | null
}

export interface DatasetStorage {
  dataset: string
  versions: StoredVersion[]
  /** Each file counted once. */
  bytes: number
  sharedBytes: number
}

export interface ProjectStorage {
  datasets: { dataset: string; versions: number; bytes: number }[]
  /** Everything that the project keeps, models and pushed files included; each file counted once. */
  bytes: number
  /** Pieces of files that are on their way. */
  uploadBytes: number
  /** What nothing refers to any more: it goes with the next clean-up. */
  reclaimableBytes: number
}
