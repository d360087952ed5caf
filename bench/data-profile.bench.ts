import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VersionColumn } from '#server/data/contract.ts'
import { quoteLiteral as text, withDuckDb } from '#tables/duckdb.ts'
import type { Profile } from '#tables/profile/contract.ts'
import { profileVersion } from '#tables/profile/profile-version.ts'
import { relateColumns } from '#tables/profile/relate-columns.ts'
import type { BenchRow, Measured } from './harness.ts'

const ROWS = 1_000_000
const TIMES = 5
const WIDE_COLUMNS = 2000
const WIDE_ROWS = 10_000
const report = { signal: new AbortController().signal, progress: () => {}, line: () => {} }

let folder: Promise<string> | undefined
const folderOf = () => (folder ??= mkdtemp(join(tmpdir(), 'fleximl-bench-')))
export async function close(): Promise<void> {
  if (folder) await rm(await folder, { recursive: true, force: true })
}

interface Table {
  path: string
  rows: number
  schema: VersionColumn[]
}

async function makeTable(
  name: string,
  rows: number,
  columns: [name: string, sql: string, type: string][],
): Promise<Table> {
  const path = join(await folderOf(), `${name}.parquet`)
  await withDuckDb({ folders: [await folderOf()] }, async db => {
    await db.run('SELECT setseed(0.42)')
    await db.run(
      `COPY (SELECT ${columns.map(([n, sql]) => `${sql} AS ${n}`).join(', ')} FROM range(${rows}) t(i)) TO ${text(path)} (FORMAT parquet, COMPRESSION zstd)`,
    )
  })
  const schema = columns.map(
    ([n, , type], i) =>
      ({
        name: n,
        type,
        role: i === 0 ? 'target' : 'feature',
        missing: 0,
        distinct: 0,
        nullable: true,
        reason: '',
      }) as VersionColumn,
  )
  return { path, rows, schema }
}

const normal = 'sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())'
let table: Promise<Table> | undefined
/** A million rows of what tables hold: measurements, prices, counts, levels, flags, times, holes. */
const million = () =>
  (table ??= makeTable('million', ROWS, [
    ...Array.from({ length: 8 }, (_, k): [string, string, string] => [
      `n${k}`,
      `${normal} * ${k + 1} + ${3 * k}`,
      'number',
    ]),
    ['price', 'round(random() * 1000, 2)', 'number'],
    ['amount', 'round(exp(random() * 6), 2)', 'number'],
    ...[10, 1000, 100_000].map((n, k): [string, string, string] => [
      `i${k}`,
      `floor(random() * ${n})::BIGINT`,
      'integer',
    ]),
    ...[3, 12, 150, 5000].map((n, k): [string, string, string] => [
      `c${k}`,
      `'level ' || floor(power(random(), 2) * ${n})::INTEGER`,
      'category',
    ]),
    ['flag', 'random() < 0.3', 'boolean'],
    ['at', "TIMESTAMP '2020-01-01' + to_seconds(floor(random() * 1e8)::BIGINT)", 'datetime'],
    ['holes', 'CASE WHEN random() < 0.2 THEN NULL ELSE random() END', 'number'],
  ]))

async function timed<T>(times: number, work: () => Promise<T>): Promise<{ samples: number[]; last: T }> {
  let last = await work()
  const samples: number[] = []
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    last = await work()
    samples.push(performance.now() - start)
  }
  return { samples, last }
}

const summarize = (path: string) =>
  withDuckDb({ files: [path] }, async db =>
    (
      await db.runAndReadAll(
        `SELECT column_name AS name, count::DOUBLE AS count, null_percentage::DOUBLE AS missing, approx_unique::DOUBLE AS about, min, max, avg FROM (SUMMARIZE SELECT * FROM read_parquet(${text(path)}))`,
      )
    ).getRowObjectsJson(),
  )

/** What both count must be the same; estimates must be near each other. */
function compare(profile: Profile, summary: Record<string, unknown>[]): void {
  for (const [i, theirs] of summary.entries()) {
    const ours = profile.columns[i]!
    const near = (a: number, b: number, within: number) => Math.abs(a - b) <= within * Math.max(1, Math.abs(b))
    const wrong =
      ours.name !== theirs.name ||
      !near((100 * ours.missing) / profile.rows, Number(theirs.missing), 0.006) ||
      (ours.mean !== null && !near(ours.mean, Number(theirs.avg), 1e-6)) ||
      (ours.mean !== null &&
        (!near(Number(ours.min), Number(theirs.min), 1e-9) || !near(Number(ours.max), Number(theirs.max), 1e-9))) ||
      !near(ours.distinct, Number(theirs.about), 0.25)
    if (wrong)
      throw new Error(`${ours.name}: ${JSON.stringify({ ...ours, histogram: [] })} against ${JSON.stringify(theirs)}`)
  }
}

export const rows: BenchRow[] = [
  {
    row: 'data/profile',
    unit: 'ms',
    better: 'less',
    goal: { ratio: 1 },
    async measure() {
      const input = await million()
      const mine = () => profileVersion(input, report)
      const ours: number[] = []
      const theirs: number[] = []
      // In turns: what else the machine does falls on both.
      let [profile, summary] = [await mine(), await summarize(input.path)]
      for (let i = 0; i < TIMES; i++) {
        const start = performance.now()
        profile = await mine()
        const between = performance.now()
        summary = await summarize(input.path)
        ours.push(between - start)
        theirs.push(performance.now() - between)
      }
      compare(profile, summary)
      const peer: Measured = {
        samples: theirs,
        answer: `${summary.length} columns, ends, means, estimated quartiles`,
        version: 'SUMMARIZE of the same Parquet, the same threads and memory',
      }
      return {
        ours: {
          samples: ours,
          answer: `${profile.columns.length} columns of ${ROWS} rows with exact quantiles, histograms, commonest values, repeated rows: ${JSON.stringify(profile).length} bytes`,
        },
        peers: { duckdb: peer },
      }
    },
  },
  {
    row: 'data/profile-correlations',
    unit: 'ms',
    better: 'less',
    async measure() {
      const input = await million()
      const { samples, last } = await timed(2, () => relateColumns(input, report))
      return {
        ours: {
          samples,
          answer: `${last.numbers.length} numbers, ${last.groups.length} groups on ${last.sampledRows} sampled rows`,
        },
      }
    },
  },
  {
    row: 'data/profile-wide',
    unit: 's',
    better: 'less',
    goal: { value: 15 },
    async measure() {
      const input = await makeTable(
        'wide',
        WIDE_ROWS,
        Array.from({ length: WIDE_COLUMNS }, (_, k): [string, string, string] =>
          k % 4 === 0
            ? [`c${k}`, `'level ' || floor(random() * 9)::INTEGER`, 'category']
            : [`n${k}`, 'random()', 'number'],
        ),
      )
      const { samples, last } = await timed(1, () => profileVersion(input, report))
      return {
        ours: {
          samples: samples.map(ms => ms / 1000),
          answer: `${last.columns.length} columns of ${WIDE_ROWS} rows: ${JSON.stringify(last).length} bytes`,
        },
      }
    },
  },
]
