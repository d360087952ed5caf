import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnType } from '../contract.ts'
import type { ColumnStatistics, Profile } from './contract.ts'
import { warnAboutProfile } from './warn-about-profile.ts'

const ROWS = 1000
const column = (name: string, type: ColumnType, more: Partial<ColumnStatistics> = {}): ColumnStatistics => ({
  name,
  type,
  count: ROWS - (more.missing ?? 0),
  missing: 0,
  distinct: 400,
  distinctExact: true,
  min: 0,
  max: 100,
  mean: 50,
  sd: 20,
  quantiles: { '0.05': 5, '0.25': 30, '0.5': 50, '0.75': 70, '0.95': 95 },
  top: [{ value: '50', count: 9 }],
  histogram: [],
  skewness: 0.1,
  zeros: 2,
  negatives: 0,
  infinite: 0,
  monotone: null,
  ...more,
})
const kinds = (columns: ColumnStatistics[], more: Partial<Profile> = {}, target?: string) =>
  warnAboutProfile(
    { v: 1, rows: ROWS, duplicateRows: 0, columns, warnings: [], ...more },
    columns.map(c => ({
      name: c.name,
      role: c.name === target ? ('target' as const) : c.type === 'id' ? ('id' as const) : ('feature' as const),
    })),
  ).warnings
const top = (...counts: number[]) => counts.map((count, i) => ({ value: `w${i}`, count }))

describe('warnings of a profile', () => {
  const must: [string, ColumnStatistics, string, string][] = [
    ['mostly missing', column('a', 'number', { missing: 700 }), 'mostly-missing', 'high'],
    ['often missing', column('a', 'number', { missing: 300 }), 'missing', 'medium'],
    ['sometimes missing', column('a', 'number', { missing: 80 }), 'missing', 'low'],
    ['empty', column('a', 'constant', { missing: ROWS, distinct: 0, top: [] }), 'constant', 'medium'],
    ['constant', column('a', 'constant', { distinct: 1, top: top(ROWS) }), 'constant', 'low'],
    ['infinite', column('a', 'number', { infinite: 3 }), 'infinite', 'high'],
    [
      'one value nearly everywhere',
      column('a', 'category', { distinct: 3, top: top(995, 3, 2) }),
      'dominant',
      'medium',
    ],
    ['many zeros', column('a', 'number', { zeros: 700, top: [{ value: '0', count: 700 }] }), 'zeros', 'low'],
    ['skewed', column('a', 'number', { skewness: 4 }), 'skewed', 'low'],
    ['a far value', column('a', 'number', { max: 9000 }), 'outliers', 'medium'],
    ['many levels', column('a', 'category', { distinct: 300, top: top(9) }), 'high-cardinality', 'medium'],
    ['nearly unique words', column('a', 'category', { distinct: 980, top: top(2) }), 'unique', 'medium'],
    [
      'a whole number of its own in every row',
      column('a', 'integer', { distinct: ROWS, top: top(1) }),
      'unique',
      'medium',
    ],
    ['rising with the rows', column('a', 'number', { monotone: 'increasing' }), 'row-order', 'medium'],
    [
      'words for missing',
      column('a', 'category', { distinct: 3, top: [{ value: '?', count: 200 }] }),
      'blank-words',
      'medium',
    ],
    [
      'not_applicable',
      column('a', 'category', { distinct: 3, top: [{ value: 'not_applicable', count: 200 }] }),
      'blank-words',
      'medium',
    ],
  ]
  for (const [what, c, kind, severity] of must)
    it(`warns of a column that is ${what}`, () => {
      const found = kinds([c])
      assert.deepEqual(
        found.filter(w => w.code === kind).map(w => [w.severity, w.column]),
        [[severity, 'a']],
        JSON.stringify(found),
      )
    })

  const mustNot: [string, ColumnStatistics][] = [
    ['an ordinary number', column('a', 'number')],
    ['a few holes', column('a', 'number', { missing: 30 })],
    ['an id', column('a', 'id', { distinct: ROWS, top: top(1) })],
    [
      'a counter of rows that is known as id',
      column('a', 'id', { distinct: ROWS, monotone: 'increasing', top: top(1) }),
    ],
    [
      'times in order',
      column('a', 'datetime', { distinct: ROWS, monotone: 'increasing', mean: null, sd: null, quantiles: {} }),
    ],
    ['yes and no', column('a', 'boolean', { distinct: 2, top: top(600, 400), mean: null })],
    [
      'zero and one',
      column('a', 'integer', {
        distinct: 2,
        zeros: 800,
        top: top(800, 200),
        skewness: 1.5,
        max: 1,
        quantiles: { '0.25': 0, '0.75': 0 },
      }),
    ],
    ['a category of a dozen', column('a', 'category', { distinct: 12, top: top(200, 100) })],
    ['money with a tail', column('a', 'number', { skewness: 1.4, max: 400 })],
    ['different decimals in every row', column('a', 'number', { distinct: ROWS, top: top(1) })],
  ]
  for (const [what, c] of mustNot) it(`does not warn of ${what}`, () => assert.deepEqual(kinds([c]), []))

  it('judges the target as what is predicted', () => {
    const says = (c: Partial<ColumnStatistics>, type: ColumnType = 'category') =>
      kinds([column('y', type, c)], {}, 'y').map(w => `${w.code} ${w.severity}`)
    assert.deepEqual(says({ distinct: 2, top: top(500, 500) }), [])
    assert.deepEqual(says({ distinct: 2, top: top(950, 50) }), ['imbalance medium'])
    assert.deepEqual(says({ distinct: 2, top: top(995, 5) }), ['imbalance high'])
    assert.deepEqual(says({ distinct: 1, top: top(1000) }), ['target-constant high'])
    assert.deepEqual(says({ distinct: 2, missing: 10, top: top(500, 490) }), ['target-missing medium'])
    assert.deepEqual(says({ skewness: 0 }, 'number'), [])
  })

  it('ranks the most severe first, over columns and table', () => {
    const columns = [
      column('noted', 'number', { skewness: 5 }),
      column('holes', 'number', { missing: 900 }),
      column('more holes', 'number', { missing: 950 }),
    ]
    const profile = warnAboutProfile(
      { v: 1, rows: ROWS, duplicateRows: 300, columns, warnings: [] },
      columns.map(c => ({ name: c.name, role: 'feature' })),
    )
    assert.deepEqual(
      profile.warnings.map(w => [w.code, w.column]),
      [
        ['mostly-missing', 'more holes'],
        ['mostly-missing', 'holes'],
        ['duplicates', null],
        ['skewed', 'noted'],
      ],
    )
    assert.deepEqual(profile.warnings[2]!.facts, { duplicates: 300, rows: ROWS })
  })

  it('an ignored column is noted at most', () => {
    const ignored = warnAboutProfile(
      { v: 1, rows: ROWS, duplicateRows: 0, columns: [column('a', 'number', { missing: 900 })], warnings: [] },
      [{ name: 'a', role: 'ignore' }],
    )
    assert.deepEqual(
      ignored.warnings.map(w => w.severity),
      ['low'],
    )
  })
})
