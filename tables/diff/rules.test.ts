import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnRole, ColumnType, StoredType, VersionColumn } from '../contract.ts'
import type { FrameCell } from '../read/read-frame.ts'
import { compareSchemas, defaultKey } from './compare-schemas.ts'
import { compareSpread, measuredAs } from './compare-spread.ts'
import { schemaNotes } from './make-notes.ts'

const column = (name: string, type: ColumnType, stored?: StoredType, role: ColumnRole = 'feature'): VersionColumn => ({
  name,
  type,
  role,
  stored,
  missing: 0,
  distinct: 9,
  nullable: false,
  reason: '',
})
const pair = (before: VersionColumn, after: VersionColumn) => compareSchemas([before], [after]).common[0]!

describe('columns of two versions', () => {
  it('by name: added, removed, changed', () => {
    const before = [column('a', 'number'), column('b', 'category'), column('c', 'integer')]
    const after = [column('c', 'category', 'words'), column('a', 'number'), column('d', 'text')]
    const { schema, common } = compareSchemas(before, after)
    assert.deepEqual(schema, {
      added: ['d'],
      removed: ['b'],
      changed: ['c'],
      types: [{ name: 'c', before: 'integer', after: 'category' }],
    })
    assert.deepEqual(
      common.map(c => [c.name, c.as]),
      [
        ['c', 'words'],
        ['a', 'number'],
      ],
    )
  })
  it('another role is no other column', () => {
    const { schema } = compareSchemas([column('a', 'number')], [column('a', 'number', undefined, 'target')])
    assert.deepEqual(schema.changed, [])
  })
  const kinds: [VersionColumn, VersionColumn, StoredType][] = [
    [column('a', 'integer'), column('a', 'integer'), 'integer'],
    [column('a', 'integer'), column('a', 'number'), 'number'],
    [column('a', 'category', 'integer'), column('a', 'integer', 'integer'), 'integer'],
    [column('a', 'datetime'), column('a', 'datetime'), 'datetime'],
    [column('a', 'datetime'), column('a', 'text'), 'words'],
    [column('a', 'boolean'), column('a', 'category', 'boolean'), 'boolean'],
  ]
  for (const [before, after, as] of kinds)
    it(`${before.type} beside ${after.type} is compared as ${as}`, () => assert.equal(pair(before, after).as, as))
  it('rows are matched by the id columns of both unless somebody chooses', () => {
    const id = (name: string) => column(name, 'id', 'words', 'id')
    assert.deepEqual(defaultKey([id('a'), id('b')], [id('b'), id('c'), column('a', 'category')]), ['b'])
  })
})

describe('what a column is measured as', () => {
  const cases: [ColumnType, ColumnType, string | undefined][] = [
    ['number', 'integer', 'numeric'],
    ['datetime', 'datetime', 'numeric'],
    ['datetime', 'number', undefined],
    ['boolean', 'category', 'category'],
    ['category', 'number', undefined],
    ['constant', 'number', 'category'],
    ['text', 'text', undefined],
    ['id', 'category', undefined],
  ]
  for (const [before, after, kind] of cases)
    it(`${before} beside ${after}: ${kind}`, () =>
      assert.equal(measuredAs(pair(column('a', before), column('a', after))), kind))
})

describe('how a column is spread', () => {
  const number = pair(column('a', 'number'), column('a', 'number'))
  const rows = (n: number, make: (i: number) => FrameCell) => Array.from({ length: n }, (_, i) => make(i))
  it('bins reach over both sides; shares are of what is present', () => {
    const spread = compareSpread(
      number,
      rows(100, i => i / 7),
      [...rows(100, i => i / 7 + 20), null, null],
    )!.spread
    assert.ok(spread.kind === 'bins')
    assert.deepEqual([spread.bins[0]!.from, Math.round(spread.bins.at(-1)!.to * 7)], [0, 239])
    const sum = spread.bins.reduce((all, b) => all + b.after, 0)
    assert.ok(Math.abs(sum - 1) < 1e-9)
  })
  it('few whole numbers have a bin each', () => {
    const spread = compareSpread(
      number,
      rows(60, i => i % 3),
      rows(60, i => 1 + (i % 4)),
    )!.spread
    assert.ok(spread.kind === 'bins')
    assert.deepEqual(
      spread.bins.map(b => b.from),
      [0, 1, 2, 3, 4],
    )
  })
  const odd: [string, FrameCell[], FrameCell[]][] = [
    ['nothing on either side', [], []],
    ['nothing before', [], rows(50, i => i)],
    ['only missing cells', rows(50, () => null), rows(50, () => null)],
    ['one value', rows(50, () => 3.5), rows(50, () => 3.5)],
    ['endless numbers', rows(50, i => (i === 0 ? Number.POSITIVE_INFINITY : i)), rows(50, i => i)],
  ]
  for (const [what, before, after] of odd)
    it(`${what}: no drift, and shares that are numbers`, () => {
      const { drifted, spread } = compareSpread(number, before, after)!
      assert.equal(drifted, false)
      assert.ok(spread.kind === 'bins' && spread.bins.every(b => Number.isFinite(b.before + b.after)))
    })
  it('the commonest values of both sides stand side by side', () => {
    const category = pair(column('a', 'category'), column('a', 'category'))
    const spread = compareSpread(
      category,
      rows(100, i => (i < 90 ? 'old' : 'b')),
      rows(100, i => (i < 80 ? 'new' : 'b')),
    )!.spread
    assert.ok(spread.kind === 'values')
    assert.deepEqual(spread.values, [
      { value: 'old', before: 0.9, after: 0 },
      { value: 'new', before: 0, after: 0.8 },
      { value: 'b', before: 0.1, after: 0.2 },
    ])
  })
})

describe('notes', () => {
  it('names the version without rows', () => {
    const { schema, common } = compareSchemas([column('a', 'number')], [column('a', 'number')])
    assert.deepEqual(schemaNotes(schema, common, { rows: 0, label: 'x v1' }, { rows: 5, label: 'x v2' }), [
      { code: 'no-rows', facts: { version: 'x v1' } },
    ])
  })
  it('counts the columns of one version only', () => {
    const { schema, common } = compareSchemas(
      [column('a', 'number'), column('b', 'number')],
      [column('a', 'number'), column('c', 'number')],
    )
    assert.deepEqual(schemaNotes(schema, common, { rows: 9, label: 'x v1' }, { rows: 5, label: 'x v2' }), [
      { code: 'columns-left-out', facts: { compared: 1, columns: { names: ['c', 'b'], total: 2 } } },
    ])
  })
})
