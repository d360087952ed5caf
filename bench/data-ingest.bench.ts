import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { quoteLiteral as text, withDuckDb } from '#tables/duckdb.ts'
import { ingestTask } from '../jobs/data/tasks.ts'
import type { BenchRow, Measured } from './harness.ts'

const ROUNDS = 5
const MEMORY_MB = 1024
const DUCKDB_MB = 512

/** Twenty columns of five kinds from a fixed seed, written by DuckDB: the same bytes on every machine. */
async function writeCsv(path: string, rows: number): Promise<void> {
  const mix = (k: number, n: number) => `hash(i * ${2 * k + 31} + ${k}) % ${n}`
  const columns = [
    ...Array.from({ length: 6 }, (_, k) => `(${mix(k, 1_000_000)}) / 1000.0 AS x${k}`),
    ...Array.from({ length: 6 }, (_, k) => `(${mix(k + 6, 10 ** (k + 1))})::INTEGER AS n${k}`),
    ...Array.from({ length: 5 }, (_, k) => `'w' || (${mix(k + 12, 4 ** (k + 1))}) AS c${k}`),
    `'key' || i AS key`,
    `TIMESTAMP '2020-01-01' + to_minutes(i) AS at`,
    `(${mix(19, 2)}) = 0 AS flag`,
  ]
  await withDuckDb({ folders: [join(path, '..')] }, db =>
    db.run(`COPY (SELECT ${columns.join(', ')} FROM range(${rows}) t(i)) TO ${text(path)} (FORMAT csv, HEADER)`),
  )
}

/** Rows and a sum that changes with every cell: a fast wrong answer shows. */
const answerOf = (path: string) =>
  withDuckDb({ files: [path] }, async db => {
    const result = await db.runAndReadAll(
      `SELECT count(*)::DOUBLE, sum(x0 + x5 + n0 + n5) FILTER (WHERE flag), count(DISTINCT c2), sum(length(key)), max("at")::VARCHAR FROM read_parquet(${text(path)})`,
    )
    const [rows, sum, words, length, at] = result.getRowsJson()[0]!
    return `${rows} rows, sum ${Number(sum).toFixed(1)}, ${words} words, ${length} letters, until ${at}`
  })

async function measured(rows: number, rounds: number): Promise<{ ours: Measured; bare: Measured; peakMb: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-bench-'))
  try {
    const csv = join(folder, 'rows.csv')
    await writeCsv(csv, rows)
    const [ours, bare] = [join(folder, 'ours.parquet'), join(folder, 'bare.parquet')]
    const samples = { ours: [] as number[], bare: [] as number[] }
    let peak = 0
    const options = {
      signal: new AbortController().signal,
      progress: () => undefined,
      line: () => undefined,
      memoryMb: MEMORY_MB,
      memory: (_: number, bytes: number) => {
        peak = Math.max(peak, bytes)
      },
    }
    const input = {
      files: [{ path: csv, name: 'rows.csv' }],
      folder,
      target: ours,
      words: 'rows.csv',
      append: false,
      wishes: {},
      decisions: [],
      duckDbMb: DUCKDB_MB,
    }
    // In turns, so that a noisy machine is noisy for both; the first turn warms process and page cache.
    for (let round = 0; round <= rounds; round++) {
      const begin = performance.now()
      await runTask(ingestTask, input, options)
      const between = performance.now()
      await withDuckDb({ files: [csv], folders: [folder], limits: { temporaryFolder: folder } }, db =>
        db.run(`COPY (FROM read_csv(${text(csv)})) TO ${text(bare)} (FORMAT parquet, COMPRESSION zstd)`),
      )
      if (round === 0 && rounds > 1) continue
      samples.ours.push((between - begin) / 1000)
      samples.bare.push((performance.now() - between) / 1000)
    }
    return {
      ours: { samples: samples.ours, answer: await answerOf(ours) },
      bare: { samples: samples.bare, answer: await answerOf(bare), version: 'COPY (FROM read_csv) TO parquet (zstd)' },
      peakMb: peak / 2 ** 20,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export const rows: BenchRow[] = [
  {
    /** CSV to a version with types, roles, warnings; the bare copy does neither. */
    row: 'data/ingest',
    unit: 's',
    better: 'less',
    goal: { ratio: 1.5 },
    measure: async () => {
      const { ours, bare } = await measured(1_000_000, ROUNDS)
      return { ours, peers: { 'bare DuckDB': bare }, floor: bare }
    },
  },
  {
    /** Most resident memory while a file of 1.3 GB is read. */
    row: 'data/ingest-memory',
    unit: 'MB',
    better: 'less',
    goal: { value: 1024 },
    measure: async () => {
      const { ours, peakMb } = await measured(10_000_000, 1)
      return { ours: { samples: [peakMb], answer: ours.answer } }
    },
  },
]
