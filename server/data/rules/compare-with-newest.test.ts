import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { VersionColumn } from '#tables/contract.ts'
import { describeChange } from '../previews/messages.ts'
import { compareWithNewest } from './compare-with-newest.ts'

const column = (name: string, over: Partial<VersionColumn> = {}): VersionColumn => ({
  name,
  type: 'integer',
  role: 'feature',
  missing: 0,
  distinct: 50,
  nullable: false,
  domain: { min: 0, max: 100 },
  reason: '',
  ...over,
})
const category = (name: string, domain: string[], over: Partial<VersionColumn> = {}) =>
  column(name, { type: 'category', domain, distinct: domain.length, ...over })

const texts = (before: VersionColumn[], after: VersionColumn[], rows: [number, number] = [1000, 100]) =>
  compareWithNewest({ rows: rows[0], schema: before }, { rows: rows[1], schema: after }).map(change => {
    const { column, what, before, after } = describeChange(change)
    return `${column}: ${what}, ${before} → ${after}`
  })

describe('differences of a file from the newest version', () => {
  it('new, removed and retyped columns are named', () => {
    assert.deepEqual(
      texts(
        [column('a'), column('b', { role: 'target' }), column('c')],
        [column('a'), column('c', { type: 'text', domain: undefined }), column('d')],
      ),
      ['b: removed column, integer, target → absent', 'c: type, integer → text', 'd: new column, absent → integer'],
    )
  })

  it('categories that the version does not have are named; of a cut list nothing is claimed', () => {
    assert.deepEqual(texts([category('k', ['HR', 'IT'])], [category('k', ['IT', 'Legal'])]), [
      'k: new category, 2 categories → “Legal”',
    ])
    assert.deepEqual(texts([category('k', ['HR', 'IT'], { distinct: 300 })], [category('k', ['Legal'])]), [])
  })

  it('the missing share counts per row, not per file', () => {
    const missing = (n: number) => column('a', { missing: n })
    assert.deepEqual(texts([missing(0)], [missing(4)]), ['a: missing, none → 4 %'])
    assert.deepEqual(texts([missing(100)], [missing(10)]), [])
    assert.deepEqual(texts([missing(100)], [missing(0)]), ['a: missing, 10 % → none'])
    assert.deepEqual(texts([missing(0)], [missing(1)], [1000, 20_000]), ['a: missing, none → < 0.1 %'])
  })

  it('a range is listed when it is clearly exceeded', () => {
    const to = (max: number) => column('a', { domain: { min: 0, max } })
    assert.deepEqual(texts([to(100)], [to(105)]), [])
    assert.deepEqual(texts([to(100)], [to(1150)]), ['a: range, 0 to 100 → 0 to 1,150'])
    assert.deepEqual(texts([to(100)], [to(3262.57)]), ['a: range, 0 to 100 → 0 to 3,262.57'])
  })

  it('a column that is constant in the first rows has not changed its type', () => {
    assert.deepEqual(texts([category('k', ['a', 'b'])], [category('k', ['a'], { type: 'constant' })]), [])
    assert.deepEqual(texts([column('a')], [column('a')]), [])
  })
})
