import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ColumnRole, ColumnType, VersionColumn } from '../contract.ts'
import { withDuckDb } from '../duckdb.ts'
import type { LeakFinding, LeakSplit } from './contract.ts'
import { scanLeaks } from './scan-leaks.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-leaks-'))
})
after(() => rm(folder, { recursive: true, force: true }))

type Roles = Record<string, ColumnRole>
const TYPES: [RegExp, ColumnType][] = [
  [/INT/, 'integer'],
  [/DOUBLE|DECIMAL/, 'number'],
  [/BOOL/, 'boolean'],
  [/TIMESTAMP|DATE/, 'datetime'],
]
let files = 0

/** Rows of a SELECT over `i` (0 to `rows`) as a version; `u(k)` is a uniform number of the row's own, `z(k)` a normal one. */
async function scan(list: string, roles: Roles, options: { rows?: number; split?: LeakSplit } = {}) {
  const path = join(folder, `${++files}.parquet`)
  const { rows = 4000, split = 'random' } = options
  return withDuckDb({ folders: [folder] }, async db => {
    await db.run('CREATE MACRO u(i, k) AS (hash(i * 1000 + k) % 4294967291) / 4294967291.0')
    await db.run('CREATE MACRO z(i, k) AS u(i, k) + u(i, k + 101) + u(i, k + 202) + u(i, k + 303) - 2')
    await db.run(`CREATE TABLE t AS SELECT ${list} FROM range(${rows}) r(i)`)
    await db.run(`COPY t TO '${path}'`)
    const columns = (await db.runAndReadAll('DESCRIBE t')).getRowObjectsJson() as {
      column_name: string
      column_type: string
    }[]
    const schema: VersionColumn[] = []
    for (const { column_name: name, column_type: type } of columns) {
      const c = `"${name.replaceAll('"', '""')}"`
      const [facts] = (
        await db.runAndReadAll(
          `SELECT count(DISTINCT ${c})::DOUBLE AS n, count(*) - count(${c})::DOUBLE AS missing FROM t`,
        )
      ).getRowObjectsJson() as { n: number; missing: number }[]
      schema.push({
        name,
        type: TYPES.find(([sql]) => sql.test(type))?.[1] ?? 'category',
        role: roles[name] ?? 'feature',
        distinct: facts!.n,
        missing: facts!.missing,
        nullable: facts!.missing > 0,
        reason: '',
      })
    }
    const target = schema.find(c => c.role === 'target')!.name
    return scanLeaks(db, { path, schema, target, rows, split, depth: 'all', seed: 1 })
  })
}
const find = async (...given: Parameters<typeof scan>) => (await scan(...given)).findings
const short = (findings: LeakFinding[]) => findings.map(f => [f.severity, f.code, ...f.columns])
const T: Roles = { t: 'target' }

describe('columns that give the target away', () => {
  const cases: [string, string, Roles, unknown[]][] = [
    ['a copy', 'u(i,1) AS t, t AS c, u(i,2) AS x', T, [['block', 'copy', 'c']]],
    [
      'the same in other words',
      "(u(i,1) < 0.3)::INT AS t, if(t = 1, 'yes', 'no') AS c, u(i,2) AS x",
      T,
      [['block', 'other-words', 'c']],
    ],
    [
      'several words for one class',
      "(u(i,1) < 0.3)::INT AS t, if(t = 1, 'a', if(u(i,5) < 0.5, 'b', 'c')) AS c, u(i,2) AS x",
      T,
      [['block', 'other-words', 'c']],
    ],
    ['another unit', 'z(i,1) AS t, t * 1.8 + 32 AS c, u(i,2) AS x', T, [['block', 'other-unit', 'c']]],
    ['another scale', 'u(i,1) AS t, exp(8 * t) AS c, u(i,2) AS x', T, [['block', 'monotone', 'c']]],
    ['another scale, turned round', 'u(i,1) AS t, 1 / (t + 0.01) AS c', T, [['block', 'monotone', 'c']]],
    [
      'two that add up',
      '(u(i,1) * 300)::INT AS a, (u(i,2) * 900)::INT AS b, a + b AS t, u(i,3) AS x',
      T,
      [['block', 'sum', 'a', 'b']],
    ],
    ['the target with a little noise', 'z(i,1) AS t, t + z(i,7) / 50 AS c', T, [['block', 'too-good', 'c']]],
    [
      'a score made after the event',
      "if(u(i,1) < 0.3, 'yes', 'no') AS t, if(t = 'yes', 1, 0) + u(i,4) * 1.02 AS c",
      T,
      [['block', 'too-good', 'c']],
    ],
    [
      'one of three classes told by a number',
      "['a','b','c'][1 + (u(i,1) * 3)::INT % 3] AS t, ascii(t) * 10 + u(i,2) * 9.9 AS c",
      T,
      [['warn', 'too-good', 'c']],
    ],
    [
      'a cell that is filled in afterwards',
      "if(u(i,1) < 0.3, 'left', 'stayed') AS t, if(t = 'left' AND u(i,2) < 0.4, u(i,3), NULL) AS c, u(i,4) AS x",
      T,
      [['warn', 'missingness', 'c']],
    ],
    [
      'a free text that is written for one class only',
      "(u(i,1) < 0.3)::INT AS t, if(t = 1 AND u(i,2) < 0.5, repeat('why ' || i || ' ', 30), NULL) AS c, u(i,4) AS x",
      T,
      [['warn', 'missingness', 'c']],
    ],
    [
      'cells that are no numbers or endless',
      "if(i % 90 = 0, 'nan'::DOUBLE, if(i % 91 = 0, 'inf'::DOUBLE, z(i,1))) AS t, t AS c, if(i % 7 = 0, 'nan'::DOUBLE, u(i,3)) AS n, u(i,4) AS x",
      T,
      [['block', 'copy', 'c']],
    ],
    [
      'hostile names',
      'u(i,1) AS "select ""t"" --", "select ""t"" --" * 3 + 1 AS "a\'; DROP TABLE t; --", u(i,2) AS file_row_number',
      { 'select "t" --': 'target' },
      [['block', 'other-unit', "a'; DROP TABLE t; --"]],
    ],
  ]
  for (const [what, list, roles, expected] of cases)
    it(what, async () => assert.deepEqual(short(await find(list, roles)), expected))

  it('carry the figures', async () => {
    const [words] = await find("(u(i,1) < 0.3)::INT AS t, if(t = 1, 'yes', 'no') AS c", T)
    assert.deepEqual(words!.facts, { target: 't', rows: 4000, example: 'no always with 0, yes always with 1' })
    const [score] = await find('z(i,1) AS t, t + z(i,7) / 50 AS c', T)
    assert.ok(score?.code === 'too-good')
    assert.deepEqual([score.facts.measure, score.facts.baseline, score.facts.rows], ['R²', 0, 4000])
    assert.ok(score.facts.score > 0.999 && score.facts.score < 1)
  })
  it('also when they hold in almost all rows only of a sample: a claim is proved on every row', async () => {
    const found = await find('u(i,1) AS t, if(i = 77777, 0, t * 2) AS c', T, { rows: 100_000 })
    assert.deepEqual(short(found), [['block', 'too-good', 'c']])
  })
})

describe('columns that know later rows', () => {
  const time = "TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS at"
  const roles: Roles = { t: 'target', at: 'time' }
  it('the next row’s target', async () => {
    const found = await find(`${time}, u(i,1) AS t, u(i + 1,1) AS c, u(i - 1,1) AS honest_lag`, roles, {
      split: 'time',
    })
    assert.deepEqual(short(found), [['block', 'next-row', 'c']])
  })
  it('a total that the row is part of', async () => {
    const found = await find(
      `${time}, (u(i,1) * 90)::INT AS t, sum((u(i,1) * 90)::INT) OVER (ORDER BY i)::BIGINT AS c`,
      roles,
      {
        split: 'time',
      },
    )
    assert.deepEqual(short(found), [['block', 'running-total', 'c']])
  })
  it('a moment after the row’s own', async () => {
    const found = await find(
      `${time}, u(i,1) AS t, "at" + INTERVAL (1 + (u(i,2) * 200)::INT) HOUR AS returned, "at" - INTERVAL (i % 90) DAY AS booked`,
      roles,
      { split: 'time' },
    )
    assert.deepEqual(short(found), [['warn', 'after-time', 'returned']])
    assert.ok(found[0]?.code === 'after-time')
    assert.deepEqual([found[0].facts.time, found[0].facts.share], ['at', 1])
    assert.equal(Math.round(found[0].facts.medianMs / 86_400_000), 4)
  })
})

describe('rows on both sides of a split', () => {
  it('equal rows, by how many test rows they touch', async () => {
    const found = await find('u(i // 2,1) AS t, u(i // 2,2) AS x', T)
    assert.deepEqual(short(found), [['warn', 'duplicates']])
    assert.ok(found[0]?.code === 'duplicates')
    assert.deepEqual([found[0].facts.duplicates, found[0].facts.rows, found[0].facts.split], [4000, 4000, 'random'])
  })
  it('rows of few columns of few values repeat by nature', async () => {
    assert.deepEqual(short(await find('(u(i,1) < 0.4)::INT AS t, (u(i,2) * 9)::INT AS x', T)), [['info', 'duplicates']])
  })
  it('rows of one thing', async () => {
    const roles: Roles = { t: 'target', person: 'group' }
    const list = "'p' || (i // 5) AS person, u(i,1) AS t, u(i,2) AS x"
    assert.deepEqual(short(await find(list, roles)), [['warn', 'groups', 'person']])
    assert.deepEqual(short(await find(list, roles, { split: 'group' })), [])
  })
  it('in a split by time only what crosses the cut', async () => {
    const list = "TIMESTAMP '2024-01-01' + INTERVAL (i // 2) HOUR AS at, u(i // 2,1) AS t, u(i // 2,2) AS x"
    assert.deepEqual(short(await find(list, { t: 'target', at: 'time' }, { split: 'time' })), [])
  })
})

describe('honest columns are left alone', () => {
  const cases: [string, string, Roles][] = [
    [
      'census: a strong category, a heavy tail, a rare value',
      `if(u(i,1) < [0.05, 0.12, 0.45, 0.7][1 + i % 4], '>50K', '<=50K') AS t, ['child','single','married','wife'][1 + i % 4] AS relation,
       if(u(i,3) < 0.08, (u(i,4) * 99999)::INT, 0) AS gain, (20 + u(i,5) * 60)::INT AS age, i AS row_id`,
      { t: 'target' },
    ],
    [
      'subscriptions: charges that are months times price, empty in a few rows of one class',
      `(u(i,2) * 72)::INT AS tenure, 20 + u(i,3) * 90 AS monthly, if(i % 600 = 0, NULL, tenure * monthly + z(i,9)) AS total,
       if(u(i,1) < 0.5 - tenure / 150, 'Yes', 'No') AS t`,
      T,
    ],
    [
      'houses: income explains half, rooms and bedrooms each other, a capped value',
      `exp(z(i,1) / 2) AS income, least(5.0, income * 0.8 + z(i,2) / 2 + 1) AS t, (u(i,3) * 3000)::INT AS rooms, rooms * 0.2 + z(i,4) AS bedrooms`,
      T,
    ],
    [
      'rates: a rival’s price of last year, a code of many levels',
      "z(i,1) * 30 + 100 AS rival, rival + z(i,2) * 9 AS t, 'agent ' || (u(i,3) * 900)::INT AS agent",
      T,
    ],
    ['an identifier in the file’s order', "(u(i,1) < 0.3)::INT AS t, 'k' || i AS code, i AS number", T],
    ['a constant target', 'true AS t, u(i,1) AS x', T],
  ]
  for (const [what, list, roles] of cases) it(what, async () => assert.deepEqual(short(await find(list, roles)), []))

  it('too few rows say nothing', async () => {
    assert.deepEqual(short(await find('i AS t, i AS c', T, { rows: 5 })), [])
    assert.deepEqual(short(await find('i AS t, i AS c', T, { rows: 0 })), [])
  })
})

describe('what a check looked at', () => {
  it('names the columns that alone predict the target best', async () => {
    const { findings, evidence } = await scan(
      "(u(i,1) < 0.3)::INT AS t, t + z(i,7) AS weak, u(i,2) AS x, 'k' || i AS k, 7 AS c",
      { t: 'target', k: 'id' },
    )
    assert.deepEqual(findings, [])
    assert.deepEqual([evidence.rows, evidence.columns, evidence.unscored], [4000, 3, null])
    assert.deepEqual(evidence.notCompared.names, ['k'])
    const [best] = evidence.strongest
    assert.deepEqual([best!.column, best!.measure, best!.baseline], ['weak', 'AUC', 0.5])
    assert.ok(best!.score > 0.7 && best!.score < 0.99)
  })
  it('says that nothing was compared with few rows, a constant target, or many levels', async () => {
    const reason = async (list: string, rows: number) => {
      const { evidence } = await scan(list, T, { rows })
      return [evidence.unscored, evidence.columns, evidence.strongest.length]
    }
    assert.deepEqual(await reason('i % 2 AS t, u(i,1) AS x', 12), ['few-rows', 0, 0])
    assert.deepEqual(await reason('1 AS t, u(i,1) AS x', 100), ['constant-target', 1, 0])
    assert.deepEqual(await reason("'k' || i AS t, u(i,1) AS x", 500), ['many-levels', 1, 0])
  })
})
