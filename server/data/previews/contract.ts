import { formatCount } from '#server/kernel/format.ts'
import type { Coded, ColumnType, NameList } from '#tables/contract.ts'

/** Differences of a previewed file to the newest version of the dataset that it would be added to. */
export interface ChangeFacts {
  'column-new': { column: string; type: ColumnType }
  'column-removed': { column: string; type: ColumnType; role: string }
  'type-changed': { column: string; before: ColumnType; after: ColumnType }
  'new-categories': { column: string; known: number; values: NameList }
  'missing-share': { column: string; before: number; after: number }
  'range-exceeded': {
    column: string
    before: { min: number; max: number }
    after: { min: number; max: number }
  }
}
export type SchemaChange = Coded<ChangeFacts>

/** A difference with its text: what the newest version has, and what the file has. */
export interface ShownChange {
  code: keyof ChangeFacts
  column: string
  facts: SchemaChange['facts']
  what: string
  before: string
  after: string
}

export interface PreviewComparison {
  dataset: string
  /** The newest version. */
  version: number
  rows: number
  /** Rows of the file that were compared. */
  comparedRows: number
  /** False: only the first rows were read. */
  complete: boolean
  target: string | null
  time: string | null
  /** A version made of the same bytes. */
  sameAs: number | null
  changes: ShownChange[]
}

/** States in one sentence how many rows were compared and what follows when nothing differs. */
export function describeComparison(
  { dataset, version, rows, comparedRows, complete, sameAs, changes }: PreviewComparison,
  isReadAsBefore = true,
): string {
  if (sameAs !== null && isReadAsBefore) return `The same file as ${dataset} v${sameAs}; adding it makes no version.`
  const counts = `${complete ? '' : 'The first '}${formatCount(comparedRows, 'row')}; v${version} has ${formatCount(rows, 'row')}.`
  if (changes.length > 0) return counts
  const rest = complete ? '' : ' The rest is checked when the file is added.'
  return `Columns and shares are as in v${version}. ${counts}${rest}`
}
