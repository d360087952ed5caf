import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareVersions, type DiffWork } from '#tables/diff/compare-versions.ts'
import { quoteLiteral as text, withDuckDb } from '#tables/duckdb.ts'
import type { ColumnType, VersionColumn } from '../server/data/contract.ts'
import type { BenchRow, Measured } from './harness.ts'

const ROWS = 1_000_000
const [REMOVED, ADDED, CHANGED] = [10_000, 25_000, 5_000]
const ROUNDS = 3
const LIMITS = { memoryMb: 1024, threads: 2 }
const now = () => performance.now()

const NUMBERS = Array.from({ length: 10 }, (_, k) => `n${k}`)
const WORDS = Array.from({ length: 5 }, (_, k) => `w${k}`)
const INTEGERS = Array.from({ length: 4 }, (_, k) => `i${k}`)
const column = (name: string, type: ColumnType, distinct: number, role: VersionColumn['role']): VersionColumn => ({
  name,
  type,
  role,
  distinct,
  missing: 0,
  nullable: false,
  reason: '',
})
const SCHEMA = [
  column('id', 'integer', ROWS, 'id'),
  ...NUMBERS.map(n => column(n, 'number', ROWS, 'feature')),
  ...WORDS.map(n => column(n, 'category', 50, 'feature')),
  ...INTEGERS.map(n => column(n, 'integer', 1000, 'feature')),
]

let folder: string | undefined

/** Two versions of a million rows and twenty columns; which rows went, came and changed is known. */
async function makeVersions(): Promise<{ before: string; after: string; folder: string }> {
  folder ??= await mkdtemp(join(tmpdir(), 'fleximl-bench-diff-'))
  const [before, after] = [join(folder, 'before.parquet'), join(folder, 'after.parquet')]
  if (await stat(after).catch(() => undefined)) return { before, after, folder }
  await withDuckDb({ folders: [folder], limits: LIMITS }, async db => {
    const list = [
      'i AS id',
      ...NUMBERS.map((n, k) => `(hash(i * 31 + ${k}) % 1000000007) / 1000.0::DOUBLE AS ${n}`),
      ...WORDS.map((n, k) => `'level ' || (hash(i * 37 + ${k}) % 50) AS ${n}`),
      ...INTEGERS.map((n, k) => `(hash(i * 41 + ${k}) % 1000)::BIGINT AS ${n}`),
    ]
    const rows = (from: number, to: number) => `SELECT ${list.join(', ')} FROM range(${from}, ${to}) r(i)`
    await db.run(`COPY (${rows(0, ROWS)}) TO ${text(before)}`)
    await db.run(
      `COPY (SELECT * REPLACE (if(id % ${Math.floor((ROWS - REMOVED) / CHANGED)} = 0 AND id < ${ROWS} AND id < ${REMOVED} + ${CHANGED} * ${Math.floor((ROWS - REMOVED) / CHANGED)}, n3 + 1, n3) AS n3)
       FROM (${rows(REMOVED, ROWS + ADDED)})) TO ${text(after)}`,
    )
  })
  return { before, after, folder }
}

const words = (r: { added: number; removed: number; changed: number }) =>
  `${r.added} added, ${r.removed} removed, ${r.changed} changed`

async function time(run: () => Promise<string>): Promise<Measured> {
  const samples: number[] = []
  let answer = await run()
  for (let k = 0; k < ROUNDS; k++) {
    const start = now()
    answer = await run()
    samples.push(now() - start)
  }
  return { samples, answer }
}

export const rows: BenchRow[] = [
  {
    row: 'data/diff',
    unit: 'ms',
    better: 'less',
    // Beside counting: changed cells of every column, the sample of rows, and twenty tests of spread.
    goal: { value: 5000 },
    measure: async () => {
      const { before, after, folder: spill } = await makeVersions()
      const limits = { ...LIMITS, temporaryFolder: spill }
      const work: DiffWork = {
        before: { path: before, schema: SCHEMA, rows: ROWS, label: 'v1' },
        after: { path: after, schema: SCHEMA, rows: ROWS - REMOVED + ADDED, label: 'v2' },
        key: ['id'],
        seed: 1,
      }
      const ours = await time(async () =>
        words((await withDuckDb({ files: [before, after], limits }, db => compareVersions(db, work))).rows),
      )
      const [a, b] = [before, after].map(path => `read_parquet(${text(path)})`)
      const rest = SCHEMA.slice(1).map(c => c.name)
      const floor = await time(async () =>
        words(
          await withDuckDb({ files: [before, after], limits }, async db => {
            const [row] = (
              await db.runAndReadAll(
                `SELECT count_if(a.id IS NULL)::DOUBLE AS added, count_if(b.id IS NULL)::DOUBLE AS removed,
                   count_if(a.id = b.id AND (${rest.map(n => `a.${n} IS DISTINCT FROM b.${n}`).join(' OR ')}))::DOUBLE AS changed
                 FROM ${a} a FULL JOIN ${b} b ON a.id = b.id`,
              )
            ).getRowObjectsJson() as { added: number; removed: number; changed: number }[]
            return row!
          }),
        ),
      )
      return { ours, floor }
    },
  },
]

export const close = async (): Promise<void> => {
  if (folder) await rm(folder, { recursive: true, force: true })
}
