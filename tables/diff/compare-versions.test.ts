import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ColumnType, VersionColumn } from '../contract.ts'
import { withDuckDb } from '../duckdb.ts'
import { compareVersions } from './compare-versions.ts'
import { diffFindings, diffVerdict } from './contract.ts'

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
      const names = Object.keys(columns).map((name, k) => `count(*) - count("${name}") AS m${k}`)
      const [{ n, ...missing }] = (
        await db.runAndReadAll(`SELECT count(*)::DOUBLE AS n, ${names.join(', ')} FROM read_parquet('${path}')`)
      ).getRowObjectsJson() as [Record<string, number>]
      const schema = Object.entries(columns).map(
        ([name, type], k): VersionColumn => ({
          name,
          type,
          role: 'feature',
          missing: Number(missing[`m${k}`]),
          distinct: 9,
          nullable: true,
          reason: '',
        }),
      )
      return { path, schema, rows: n!, label }
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

describe('what a comparison finds in a column', () => {
  const team = (level: string, missing = '0') =>
    `SELECT i AS id, if(i < ${missing}, NULL, i / 3)::DOUBLE AS x, ${level} AS w, if(i < ${missing}, NULL, 'note ' || i) AS t FROM range(870) r(i)`
  const columns: Columns = { id: 'integer', x: 'number', w: 'category', t: 'text' }
  const plainTeam = team("if(i % 2 = 0, 'Sales', 'IT')")
  const verdicts = async (old: string, now: string) => {
    const diff = await compare([old, columns], [now, columns], ['id'])
    return Object.fromEntries(diff.columns.map(c => [c.name, { verdict: diffVerdict(c), found: diffFindings(c), c }]))
  }

  it('a new category is a change, however rare it is', async () => {
    const { w, x } = await verdicts(
      plainTeam,
      team("CASE WHEN i = 3 THEN 'Legal' WHEN i % 2 = 0 THEN 'Sales' ELSE 'IT' END"),
    )
    assert.deepEqual([w!.c.drifted, w!.verdict], [false, 'changed'])
    assert.deepEqual(w!.found, [{ kind: 'new-values', names: ['Legal'], total: 1, rows: 1 }])
    assert.deepEqual([x!.verdict, x!.found], ['similar', []])
  })

  it('new missing cells are a change, and a shift once they are many; of texts too', async () => {
    const few = await verdicts(plainTeam, team("if(i % 2 = 0, 'Sales', 'IT')", '1'))
    assert.deepEqual([few.x!.verdict, few.t!.verdict], ['changed', 'changed'])
    assert.deepEqual(few.x!.found, [{ kind: 'new-missing', cells: 1 }])
    const many = await verdicts(plainTeam, team("if(i % 2 = 0, 'Sales', 'IT')", '35'))
    assert.deepEqual([many.x!.verdict, many.x!.c.test, many.t!.verdict], ['shifted', 'missing', 'shifted'])
    assert.deepEqual([many.x!.c.missingShare!.baseline, many.x!.c.missingShare!.current], [0, 35 / 870])
    const back = await verdicts(team("if(i % 2 = 0, 'Sales', 'IT')", '1'), plainTeam)
    assert.deepEqual(back.x!.found, [{ kind: 'no-more-missing', cells: 1 }])
  })

  it('an emptied column is a shift', async () => {
    const { x } = await verdicts(plainTeam, team("if(i % 2 = 0, 'Sales', 'IT')", '870'))
    assert.deepEqual([x!.verdict, x!.c.test, x!.c.missingShare!.current], ['shifted', 'missing', 1])
  })

  it('equal tables are similar, tiny ones unknown', async () => {
    const same = await verdicts(plainTeam, plainTeam)
    assert.deepEqual([same.x!.verdict, same.w!.verdict, same.t], ['similar', 'similar', undefined])
    const tiny = `SELECT * FROM (${plainTeam}) WHERE id < 12`
    const few = await verdicts(tiny, tiny)
    assert.deepEqual([few.x!.verdict, few.w!.verdict], ['unknown', 'unknown'])
  })

  it('columns named like our own are compared like any other', async () => {
    for (const name of ['value', 'n', 'added', 'total', 'cells', 'side', 'data']) {
      const named: Columns = { id: 'integer', [name]: 'category' }
      const select = (last: string) =>
        `SELECT i AS id, if(i = 9, '${last}', 'k' || i % 3) AS "${name}" FROM range(60) r(i)`
      const { columns: found } = await compare([select('k0'), named], [select('zz'), named], ['id'])
      const column = found.find(c => c.name === name)!
      assert.deepEqual(diffFindings(column), [{ kind: 'new-values', names: ['zz'], total: 1, rows: 1 }], name)
    }
  })
})
