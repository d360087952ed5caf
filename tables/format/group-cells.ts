import { trimCell } from '#ml/cells/column-format.ts'
import { compileCellReader } from '#ml/cells/read-cell.ts'
import type { DuckDBConnection } from '../duckdb.ts'
import { missingSql, type ReadPlan, trimSql, valueSql } from './compile-sql.ts'
import type { CellGroup } from './number-format.ts'

/** A column of text as the inference of its format sees it. */
export interface ColumnCells {
  name: string
  /** Cells that are not empty, blank ones included. */
  present: number
  /** Cells with white space at an end, the blank ones included. */
  trimmed: number
  /** Different texts, at least. */
  different: number
  /** Cells that are alike but for their digits, the most frequent first; not all of them for text of many kinds. */
  groups: readonly CellGroup[]
  /** Texts of the first rows, in their order. */
  first: readonly string[]
  /** Counts the cells that a plan reads as values. */
  count(plan: ReadPlan): Promise<number>
  /** Counts cells by their trimmed text, for texts that match the condition on `t`; the most frequent first. */
  texts(of: TextsOf, limit: number): Promise<{ text: string; cells: number }[]>
}

/** Cells that a plan cannot read, or those it reads as missing. */
export type TextsOf = { unreadable: ReadPlan } | { missing: ReadPlan }

/** Groups kept per column: text of more kinds is no number and no date. */
const MAX_GROUPS = 2000
const FIRST_TEXTS = 200

const shapeOf = (text: string): string => (/^[+-]?0[0-9]/.test(text) ? '0' : '') + text.replace(/[0-9]/g, '9')

/** Groups the cells of a column that is in memory. */
export function groupTexts(name: string, cells: readonly (string | null)[]): ColumnCells {
  const counts = new Map<string, number>()
  const first: string[] = []
  for (const cell of cells) {
    if (cell === null) continue
    if (first.length < FIRST_TEXTS) first.push(trimCell(cell))
    counts.set(cell, (counts.get(cell) ?? 0) + 1)
  }
  return groupCounts(name, counts, first)
}

/** Groups the cells of a column given by its different texts and how often each occurs. */
export function groupCounts(name: string, cells: ReadonlyMap<string, number>, first: readonly string[]): ColumnCells {
  const counts = new Map<string, number>()
  let [present, trimmed] = [0, 0]
  for (const [cell, n] of cells) {
    const text = trimCell(cell)
    present += n
    if (text.length !== cell.length) trimmed += n
    counts.set(text, (counts.get(text) ?? 0) + n)
  }
  const groups = new Map<string, { texts: [string, string]; cells: number }>()
  for (const [text, n] of counts) {
    const shape = shapeOf(text)
    const group = groups.get(shape)
    if (!group) groups.set(shape, { texts: [text, text], cells: n })
    else {
      group.cells += n
      if (text < group.texts[0]) group.texts[0] = text
      else if (text > group.texts[1]) group.texts[1] = text
    }
  }
  const reads = (plan: ReadPlan) => {
    const read = compileCellReader({ type: plan.as, format: plan.format, domain: plan.words as string[] | undefined })
    const own = new Set(plan.format.missing ?? [])
    return (text: string): 'value' | 'missing' | 'unreadable' => {
      if (own.has(text)) return 'missing'
      const value = read(text)
      if (value === null) return /^[+-]?(inf|\.?[0-9])/i.test(text) && plan.as !== 'text' ? 'unreadable' : 'missing'
      return typeof value === 'symbol' || (plan.as === 'boolean' && typeof value === 'string') ? 'unreadable' : 'value'
    }
  }
  return {
    name,
    present,
    trimmed,
    different: counts.size,
    groups: [...groups.values()].sort((a, b) => b.cells - a.cells).slice(0, MAX_GROUPS),
    first,
    count: async plan => {
      const read = reads(plan)
      let n = 0
      for (const [text, cells] of counts) if (read(text) === 'value') n += cells
      return n
    },
    texts: async (of, limit) => {
      const [plan, wanted] = 'missing' in of ? [of.missing, 'missing'] : [of.unreadable, 'unreadable']
      const read = reads(plan)
      return [...counts]
        .filter(([text]) => read(text) === wanted)
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, limit)
        .map(([text, cells]) => ({ text, cells }))
    },
  }
}

/** Groups the cells of a column of a DuckDB table, all rows of it. */
export async function groupColumn(
  db: DuckDBConnection,
  table: string,
  column: string,
  name: string,
): Promise<ColumnCells> {
  const query = async (sql: string) => (await db.runAndReadAll(sql)).getRowsJson() as unknown[][]
  const t = trimSql(column)
  const source = `(SELECT ${t} AS t, ${column} AS c FROM ${table} WHERE ${column} IS NOT NULL)`
  const shape = `CASE WHEN regexp_matches(t, '^[+-]?0[0-9]') THEN '0' ELSE '' END || translate(t, '012345678', '999999999')`
  const rows = await query(
    `SELECT min(t), max(t), count(*)::DOUBLE, count_if(length(t) <> length(c))::DOUBLE FROM ${source} GROUP BY ${shape} ORDER BY 3 DESC, 1 LIMIT ${MAX_GROUPS}`,
  )
  const total =
    rows.length < MAX_GROUPS
      ? [rows.reduce((sum, r) => sum + Number(r[2]), 0), rows.reduce((sum, r) => sum + Number(r[3]), 0)]
      : (await query(`SELECT count(*)::DOUBLE, count_if(length(t) <> length(c))::DOUBLE FROM ${source}`))[0]!.map(
          Number,
        )
  return {
    name,
    present: total[0]!,
    trimmed: total[1]!,
    different: rows.length,
    groups: rows.map(r => ({ texts: [String(r[0]), String(r[1])], cells: Number(r[2]) })),
    first: (await query(`SELECT t FROM (SELECT ${t} AS t FROM ${table} LIMIT ${FIRST_TEXTS}) WHERE t IS NOT NULL`)).map(
      r => String(r[0]),
    ),
    count: async plan => Number((await query(`SELECT count(${valueSql('t', plan)})::DOUBLE FROM ${source}`))[0]![0]),
    texts: async (of, limit) => {
      const plan = 'missing' in of ? of.missing : of.unreadable
      const where =
        'missing' in of ? missingSql('t', plan) : `${valueSql('t', plan)} IS NULL AND NOT ${missingSql('t', plan)}`
      const found = await query(
        `SELECT left(t, 200), count(*)::DOUBLE FROM ${source} WHERE ${where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${limit}`,
      )
      return found.map(r => ({ text: String(r[0]), cells: Number(r[1]) }))
    },
  }
}
