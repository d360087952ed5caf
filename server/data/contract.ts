import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import {
  type ColumnDecision,
  columnDecision,
  nameAtVersion,
  type PreviewCell,
  type VersionColumn,
} from '#tables/contract.ts'
import type { ContractBreak } from '#tables/infer/contract.ts'
import { type IngestNote, type ReadingOffer, readingOptions } from '#tables/read/contract.ts'
import type { PreviewComparison } from './previews/contract.ts'

export {
  COLUMN_ROLES,
  type ColumnDecision,
  type ColumnRole,
  type ColumnType,
  nameAtVersion,
  type PreviewCell,
  type StoredType,
  typesFor,
  type VersionColumn,
} from '#tables/contract.ts'

/** Stored with a dataset: later versions are inferred and checked by it. */
export interface DatasetContract {
  v: 1
  columns: ColumnDecision[]
}

interface LegacyText {
  code: 'legacy'
  facts?: undefined
  legacyText: string
}
/** As stored: notes and contract violations from before codes and facts have only their text. */
export type StoredNote = IngestNote | LegacyText
export type StoredBreak = ContractBreak | LegacyText

/** `/data/add` is a page: a dataset with that name could never be opened. */
export const datasetNameSchema = resourceNameSchema.refine(
  name => name !== 'add',
  'The name “add” is reserved for the page that adds data.',
)

export const addDatasetInput = z.object({
  name: datasetNameSchema,
  fileName: z.string().min(1).max(300),
  /** SHA-256 that the upload returned. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  target: z.string().max(500).optional(),
  time: z.string().max(500).optional(),
  /** True: the rows are appended to those of the newest version. */
  append: z.boolean().optional(),
  /** Decisions about columns, made before adding. */
  columns: z.array(columnDecision).max(10_000).optional(),
  /** How the file is read, where detection is not right. */
  reading: readingOptions.optional(),
})
export type AddDatasetInput = z.infer<typeof addDatasetInput>

export const reviewInput = z.object({
  dataset: nameAtVersion,
  columns: z.array(columnDecision).min(1).max(10_000),
})
export type ReviewInput = z.infer<typeof reviewInput>

/** Files above this are refused at upload. */
export const MAX_UPLOAD_BYTES = 10 * 2 ** 30

export interface DatasetSummary {
  dataset: string
  version: number
  rows: number
  columns: number
  digest: string
  bytes: number
  warnings: string[]
  createdAt: string
  profileState: string
  /** The checks of this version against the expectations of today. */
  checks: CheckCounts
  /** The leak check of this version for its target. */
  leaks: LeakCounts
}

/** `none`: nothing is expected. `unchecked`: not checked yet, or the expectations have changed since. `failed`: the check itself failed. */
export interface CheckCounts {
  state: 'none' | 'unchecked' | 'checking' | 'failed' | 'checked'
  /** Enabled expectations. */
  total: number
  failing: number
  /** Failing ones that block the version. */
  blocking: number
}

/** `none`: no column is the target. */
export interface LeakCounts {
  state: 'none' | 'unchecked' | 'checking' | 'failed' | 'checked'
  /** Findings about columns that are not ignored, without those for information only. */
  found: number
}

/** Previews uploaded bytes before they are added. Returns an id; poll `sourcePreview` until its state is `succeeded` or `failed`. */
export const previewSourceInput = z.object({
  fileName: z.string().min(1).max(300),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** The dataset that may get the next version: the preview applies its decisions about columns. */
  name: resourceNameSchema.optional(),
  reading: readingOptions.optional(),
  /** Decisions about columns made so far. */
  columns: z.array(columnDecision).max(10_000).optional(),
})
export type PreviewSourceInput = z.infer<typeof previewSourceInput>

export interface StoredPreviewResult extends Omit<SourcePreviewResult, 'warnings' | 'breaks' | 'detected'> {
  notes: StoredNote[]
  breaks: StoredBreak[]
}

export interface SourcePreviewResult {
  v: 1
  /** Rows that were read; types are inferred from these. */
  rows: number
  schema: VersionColumn[]
  warnings: string[]
  breaks: string[]
  cells: PreviewCell[][]
  /** What reading options would change. */
  detected: DetectedReading
}

/** What was found about a file where an option could decide otherwise. */
export interface DetectedReading {
  /** Excel: the sheet that was read, and the others. */
  sheet?: string
  otherSheets?: string[]
  /** Not UTF-8. */
  encoding?: string
  /** Lines above the header. */
  skippedLines?: number
  /** Lines that were left out. */
  badLines?: number
  /** Columns whose nested values are JSON text. */
  nested?: string[]
}

export interface SourcePreview {
  id: string
  state: string
  reason: string | null
  hint: string | null
  /** The reading option that mends the failure, if there is one. */
  offer: ReadingOffer | null
  fileName: string
  result: SourcePreviewResult | null
  /** Against the newest version of the dataset that the file would be added to; null for a new dataset. */
  comparison: PreviewComparison | null
}

export const showPreviewInput = z.object({
  id: z.uuid(),
  /** The dataset to compare with. */
  name: resourceNameSchema.optional(),
})
