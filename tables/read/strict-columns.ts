import { quoteIdentifier as id } from '../duckdb.ts'
import type { ColumnCells } from '../format/group-cells.ts'
import type { FoundReading } from '../format/infer-columns.ts'
import { hasMissing, isDateOnly } from './read-columns.ts'

const CONTRADICTION = 'a later cell differs from the first rows'
/** What each kind of column looks like, its type, and how many columns one match joins: a match costs more than the characters it reads. */
const KINDS = {
  number: { type: 'DOUBLE', together: 32, plain: '-?(?:0|[1-9][0-9]{0,14})?(?:[.][0-9]*)?(?:[eE][-+]?[0-9]{1,2})?' },
  integer: { type: 'BIGINT', together: 32, plain: '(?:0|[1-9][0-9]{0,14}|-[1-9][0-9]{0,13})' },
  date: { type: 'DATE', together: 1, plain: '[0-9]{4}-[0-9]{2}-[0-9]{2}' },
  time: {
    type: 'TIMESTAMP',
    together: 1,
    plain: '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?',
  },
} as const

type Kind = keyof typeof KINDS

/** Whether writing failed at a cell that `strictColumns` cannot read. */
export const isContradiction = (error: unknown): boolean => {
  const message = String((error as Error)?.message ?? error)
  return message.includes(CONTRADICTION) || message.startsWith('Conversion Error')
}

/**
 * Returns SQL by column that reads it as the first rows show it and fails at the first cell that differs: much cheaper than reading text that
 * may be anything. Columns left out are kept as text, to be read when all of it is known.
 */
export function strictColumns(seen: readonly ColumnCells[], proposed: readonly FoundReading[]): Map<string, string> {
  const read = new Map<string, string>()
  const names: Record<Kind, string[]> = { number: [], integer: [], date: [], time: [] }
  for (const [i, cells] of seen.entries()) {
    const kind = kindOf(cells, proposed[i]!)
    if (kind === 'boolean') read.set(cells.name, booleanSql(id(cells.name)))
    else if (kind) names[kind].push(cells.name)
  }
  for (const kind of Object.keys(names) as Kind[])
    for (let i = 0; i < names[kind].length; i += KINDS[kind].together)
      for (const [name, sql] of matchTogether(names[kind].slice(i, i + KINDS[kind].together), kind)) read.set(name, sql)
  return read
}

function kindOf(cells: ColumnCells, { plan, code, real, read }: FoundReading): Kind | 'boolean' | undefined {
  const { as, format } = plan
  const isPlain = !format.number && !format.datetime && !format.missing?.length && !plan.instant
  if (code || as === 'text' || !isPlain || cells.trimmed > 0 || hasMissing(cells, plan) || read < real) return undefined
  if (as === 'datetime') return isDateOnly(cells, plan) ? 'date' : 'time'
  return as
}

/** The match of all columns stands at the first one. Casts to numbers fail at a comma; those to dates ignore what follows it. */
function matchTogether(columns: readonly string[], kind: Kind): [name: string, sql: string][] {
  const { type, plain } = KINDS[kind]
  const names = columns.map(id)
  const isMatch =
    names.length === 1
      ? `${names[0]} IS NULL OR regexp_full_match(${names[0]}, '${plain}')`
      : `regexp_full_match(concat_ws(',', ${names.join(', ')}), '(?:${plain}(?:,${plain})*)?')`
  return columns.map((name, i) => {
    const value = `CAST(${id(name)} AS ${type})`
    return [name, i === 0 ? `CASE WHEN ${isMatch} THEN ${value} ELSE error('${CONTRADICTION}') END` : value]
  })
}

/** The usual spellings first: making a text lower case costs more than comparing it six times. */
const booleanSql = (c: string): string =>
  `CASE WHEN ${c} IS NULL THEN NULL WHEN ${c} IN ('true', 'false', 'True', 'False', 'TRUE', 'FALSE') OR lower(${c}) IN ('true', 'false') THEN CAST(${c} AS BOOLEAN) ELSE error('${CONTRADICTION}') END`
