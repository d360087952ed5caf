import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quoteLiteral as text, withDuckDb } from '#tables/duckdb.ts'
import { checkExpectations } from '#tables/expectations/check-expectations.ts'
import { type Expectation, type ExpectationInput, expectationInput } from '../server/data/expectations/contract.ts'
import { newId } from '../server/kernel/ids.ts'
import type { BenchRow, Measured } from './harness.ts'
import { runPeer } from './peers/python.ts'

const ROWS = 1_000_000
const ROUNDS = 5
const now = () => performance.now()
const NUMBERS = Array.from({ length: 10 }, (_, i) => `x${i}`)
const WHOLES = Array.from({ length: 5 }, (_, i) => `n${i}`)
const WORDS = Array.from({ length: 4 }, (_, i) => `c${i}`)

/** 1M × 20: ten doubles (x8 and x9 with 5 % missing), four whole numbers and a key, four columns of words, a time. */
const SELECT = `SELECT ${[
  ...NUMBERS.map((x, i) => {
    const value = `sqrt(-2 * ln(1 - (hash(i, ${i}) % 1000003) / 1000004.0)) * cos(2 * pi() * (hash(i, ${i + 100}) % 1000003) / 1000003.0)`
    return i < 8 ? `${value} AS ${x}` : `CASE WHEN hash(i, ${i + 200}) % 20 > 0 THEN ${value} END AS ${x}`
  }),
  'i AS n0',
  ...WHOLES.slice(1).map((n, i) => `(hash(i, ${i + 300}) % ${10 ** (i + 2)})::BIGINT AS ${n}`),
  ...WORDS.map((c, i) => `'k' || (hash(i, ${i + 400}) % ${10 * (i + 1)}) AS ${c}`),
  "TIMESTAMP '2026-01-01' + to_seconds(i) AS t",
].join(', ')} FROM range(${ROWS}) AS r(i)`

const on = (type: string, column: string | null, parameters: object) =>
  ({ type, column, parameters }) as ExpectationInput

/** A hundred checks that each of the three tools knows; four do not hold. */
const CHECKS: ExpectationInput[] = [
  on('row-count', null, { min: ROWS / 2, max: 2 * ROWS }),
  ...[...NUMBERS, ...WHOLES, ...WORDS, 't'].map((c, i) => on('not-null', c, { share: i === 8 || i === 9 ? 0.9 : 1 })),
  // x0 is outside now and then.
  ...[...NUMBERS, ...WHOLES].map((c, i) => on('between', c, i === 0 ? { min: -3, max: 3 } : { min: -10, max: 1e7 })),
  ...NUMBERS.map(c => on('between', c, { min: -2, max: 2, share: 0.9 })),
  ...[...NUMBERS, ...WHOLES].map(c => on('mean-between', c, c.startsWith('x') ? { min: -0.5, max: 0.5 } : { min: 10 })),
  ...NUMBERS.map((c, i) =>
    on('quantile-between', c, i === 9 ? { quantile: 0.5, min: 1 } : { quantile: 0.5, min: -0.5, max: 0.5 }),
  ),
  ...[...NUMBERS, ...WHOLES].map(c => on('sd-between', c, c.startsWith('x') ? { min: 0.5, max: 1.5 } : { min: 1 })),
  // c3 has forty words, not thirty.
  ...WORDS.map((c, i) =>
    on('in-set', c, { values: Array.from({ length: Math.min(30, 10 * (i + 1)) }, (_, k) => `k${k}`) }),
  ),
  ...WORDS.map(c => on('regex', c, { pattern: '^k[0-9]+$' })),
  ...WORDS.map(c => on('length', c, { min: 2, max: 3 })),
  on('unique', 'n0', {}),
  on('unique', 'n4', {}),
]

const expectations = CHECKS.map(c => ({ ...expectationInput.parse(c), id: newId() }) as Expectation)
const failing = (passed: readonly boolean[]) =>
  `${passed.length} checked, not met: ${passed.flatMap((p, i) => (p ? [] : [i])).join(', ')}`

/** The same figures by one plain query: nothing is judged, no offending row is fetched. */
const BARE = `SELECT ${expectations
  .map(e => {
    const c = e.column
    switch (e.type) {
      case 'not-null':
        return `count(${c})`
      case 'between':
        return `count(*) FILTER (WHERE ${c} < ${e.parameters.min} OR ${c} > ${e.parameters.max})`
      case 'mean-between':
        return `avg(${c})`
      case 'quantile-between':
        return `median(${c})`
      case 'sd-between':
        return `stddev_samp(${c})`
      case 'in-set':
        return `count(*) FILTER (WHERE ${c} NOT IN (${e.parameters.values.map(text).join(', ')}))`
      case 'regex':
        return `count(*) FILTER (WHERE NOT regexp_matches(${c}, ${text(e.parameters.pattern)}))`
      case 'length':
        return `count(*) FILTER (WHERE length(${c}) NOT BETWEEN 2 AND 3)`
      case 'unique':
        return `count(DISTINCT ${c})`
      default:
        return 'count(*)'
    }
  })
  .map((sql, i) => `${sql} AS a${i}`)
  .join(', ')} FROM data`

async function repeat(run: () => Promise<string>): Promise<Measured> {
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
    row: 'data/expectations',
    unit: 'ms',
    better: 'less',
    goal: { ratio: 0.1 },
    measure: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fleximl-bench-'))
      try {
        const path = join(folder, 'data.parquet')
        await withDuckDb({ folders: [folder] }, db => db.run(`COPY (${SELECT}) TO ${text(path)} (FORMAT parquet)`))
        const input = { path, rows: ROWS, addedAtMs: 0, expectations, others: {}, temporaryFolder: folder }
        const report = { signal: new AbortController().signal, progress: () => {}, line: () => {} }
        const ours = await repeat(async () => {
          const { results } = await checkExpectations(input, report)
          return failing(results.map(r => r.passed))
        })
        const floor = await repeat(() =>
          withDuckDb({ files: [path] }, async db => {
            await db.run(`CREATE VIEW data AS SELECT * FROM read_parquet(${text(path)})`)
            await db.runAndReadAll(BARE)
            return `${expectations.length} figures`
          }),
        )
        const peers: Record<string, Measured> = {}
        for (const [tool, rounds] of [
          ['pandera', 3],
          ['great-expectations', 1],
        ] as const) {
          const checks = expectations.map(({ type, column, parameters }) => ({ type, column, parameters }))
          const measured = await runPeer('expectations.py', { path, checks, tool, rounds })
          if (!measured) continue
          // A faster tool that says something else is no peer.
          if (measured.answer !== ours.answer) throw new Error(`${tool} says: ${measured.answer}; ours: ${ours.answer}`)
          peers[tool] = { ...measured, samples: measured.samples.map(s => 1000 * s) }
        }
        return { ours, floor, peers }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  },
]
