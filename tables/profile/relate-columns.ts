import { setImmediate as breathe } from 'node:timers/promises'
import type { VersionColumn } from '../contract.ts'
import { type DuckDbLimits, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { numberedRows } from '../leaks/read-sample.ts'
import type { WorkReport } from '../report.ts'
import { correlationRatio, cramersV, inTenths, mutualInformation, pearson, spearman } from './association.ts'
import { EXACT_RELATION_ROWS, PAIRED_COLUMNS, type Relations, type TargetRelation } from './contract.ts'
import { readSeries, type Series, seriesKind } from './read-series.ts'
import { warnAboutPairs } from './warn-about-pairs.ts'

const COLUMNS_AT_ONCE = 50
const SEED = 42

export interface RelateInput {
  path: string
  rows: number
  schema: VersionColumn[]
  limits?: DuckDbLimits
  /** Maximum number of rows used; larger tables are sampled. */
  mostRows?: number
}

const groupsOf = (s: Series) => (s.kind === 'group' ? s.groups : inTenths(s.numbers))

/** Measures the association between a column and the target, depending on their kinds. */
function relate(column: Series, target: Series): TargetRelation {
  const [a, b] = [groupsOf(column), groupsOf(target)]
  let rows = 0
  for (let i = 0; i < a.codes.length; i++) if (a.codes[i]! >= 0 && b.codes[i]! >= 0) rows++
  const shared = {
    column: column.name,
    rows,
    mutualInformation: mutualInformation(a, b),
    spearman: null,
    direction: null,
  }
  if (column.kind === 'number' && target.kind === 'number') {
    const value = pearson(column.numbers, target.numbers)
    const rank = spearman(column.numbers, target.numbers)
    return {
      ...shared,
      measure: 'pearson',
      value,
      spearman: rank,
      direction: rank === null || Math.abs(rank) < 0.01 ? null : rank > 0 ? 'up' : 'down',
    }
  }
  if (column.kind === 'number')
    return { ...shared, measure: 'correlation-ratio', value: correlationRatio(column.numbers, groupsOf(target)) }
  if (target.kind === 'number')
    return { ...shared, measure: 'correlation-ratio', value: correlationRatio(target.numbers, column.groups) }
  return { ...shared, measure: 'cramers-v', value: cramersV(column.groups, target.groups) }
}

/** On one scale: shares of variance. */
const strength = (r: TargetRelation) =>
  r.measure === 'correlation-ratio'
    ? (r.value ?? 0)
    : Math.max(r.value ?? 0, Math.abs(r.value ?? 0), Math.abs(r.spearman ?? 0)) ** 2

/** Relates every pair of numbers and every pair of categories, each pair once. */
async function relatePairs(
  numbers: Extract<Series, { kind: 'number' }>[],
  groups: Extract<Series, { kind: 'group' }>[],
  { signal, progress }: WorkReport,
): Promise<Pick<Relations, 'pearson' | 'spearman' | 'cramersV'>> {
  const linear: (number | null)[] = []
  const monotone: (number | null)[] = []
  const grouped: (number | null)[] = []
  for (const [i, a] of numbers.entries()) {
    signal.throwIfAborted()
    for (const b of numbers.slice(i + 1)) {
      linear.push(rounded(pearson(a.numbers, b.numbers)))
      monotone.push(rounded(spearman(a.numbers, b.numbers)))
    }
    progress(0.4 + (0.5 * (i + 1)) / numbers.length)
    await breathe()
  }
  for (const [i, a] of groups.entries()) {
    signal.throwIfAborted()
    for (const b of groups.slice(i + 1)) grouped.push(rounded(cramersV(a.groups, b.groups)))
    await breathe()
  }
  return { pearson: linear, spearman: monotone, cramersV: grouped }
}

/** Returns Pearson and Spearman of numbers, Cramér's V of categories, and the association of every column with the target. */
export const relateColumns = (
  { path, rows, schema, limits, mostRows = EXACT_RELATION_ROWS }: RelateInput,
  { signal, progress }: WorkReport,
): Promise<Relations> =>
  withDuckDb({ files: [path], limits, signal }, async db => {
    const exact = rows <= mostRows
    // Rows are sampled by a hash of their position, so that the sample does not depend on the number of threads.
    const bound = exact ? 0n : (2n ** 64n * BigInt(mostRows)) / BigInt(rows)
    const numbered = numberedRows(path, schema)
    const from = exact
      ? `read_parquet(${text(path)})`
      : `${numbered.from} WHERE hash(${numbered.row} + ${SEED}) < ${bound}::UBIGINT`
    const chosen = schema.filter(c => seriesKind(c) && c.role !== 'id')
    const targetColumn = schema.find(c => c.role === 'target')
    const read = targetColumn && seriesKind(targetColumn) ? await readSeries(db, from, [targetColumn]) : undefined
    const target = read?.series[0]
    let sampledRows = read?.rows ?? 0
    const relations: TargetRelation[] = []
    const kept = new Map<string, Series>()
    const others = chosen.filter(c => c.name !== targetColumn?.name)
    const usable = new Set<string>()
    const few = chosen.length <= PAIRED_COLUMNS
    for (let i = 0; i < others.length; i += COLUMNS_AT_ONCE) {
      const block = await readSeries(db, from, others.slice(i, i + COLUMNS_AT_ONCE))
      sampledRows = Math.max(sampledRows, block.rows)
      for (const series of block.series) {
        signal.throwIfAborted()
        usable.add(series.name)
        if (target) relations.push(relate(series, target))
        if (few) kept.set(series.name, series)
        await breathe()
      }
      progress((0.4 * (i + COLUMNS_AT_ONCE)) / others.length)
    }
    relations.sort((a, b) => strength(b) - strength(a))
    const ranked = target ? relations.map(r => r.column) : others.map(c => c.name).filter(n => usable.has(n))
    const paired = new Set(ranked.slice(0, PAIRED_COLUMNS - (target ? 1 : 0)))
    const missing = others.filter(c => paired.has(c.name) && !kept.has(c.name))
    for (let i = 0; i < missing.length; i += COLUMNS_AT_ONCE)
      for (const s of (await readSeries(db, from, missing.slice(i, i + COLUMNS_AT_ONCE))).series) kept.set(s.name, s)
    // In table order; the target first.
    const all = [...(target ? [target] : []), ...others.flatMap(c => (paired.has(c.name) ? [kept.get(c.name)!] : []))]
    const numbers = all.flatMap(s => (s.kind === 'number' ? [s] : []))
    const groups = all.flatMap(s => (s.kind === 'group' ? [s] : []))
    const pairs = await relatePairs(numbers, groups, { signal, progress })
    const result: Relations = {
      v: 1,
      target: targetColumn?.name ?? null,
      rows,
      sampledRows,
      exact,
      seed: exact ? null : SEED,
      numbers: numbers.map(s => s.name),
      groups: groups.map(s => s.name),
      leftOut: usable.size + (target ? 1 : 0) - all.length,
      ...pairs,
      targetRelations: relations,
      warnings: [],
    }
    return { ...result, warnings: warnAboutPairs(result) }
  })

/** Seven digits are enough for display and keep the document small. */
const rounded = (r: number | null) => (r === null ? null : Number(r.toPrecision(7)))
