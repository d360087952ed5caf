import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ColumnFormat, NumberFormat } from '#ml/cells/column-format.ts'
import { compileCellReader } from '#ml/cells/read-cell.ts'
import { formatNumber } from '#ml/cells/read-number.ts'
import { quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { missingSql, type ReadPlan, trimSql, valueSql } from './compile-sql.ts'

const CELLS = 400

/** Reads the cells by SQL: the value (datetime: milliseconds), null for missing, undefined for what cannot be read. */
async function readBySql(plan: ReadPlan, cells: string[]): Promise<unknown[]> {
  return withDuckDb({}, async db => {
    await db.run(
      `CREATE TABLE cells AS SELECT unnest([${cells.map(text).join(', ')}]) AS c, unnest(range(${cells.length})) AS i`,
    )
    const t = trimSql('c')
    const value =
      plan.as === 'datetime'
        ? `epoch_ms(timezone('UTC', ${valueSql(t, plan)}))::DOUBLE`
        : plan.as === 'integer'
          ? `${valueSql(t, plan)}::DOUBLE`
          : valueSql(t, plan)
    const result = await db.runAndReadAll(`SELECT ${value}, ${missingSql(t, plan)} FROM cells ORDER BY i`)
    return result.getRowsJson().map(([v, missing]) => (v !== null ? v : missing ? null : undefined))
  })
}

const readOne = (plan: ReadPlan, cells: string[]): unknown[] => {
  const read = compileCellReader({ type: plan.as, format: plan.format, domain: plan.words as string[] })
  return cells.map(cell => {
    const value = read(cell)
    return typeof value === 'symbol' || (plan.as === 'boolean' && typeof value === 'string') ? undefined : value
  })
}

async function requireSame(plan: ReadPlan, cells: string[]): Promise<void> {
  const [bySql, one] = [await readBySql(plan, cells), readOne(plan, cells)]
  for (const [i, cell] of cells.entries()) {
    // An infinite number is missing to one reader and unreadable to the other: both are an empty cell.
    if (one[i] === null && bySql[i] === undefined && /^[^a-z]*(inf|\d)/i.test(cell.trim())) continue
    assert.deepEqual(bySql[i], one[i], `${JSON.stringify(cell)} under ${JSON.stringify(plan)}`)
  }
}

const numberFormats = fc
  .record(
    {
      decimal: fc.constantFrom<NumberFormat['decimal']>('.', ','),
      group: fc.constantFrom<NonNullable<NumberFormat['group']>>('.', ',', "'", ' ', '_'),
      unit: fc.constantFrom<NonNullable<NumberFormat['unit']>>(
        { text: '€', at: 'after' },
        { text: 'km/h', at: 'after' },
        { text: '$', at: 'before' },
        { text: 'CHF', at: 'before' },
      ),
      percent: fc.constantFrom<'keep' | 'divide'>('keep', 'divide'),
      brackets: fc.constant(true as const),
      trailingMinus: fc.constant(true as const),
      dash: fc.constant(true as const),
    },
    { requiredKeys: ['decimal'] },
  )
  .filter(f => f.group !== f.decimal)
const numbers = fc.oneof(
  fc.integer({ min: -1e9, max: 1e9 }).map(n => n / 100),
  fc.integer({ min: -1e6, max: 1e6 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const noise = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '-',
    'NA',
    'n/a',
    '?',
    'inf',
    '-Infinity',
    '1e400',
    '1,5',
    '1.234',
    '(5)',
    '5-',
    '5,-',
    '1.234,--',
    '٣',
    '1_0',
    '0x1f',
    'abc',
    '€',
    '%',
    '-$5',
    '$-5',
    '--5',
    '5%-',
    '1,23,456',
    '1.5.2',
    '.5',
    '5.',
    '+7',
    '1e5',
    '\u00a07\u202f',
    '007',
    'true',
    'NaN',
    '5 - €',
    '−5',
  ),
  fc.stringMatching(/^[0-9.,' ()%€$+e-]{0,12}$/),
  fc.string({ maxLength: 6 }).filter(s => !s.includes('\0')),
)

const pad = (n: number) => String(n).padStart(2, '0')
const PATTERNS = [
  '%d/%m/%Y',
  '%m/%d/%Y',
  '%d.%m.%Y',
  '%d.%m.%y',
  '%Y/%m/%d',
  '%d-%b-%Y',
  '%B %d, %Y',
  '%d/%m/%Y %H:%M',
  '%m/%d/%Y %I:%M %p',
  '%Y/%m/%d %H:%M:%S',
  '%Y/%m/%d %H:%M:%S.%f',
  '%d/%m/%Y %H:%M:%S %z',
  '%a, %d %b %Y %H:%M:%S %z',
  '%Y%m%d',
]
const NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
  'Foo',
]
const moments = fc.record({
  Y: fc.integer({ min: 1, max: 2300 }),
  m: fc.integer({ min: 0, max: 13 }),
  d: fc.integer({ min: 0, max: 32 }),
  H: fc.integer({ min: 0, max: 25 }),
  M: fc.integer({ min: 0, max: 61 }),
  S: fc.integer({ min: 0, max: 61 }),
  f: fc.integer({ min: 0, max: 999 }),
  z: fc.constantFrom('Z', 'UTC', '+02:00', '-0530', '+01'),
  padded: fc.boolean(),
})
const writeMoment = (
  pattern: string,
  o: (typeof moments)['generate'] extends never
    ? never
    : { Y: number; m: number; d: number; H: number; M: number; S: number; f: number; z: string; padded: boolean },
) =>
  pattern.replace(/%(.)/g, (_, directive: string) => {
    const two = (n: number) => (o.padded ? pad(n) : String(n))
    switch (directive) {
      case 'Y':
        return String(o.Y).padStart(4, '0')
      case 'y':
        return pad(o.Y % 100)
      case 'm':
        return directive && pattern.includes('%Y%m') ? pad(o.m) : two(o.m)
      case 'd':
        return pattern.includes('%m%d') ? pad(o.d) : two(o.d)
      case 'b':
        return (NAMES[o.m - 1] ?? 'Foo').slice(0, 3)
      case 'B':
        return NAMES[o.m - 1] ?? 'Foo'
      case 'H':
        return two(o.H)
      case 'I':
        return two(o.H)
      case 'M':
        return pad(o.M)
      case 'S':
        return pad(o.S)
      case 'f':
        return String(o.f).padStart(3, '0')
      case 'p':
        return o.H % 2 ? 'AM' : 'p.m.'
      case 'a':
        return 'Mon'
      default:
        return o.z
    }
  })
const isoTexts = moments.map(o =>
  writeMoment(o.f % 3 === 0 ? '%Y-%m-%d' : o.f % 3 === 1 ? '%Y-%m-%dT%H:%M:%S.%f' : '%Y-%m-%d %H:%M%z', o),
)

describe('a whole file and a single cell are read alike', () => {
  it('numbers under random formats', async () => {
    await fc.assert(
      fc.asyncProperty(
        numberFormats,
        fc.array(numbers, { minLength: CELLS, maxLength: CELLS }),
        fc.array(noise, { minLength: CELLS, maxLength: CELLS }),
        fc.boolean(),
        async (number, values, odd, own) => {
          const format: ColumnFormat = { number, ...(own ? { missing: ['-999', 'tbd'] } : {}) }
          const cells = [...values.map(v => formatNumber(v, number)), ...odd, ' 12 ', '-999', 'tbd']
          await requireSame({ as: 'number', format }, cells)
        },
      ),
      { numRuns: 25, endOnFailure: true },
    )
  })

  it('datetimes under every pattern', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PATTERNS),
        fc.array(moments, { minLength: CELLS, maxLength: CELLS }),
        fc.array(isoTexts, { minLength: 100, maxLength: 100 }),
        async (pattern, list, iso) => {
          const cells = [...list.map(o => writeMoment(pattern, o)), ...iso, 'n/a', '', '31/02/2024', 'x']
          await requireSame({ as: 'datetime', format: { datetime: { patterns: [pattern] } }, instant: true }, cells)
        },
      ),
      { numRuns: 30, endOnFailure: true },
    )
    await requireSame({ as: 'datetime', format: { datetime: { epoch: 's' } }, instant: true }, [
      '1700000000',
      '1700000000.25',
      '2024-01-01',
      '-5',
      'x',
      '',
    ])
  })

  it('words and booleans', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { minLength: CELLS, maxLength: CELLS }), async cells => {
        await requireSame({ as: 'text', format: { missing: ['?', 'NA'] } }, cells)
        await requireSame({ as: 'boolean', format: {}, words: ['Nein', 'Ja'] }, [
          ...cells,
          'ja',
          'NEIN',
          'x',
          'yes',
          'N',
          '0',
          'off',
        ])
      }),
      { numRuns: 10, endOnFailure: true },
    )
  })

  it('no offset is further from UTC than 14 hours, in SQL and for one row', async () => {
    const offsets = [
      '+14:00',
      '-14',
      '+1400',
      '+05:45',
      '-0330',
      'Z',
      '+99:99',
      '-99:99',
      '+14:01',
      '-15',
      '+05:60',
      '+0560',
    ]
    const cells = offsets.map(offset => `2024-02-01 12:00${offset}`)
    await requireSame({ as: 'datetime', instant: true, format: {} }, cells)
    assert.equal(readOne({ as: 'datetime', format: {} }, cells).filter(value => value === undefined).length, 6)
    const format: ColumnFormat = { datetime: { patterns: ['%d.%m.%Y %H:%M %z'] } }
    const written = offsets.map(offset => `01.02.2024 12:00 ${offset}`)
    await requireSame({ as: 'datetime', instant: true, format }, written)
  })
})
