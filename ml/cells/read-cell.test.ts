import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { NumberFormat } from './column-format.ts'
import { type CellColumn, compileCellReader, UNREADABLE } from './read-cell.ts'
import { compileNumberReader, formatNumber } from './read-number.ts'

const cases: [string, CellColumn, [unknown, unknown][]][] = [
  [
    'numbers as people send them',
    { type: 'integer' },
    [
      [12, 12],
      ['12', 12],
      [' 12 ', 12],
      [10.5, 10.5],
      ['10.0', 10],
      [null, null],
      [undefined, null],
      ['', null],
      ['N/A', null],
      ['-', null],
      ['#DIV/0!', null],
      ['inf', null],
      ['1e400', null],
      ['abc', UNREADABLE],
      ['1,5', UNREADABLE],
      [{}, UNREADABLE],
      [Number.NaN, UNREADABLE],
    ],
  ],
  [
    'decimal comma, dots between thousands, euros',
    { type: 'number', format: { number: { decimal: ',', group: '.', unit: { text: '€', at: 'after' } } } },
    [
      ['1.299,99 €', 1299.99],
      ['1.299', 1299],
      ['0,35', 0.35],
      ['-12,5€', -12.5],
      ['1.29,9', UNREADABLE],
      [4.5, 4.5],
      ['\u00a01.000,00\u00a0€', 1000],
    ],
  ],
  [
    'accounting brackets, currency in front, Swiss and Indian groups',
    {
      type: 'number',
      format: { number: { decimal: '.', group: ',', unit: { text: '$', at: 'before' }, brackets: true } },
    },
    [
      ['($1,234.50)', -1234.5],
      ['$-5', -5],
      ['-$5', -5],
      ['1,23,456', 123456],
      ['12,34', UNREADABLE],
    ],
  ],
  [
    'apostrophes',
    { type: 'number', format: { number: { decimal: '.', group: "'" } } },
    [
      ['1’234’567.5', 1234567.5],
      ["1'234", 1234],
    ],
  ],
  [
    'percent',
    { type: 'number', format: { number: { decimal: ',', percent: 'divide' } } },
    [
      ['35 %', 0.35],
      ['0,7%', 0.007],
      [0.2, 0.2],
    ],
  ],
  [
    'trailing minus',
    { type: 'number', format: { number: { decimal: '.', trailingMinus: true } } },
    [
      ['5-', -5],
      ['5', 5],
    ],
  ],
  [
    'day first',
    { type: 'datetime', format: { datetime: { patterns: ['%d/%m/%Y', '%d/%m/%Y %I:%M %p'] } } },
    [
      ['02/01/2023', Date.UTC(2023, 0, 2)],
      ['2/1/2023', Date.UTC(2023, 0, 2)],
      ['02/01/2023 12:30 PM', Date.UTC(2023, 0, 2, 12, 30)],
      ['02/01/2023 12:05 am', Date.UTC(2023, 0, 2, 0, 5)],
      ['2023-01-02', Date.UTC(2023, 0, 2)],
      ['31/02/2023', UNREADABLE],
      ['n/a', null],
    ],
  ],
  [
    'seconds',
    { type: 'datetime', format: { datetime: { epoch: 's' } } },
    [
      ['1700000000', 1.7e12],
      [1700000000, 1.7e12],
    ],
  ],
  [
    'names of months',
    { type: 'datetime', format: { datetime: { patterns: ['%d-%b-%Y'] } } },
    [['31-Jan-2024', Date.UTC(2024, 0, 31)]],
  ],
  [
    'words',
    { type: 'category', domain: ['high', 'low ', '101', 'NA'], format: { missing: ['?'] } },
    [
      ['high ', 'high'],
      ['low', 'low '],
      ['low ', 'low '],
      [101, '101'],
      ['101.0', '101'],
      ['NA', 'NA'],
      ['?', null],
      ['', null],
      ['new', 'new'],
      [[], UNREADABLE],
    ],
  ],
  [
    'zeros in front are kept',
    { type: 'category', domain: ['02134'] },
    [
      ['02134', '02134'],
      [2134, '2134'],
    ],
  ],
  [
    'the column’s own two words in any case',
    { type: 'boolean', domain: ['Nein', 'Ja'] },
    [
      ['ja', true],
      ['NEIN ', false],
      [1, true],
      ['true', true],
      ['no', false],
      [' ', null],
      ['maybe', 'maybe'],
      [2, '2'],
    ],
  ],
  [
    'nested values',
    { type: 'text', format: { json: true } },
    [
      [{ a: [1] }, '{"a":[1]}'],
      [' x ', 'x'],
    ],
  ],
]

cases.push([
  'times with an offset; no clock is further from UTC than 14 hours',
  { type: 'datetime', format: { datetime: { patterns: ['%d/%m/%Y %H:%M %z'] } } },
  [
    ['01/02/2024 12:00 +14:00', Date.UTC(2024, 0, 31, 22)],
    ['01/02/2024 12:00 -0330', Date.UTC(2024, 1, 1, 15, 30)],
    ['01/02/2024 12:00 +99:99', UNREADABLE],
    ['01/02/2024 12:00 -14:01', UNREADABLE],
    ['01/02/2024 12:00 +05:60', UNREADABLE],
    ['2024-02-01T12:00+99:99', UNREADABLE],
  ],
])

describe('one reader of a cell', () => {
  for (const [name, column, cells] of cases)
    it(name, () => {
      const read = compileCellReader(column)
      for (const [cell, value] of cells) assert.deepEqual(read(cell), value, `${String(JSON.stringify(cell))}`)
    })

  it('writing and reading a number gives the same number under every format', () => {
    const formats = fc.record(
      {
        decimal: fc.constantFrom<NumberFormat['decimal']>('.', ','),
        unit: fc.constantFrom<NonNullable<NumberFormat['unit']>>(
          { text: 'EUR', at: 'after' },
          { text: '$', at: 'before' },
        ),
        percent: fc.constantFrom<'keep' | 'divide'>('keep', 'divide'),
        brackets: fc.constant(true as const),
        trailingMinus: fc.constant(true as const),
        group: fc.constantFrom<NonNullable<NumberFormat['group']>>("'", ' ', '_'),
      },
      { requiredKeys: ['decimal'] },
    )
    const numbers = fc.integer({ min: -1e9, max: 1e9 }).map(n => n / 100)
    fc.assert(
      fc.property(formats, numbers, (format, value) => {
        assert.equal(compileNumberReader(format)(formatNumber(value, format)), value)
      }),
    )
  })
})

it('true is a number only where 0 and 1 are all there is', () => {
  const of = (type: 'number' | 'integer', max: number) => compileCellReader({ type, domain: { min: 0, max } })(true)
  assert.equal(of('integer', 1), 1)
  assert.equal(of('integer', 5), UNREADABLE)
  assert.equal(of('number', 1), UNREADABLE)
  assert.equal(compileCellReader({ type: 'number' })(false), UNREADABLE)
})
