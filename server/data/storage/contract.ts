import { z } from 'zod'
import { nameAtVersion } from '../contract.ts'

/** Deleted versions can be restored for this long; then the next clean-up removes their bytes. */
export const RESTORE_HOURS = 24

export const storageTarget = z.object({ dataset: nameAtVersion })

export interface DependentCount {
  /** For example `run`, `evaluation`, `dataset-version`. */
  kind: string
  /** For example `trained-on`, `measured-on`. */
  relation: string
  count: number
}

export interface DeletionVersion {
  version: number
  rows: number
  bytes: number
  /** True: it was used, so its bytes stay for its users. */
  bytesStay: boolean
  usedBy: DependentCount[]
}

export interface DeletionPreview {
  dataset: string
  versions: DeletionVersion[]
  /** True: no version is left, so the dataset is deleted too. */
  wholeDataset: boolean
  /** Bytes that the clean-up will free, including source files that no other version has. */
  freesBytes: number
  /** Titles of active jobs that use it; it cannot be deleted until they end. */
  runningJobs: string[]
  restoreHours: number
}

export interface StoredVersion {
  version: number
  rows: number
  /** The Parquet file. */
  bytes: number
  /** Size of the source file, if stored separately. */
  sourceBytes: number
  /** True: another version has the same file or source, which is stored once. */
  shared: boolean
  deletedAt: string | null
  /** End of the time to restore it; null: not deleted, or the time is over. */
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
  /** All bytes of the project, including models and pushed files; each file counted once. */
  bytes: number
  /** Size of unfinished uploads. */
  uploadBytes: number
  /** Unreferenced bytes, which the next clean-up removes. */
  reclaimableBytes: number
  quota: StorageQuota
}

/** The limit of the bytes of a project, unfinished uploads included. */
export interface StorageQuota {
  /** null: none. */
  bytes: number | null
  /** True: the project has no quota of its own; `bytes` is the default of the instance. */
  isDefault: boolean
}

export const quotaInput = z.object({
  /** null: the default of the instance. */
  bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable(),
})
export type QuotaInput = z.input<typeof quotaInput>
