import { createRandom } from '#ml/random.ts'
import { nameList, type VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'
import { type FrameCell, frameSelect } from '../read/read-frame.ts'
import type { LeakEvidence, LeakFinding, LeakScanResult, LeakSplit } from './contract.ts'
import { crossSplit } from './cross-split.ts'
import { detectFutureTarget, measureTimesAfterRow } from './detect-future-target.ts'
import { findSums } from './find-sums.ts'
import { judgeMissing } from './judge-missing.ts'
import {
  afterTimeFinding,
  laterFinding,
  missingFinding,
  rankFindings,
  relationFinding,
  scoreFinding,
  sumFinding,
} from './make-findings.ts'
import { exampleOf, isNumeric, proveRelations, proveSums } from './prove-leaks.ts'
import { numberedRows, readCells, readSample } from './read-sample.ts'
import { type Relation, relateCells } from './relate-cells.ts'
import { type ColumnScore, foldsOf, type ScoredTarget, scoreColumn, scoredTarget } from './score-column.ts'

const SAMPLE_ROWS = 10_000
/** A wide table is judged on fewer rows, since the whole sample is in memory. */
const SAMPLE_CELLS = 5_000_000
const sampleRows = (columns: number) =>
  Math.max(1000, Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_CELLS / Math.max(1, columns))))
const ORDERED_ROWS = 5_000
const MIN_ROWS = 20
/** Above this many columns, checking each one is too slow. */
const MAX_COLUMNS = 2000
const MAX_SUMMANDS = 80
/** Scores that are kept as evidence. */
const MAX_STRONGEST = 5

export interface LeakScan {
  /** Path of the version's Parquet file. */
  path: string
  schema: VersionColumn[]
  target: string
  rows: number
  split: LeakSplit
  /** `columns`: only checks of single columns, for interactive use; `all`: also checks across a split. */
  depth: 'columns' | 'all'
  seed: number
}

/** Returns all leaks of the target and what was looked at. */
export async function scanLeaks(
  db: DuckDBConnection,
  scan: LeakScan,
  progress: (done: number) => void = () => {},
): Promise<LeakScanResult> {
  const target = scan.schema.find(c => c.name === scan.target)
  if (!target) throw new RangeError(`There is no column ${scan.target}.`)
  // Ignored columns are not used by models now but may be used later.
  const columns = scan.schema
    .filter(c => c.name !== scan.target && !['id', 'group', 'weight'].includes(c.role) && c.type !== 'constant')
    .slice(0, MAX_COLUMNS)
  const t = id(scan.target)
  const present = isNumeric(target) ? `isfinite(${t}::DOUBLE)` : `${t} IS NOT NULL`
  const [cells, ...sampled] = (await readSample(
    db,
    { path: scan.path, schema: scan.schema, columns: [target, ...columns] },
    { of: scan.rows, rows: sampleRows(columns.length), seed: scan.seed, where: present },
  )) as [FrameCell[], ...FrameCell[][]]
  progress(0.4)
  const findings: LeakFinding[] = []
  const scored = scoredTarget(cells, isNumeric(target))
  const compared = new Set(columns.map(c => c.name))
  const evidence: LeakEvidence = {
    rows: cells.length,
    minRows: MIN_ROWS,
    columns: cells.length >= MIN_ROWS ? columns.length : 0,
    notCompared: nameList(scan.schema.flatMap(c => (c.name === scan.target || compared.has(c.name) ? [] : [c.name]))),
    unscored:
      cells.length < MIN_ROWS
        ? 'few-rows'
        : scored
          ? null
          : new Set(cells).size < 2
            ? 'constant-target'
            : 'many-levels',
    strongest: [],
  }
  if (cells.length >= MIN_ROWS) {
    const suspects = columns.flatMap((column, i) => {
      const relation = relateCells(sampled[i]!, cells)
      return relation ? [{ column, relation: relation as Relation }] : []
    })
    for (const { column, relation } of await proveRelations(db, scan.path, target, suspects)) {
      const example = relation === 'other-words' ? await exampleOf(db, scan.path, column, target) : undefined
      findings.push(relationFinding(column.name, scan.target, relation, scan.rows - target.missing, example))
    }
    const named = new Set(findings.flatMap(f => f.columns))
    if (isNumeric(target)) {
      const numbers = columns.flatMap((c, i) =>
        isNumeric(c) && !named.has(c.name) ? [{ name: c.name, values: asNumbers(sampled[i]!) }] : [],
      )
      const pairs = findSums(numbers.slice(0, MAX_SUMMANDS), asNumbers(cells))
      for (const { pair, rows } of await proveSums(db, scan.path, scan.target, pairs))
        findings.push(sumFinding(pair[0], pair[1], scan.target, rows))
    }
    progress(0.6)
    findings.push(...(await inOrderOfTime(db, scan, target, columns)))
    const told = new Set(findings.flatMap(f => f.columns))
    if (scored) {
      const judged = judgeColumns(scan, cells, columns, sampled, scored, told)
      findings.push(...judged.findings)
      evidence.strongest = judged.strongest
    }
  }
  progress(0.8)
  if (scan.depth === 'all') findings.push(...(await crossSplit(db, scan)))
  progress(1)
  return { findings: rankFindings(findings), evidence }
}

const asNumbers = (cells: readonly FrameCell[]) => cells.map(cell => (typeof cell === 'number' ? cell : Number.NaN))

/** Checks single columns: out-of-fold score and missing values. */
function judgeColumns(
  scan: LeakScan,
  cells: readonly FrameCell[],
  columns: readonly VersionColumn[],
  sampled: readonly FrameCell[][],
  scored: ScoredTarget,
  told: ReadonlySet<string>,
): { findings: LeakFinding[]; strongest: LeakEvidence['strongest'] } {
  const random = createRandom(scan.seed)
  const folds = foldsOf(cells.length, () => random.next())
  const scores: (ColumnScore & { column: string })[] = []
  const findings = columns.flatMap((column, i) => {
    if (told.has(column.name)) return []
    const score = scoreColumn(sampled[i]!, scored, folds)
    scores.push({ ...score, column: column.name })
    const good = scoreFinding(column.name, scan.target, score, cells.length)
    if (good) return [good]
    const clue = judgeMissing(sampled[i]!, scored)
    if (!clue) return []
    const level = cells[scored.values.indexOf(clue.level)]
    return [missingFinding(column.name, scan.target, clue, String(level).slice(0, 40))]
  })
  const strongest = scores.toSorted((a, b) => b.strength - a.strength).slice(0, MAX_STRONGEST)
  return { findings, strongest: strongest.map(({ strength: _, ...score }) => score) }
}

/** For rows with a time: checks columns that contain later information. */
async function inOrderOfTime(
  db: DuckDBConnection,
  scan: LeakScan,
  target: VersionColumn,
  columns: readonly VersionColumn[],
): Promise<LeakFinding[]> {
  const time = scan.schema.find(c => c.role === 'time')
  if (!time || time.name === scan.target) return []
  const asked = columns.filter(
    c => c.name !== time.name && (c.type === 'datetime' || (isNumeric(target) && isNumeric(c))),
  )
  const findings: LeakFinding[] = []
  const { from, row } = numberedRows(scan.path, scan.schema)
  for (let i = 0; i < asked.length; i += 50) {
    const block = asked.slice(i, i + 50)
    const list = [time, target, ...block]
    const [times, targets, ...cells] = await readCells(
      db,
      `SELECT ${frameSelect(list)} FROM ${from} WHERE ${id(scan.target)} IS NOT NULL AND ${id(time.name)} IS NOT NULL ORDER BY ${id(time.name)}, ${row} LIMIT ${ORDERED_ROWS}`,
      list.length,
    )
    for (const [k, column] of block.entries()) {
      if (column.type === 'datetime') {
        const after = time.type === 'datetime' && measureTimesAfterRow(cells[k]!, times!)
        if (after) findings.push(afterTimeFinding(column.name, time.name, after))
        continue
      }
      const later = detectFutureTarget(cells[k]!, targets!)
      if (later) findings.push(laterFinding(column.name, scan.target, time.name, later, targets!.length))
    }
  }
  return findings
}
