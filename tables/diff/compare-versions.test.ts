import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ColumnType, VersionColumn } from '../contract.ts'
import { withDuckDb } from '../duckdb.ts'
import { compareVersions } from './compare-versions.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-diff-'))
})
after(() => rm(folder, { recursive: true, force: true }))

type Columns = Record<string, ColumnType>
let files = 0

/** What two SELECTs differ in, by `key`. */
const compare = (old: [string, Columns], now: [string, Columns], key: string[]) =>
  withDuckDb({ folders: [folder] }, async db => {
    const side = async ([sql, columns]: [string, Columns], label: string) => {
      const path = join(folder, `${++files}.parquet`)
      await db.run(`COPY (${sql}) TO '${path}'`)
      const [{ n }] = (
        await db.runAndReadAll(`SELECT count(*)::DOUBLE AS n FROM read_parquet('${path}')`)
      ).getRowObjectsJson() as [{ n: number }]
      const schema = Object.entries(columns).map(
        ([name, type]): VersionColumn => ({
          name,
          type,
          role: 'feature',
          missing: 0,
          distinct: 9,
          nullable: true,
          reason: '',
        }),
      )
      return { path, schema, rows: n, label }
    }
    return compareVersions(db, { before: await side(old, 'x v1'), after: await side(now, 'x v2'), key, seed: 1 })
  })

const plain: Columns = { id: 'integer', x: 'number', w: 'category' }
const rows = (from: number, to: number, x = 'i / 3') =>
  `SELECT i AS id, (${x})::DOUBLE AS x, 'w' || (i % 4) AS w FROM range(${from}, ${to}) r(i)`

describe('rows of two versions', () => {
  it('cells of every width and kind of number are the same number', async () => {
    const narrow = 'SELECT i::SMALLINT AS id, i::FLOAT AS x, NULL::VARCHAR AS w FROM range(50) r(i)'
    const wide = 'SELECT i::BIGINT AS id, i::DOUBLE AS x, NULL::VARCHAR AS w FROM range(50) r(i)'
    for (const key of [['id'], []]) {
      const { rows: counts } = await compare([narrow, plain], [wide, plain], key)
      assert.deepEqual(counts, { added: 0, removed: 0, changed: 0, same: 50 })
    }
  })
  it('a missing cell equals a missing one and differs from every value, in keys too', async () => {
    const old = "SELECT * FROM (VALUES (1, NULL, 'a'), (2, 5.0, NULL), (NULL, 1.0, 'c')) t(id, x, w)"
    const now = "SELECT * FROM (VALUES (1, NULL, 'a'), (2, NULL, NULL), (NULL, 2.0, 'c')) t(id, x, w)"
    const { rows: counts, columns } = await compare([old, plain], [now, plain], ['id'])
    assert.deepEqual(counts, { added: 0, removed: 0, changed: 2, same: 1 })
    assert.deepEqual(
      columns.map(c => [c.name, c.changed]).sort(),
      [
        ['id', null],
        ['w', 0],
        ['x', 2],
      ].sort(),
    )
  })
  it('a key of several columns', async () => {
    const list = 'SELECT i // 3 AS id, (i % 3)::DOUBLE AS x, '
    const { rows: counts, key } = await compare(
      [`${list} 'a' AS w FROM range(60) r(i)`, plain],
      [`${list} if(i = 7, 'b', 'a') AS w FROM range(3, 60) r(i)`, plain],
      ['id', 'x'],
    )
    assert.deepEqual([key, counts], [['id', 'x'], { added: 0, removed: 3, changed: 1, same: 56 }])
  })
  it('a key that is all there is', async () => {
    const only: Columns = { id: 'integer' }
    const { rows: counts } = await compare(
      ['SELECT i AS id FROM range(9) r(i)', only],
      ['SELECT i AS id FROM range(2, 12) r(i)', only],
      ['id'],
    )
    assert.deepEqual(counts, { added: 3, removed: 2, changed: 0, same: 7 })
  })
  it('wide tables as narrow ones', async () => {
    const many = Array.from({ length: 150 }, (_, k) => `c${k}`)
    const columns: Columns = { id: 'integer', ...Object.fromEntries(many.map(n => [n, 'integer' as const])) }
    const select = (odd: string) =>
      `SELECT i AS id, ${many.map((n, k) => `${n === 'c120' ? odd : `i % ${k + 2}`} AS ${n}`).join(', ')} FROM range(80) r(i)`
    const diff = await compare([select('0'), columns], [select('if(i < 6, 1, 0)'), columns], ['id'])
    assert.deepEqual(diff.rows, { added: 0, removed: 0, changed: 6, same: 74 })
    assert.deepEqual(
      diff.columns.filter(c => c.changed).map(c => [c.name, c.changed]),
      [['c120', 6]],
    )
    assert.deepEqual(diff.sample.columns.slice(0, 2), ['id', 'c120'])
    assert.deepEqual(diff.sample.rows[0]!.cells, [1])
  })
  it('empty versions', async () => {
    for (const key of [['id'], []]) {
      const filled = await compare([rows(0, 0), plain], [rows(0, 20), plain], key)
      assert.deepEqual(filled.rows, { added: 20, removed: 0, changed: 0, same: 0 })
      assert.ok(filled.columns.every(c => !c.judged && !c.drifted))
      const both = await compare([rows(0, 0), plain], [rows(0, 0), plain], key)
      assert.deepEqual(both.rows, { added: 0, removed: 0, changed: 0, same: 0 })
    }
  })
  it('the sample has the first rows of each kind', async () => {
    const { sample } = await compare([rows(0, 100), plain], [rows(30, 200, 'if(i < 33, -1, i / 3)'), plain], ['id'])
    const ids = (change: string) =>
      sample.rows.filter(r => r.change === change).map(r => (r.after ?? r.before)![sample.columns.indexOf('id')])
    assert.deepEqual(ids('changed'), [30, 31, 32])
    assert.deepEqual([ids('added').length, ids('added')[0]], [20, 100])
    assert.deepEqual([ids('removed').length, ids('removed')[0]], [20, 0])
  })
  it('rows that come twice count twice', async () => {
    const twice = `${rows(0, 10)} UNION ALL ${rows(0, 5)}`
    const { rows: counts } = await compare([twice, plain], [`${rows(0, 10)} UNION ALL ${rows(8, 10)}`, plain], [])
    assert.deepEqual(counts, { added: 2, removed: 5, changed: 0, same: 10 })
  })
})
