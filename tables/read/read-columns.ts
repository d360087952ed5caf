import { MISSING_WORDS } from '#ml/cells/column-format.ts'
import { compileCellReader } from '#ml/cells/read-cell.ts'
import type { VersionColumn } from '../contract.ts'
import { quoteIdentifier as id } from '../duckdb.ts'
import { type ReadPlan, trimSql, valueSql } from '../format/compile-sql.ts'
import type { CellCounts, Conversion } from '../format/contract.ts'
import type { ColumnCells } from '../format/group-cells.ts'
import type { FoundReading } from '../format/infer-columns.ts'
import type { IngestNote } from './contract.ts'

/** A column of text as it is read. */
export interface ReadColumn {
  name: string
  /** SQL over `source`. */
  expression: string
  format: VersionColumn['format']
  counts?: CellCounts
  conversion?: Conversion
  notes: IngestNote[]
}

const MAX_TOKENS = 20
const MAX_EXAMPLES = 4

/** Returns SQL that reads the column, and what is stored and said about its cells. */
export async function readColumn(cells: ColumnCells, reading: FoundReading): Promise<ReadColumn> {
  const { name } = cells
  const { plan } = reading
  const counts = await countCells(cells, reading)
  return {
    name,
    expression: expressionFor(cells, reading),
    format: plan.format,
    ...(Object.keys(counts).length > 0 ? { counts } : {}),
    ...(reading.conversion ? { conversion: reading.conversion } : {}),
    notes: notesOf(cells, reading, counts),
  }
}

/** Dates without a time of day stay dates. */
export const isDateOnly = (cells: ColumnCells, { as, format }: ReadPlan): boolean =>
  as === 'datetime' && !format.datetime?.epoch && !cells.groups.some(g => g.texts.some(t => t.includes(':')))

function expressionFor(cells: ColumnCells, { plan }: FoundReading): string {
  const column = id(cells.name)
  const t = cells.trimmed > 0 ? trimSql(column) : column
  if (plan.as === 'text' && cells.trimmed === 0 && !hasMissing(cells, plan)) return column
  return `${valueSql(t, plan)}${isDateOnly(cells, plan) && !plan.instant ? '::DATE' : ''}`
}

export function hasMissing(cells: ColumnCells, { as, format }: ReadPlan): boolean {
  const own = new Set(format.missing ?? [])
  const isMissing = (text: string) =>
    text === '' || own.has(text) || (as !== 'text' && MISSING_WORDS.has(text.toLowerCase()))
  // Text of very many kinds is not listed completely.
  return cells.groups.length >= 2000 || cells.groups.some(g => g.texts.some(isMissing))
}

async function countCells(cells: ColumnCells, { plan, real, read }: FoundReading): Promise<CellCounts> {
  const missing = hasMissing(cells, plan) ? await cells.texts({ missing: plan }, MAX_TOKENS) : []
  const failed = Math.max(0, real - read)
  const isConverted = plan.format.number !== undefined || plan.format.datetime !== undefined
  return {
    ...(cells.trimmed > 0 ? { trimmed: cells.trimmed } : {}),
    ...(missing.length > 0 ? { missing } : {}),
    ...(failed > 0
      ? {
          failed: {
            cells: failed,
            examples: (await cells.texts({ unreadable: plan }, MAX_EXAMPLES)).map(t => t.text.slice(0, 60)),
          },
        }
      : {}),
    ...(isConverted ? { converted: read } : {}),
  }
}

const INFINITE = /^[+-]?(inf|[0-9.]+e\+?[0-9]+$)/i

function notesOf(cells: ColumnCells, reading: FoundReading, counts: CellCounts): IngestNote[] {
  const { name: column, present } = cells
  const { plan, code, ambiguous, conversion, withoutOffset } = reading
  const notes: IngestNote[] = []
  const example = firstReadable(cells, plan)
  if (plan.format.json) notes.push({ code: 'nested-as-json', facts: { column } })
  if (code === 'zeros') notes.push({ code: 'leading-zeros-kept', facts: { column } })
  else if (code) notes.push({ code: 'code-kept', facts: { column, reason: code } })
  if (example && counts.converted)
    notes.push({
      code: 'converted',
      facts: { column, cells: counts.converted, example: example.text, value: example.value },
    })
  if (ambiguous?.kind === 'decimal-mark')
    notes.push({
      code: 'ambiguous-decimal',
      facts: { column, example: example?.text ?? '', decimal: ambiguous.decimal },
    })
  if (ambiguous?.kind === 'day-order')
    notes.push({
      code: 'ambiguous-day-order',
      facts: { column, example: example?.text ?? '', dayFirst: ambiguous.dayFirst },
    })
  if (withoutOffset) notes.push({ code: 'times-without-offset', facts: { column, cells: withoutOffset, present } })
  if (conversion) {
    const { type, cells: strays, texts } = conversion
    notes.push({
      code: 'nearly-numbers',
      facts: { column, type, cells: strays, present, texts: texts.map(t => t.slice(0, 60)) },
    })
  }
  if (counts.trimmed) notes.push({ code: 'trimmed', facts: { column, cells: counts.trimmed } })
  if (counts.failed) notes.push(noteFailed(column, present, plan, counts.failed))
  notes.push(...noteMissing(column, present, counts.missing ?? []))
  if (reading.keepsNa && cells.groups.some(g => g.texts[0] === 'NA')) notes.push({ code: 'na-kept', facts: { column } })
  if (
    plan.as === 'text' &&
    cells.groups.length > 0 &&
    cells.groups.every(g => g.texts.every(t => /^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?( ?[AaPp][Mm])?$/.test(t)))
  )
    notes.push({ code: 'time-of-day', facts: { column, example: cells.groups[0]!.texts[0]! } })
  return notes
}

function noteFailed(
  column: string,
  present: number,
  plan: ReadPlan,
  failed: NonNullable<CellCounts['failed']>,
): IngestNote {
  const { cells, examples } = failed
  if (plan.as === 'datetime') return { code: 'not-times', facts: { column, cells, present, examples } }
  if (plan.as === 'boolean') return { code: 'not-booleans', facts: { column, cells, present, examples } }
  if (examples.every(e => INFINITE.test(e))) return { code: 'not-finite', facts: { column, cells } }
  return { code: 'not-numbers', facts: { column, cells, present, examples } }
}

function noteMissing(column: string, present: number, missing: { text: string; cells: number }[]): IngestNote[] {
  const named = missing.filter(m => m.text !== '')
  const blank = missing.find(m => m.text === '')?.cells ?? 0
  const cells = named.reduce((sum, m) => sum + m.cells, 0)
  return [
    ...(named.length > 0
      ? [
          {
            code: 'missing-tokens',
            facts: { column, cells, present, tokens: named.slice(0, MAX_EXAMPLES).map(m => m.text) },
          } as const,
        ]
      : []),
    ...(blank > 0 ? [{ code: 'blank-cells', facts: { column, cells: blank, present } } as const] : []),
  ]
}

function firstReadable(cells: ColumnCells, plan: ReadPlan): { text: string; value: string } | undefined {
  if (plan.as === 'text' || plan.as === 'boolean') return undefined
  const read = compileCellReader({ type: plan.as, format: plan.format })
  for (const text of [...cells.first, ...cells.groups.flatMap(g => g.texts)]) {
    const value = read(text)
    if (typeof value !== 'number') continue
    const iso = plan.as === 'datetime' ? new Date(value).toISOString() : String(value)
    return {
      text,
      value: isDateOnly(cells, plan)
        ? iso.slice(0, 10)
        : iso.replace('T', ' ').replace('.000Z', plan.instant ? ' UTC' : ''),
    }
  }
  return undefined
}
