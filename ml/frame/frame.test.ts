import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { EngineError } from '../errors.ts'
import { type ColumnSpec, createFrameBuilder, frameFromChunks, frameFromRows } from './builder.ts'
import { parseDatetime, toBoolean, toDatetime, toNumber } from './cell.ts'
import { cellOf, countMissing, takeRows } from './frame.ts'

const SPECS: ColumnSpec[] = [
  { name: 'n', type: 'number' },
  { name: 'c', type: 'category' },
  { name: 'b', type: 'boolean' },
  { name: 'd', type: 'datetime' },
  { name: 't', type: 'text' },
]

test('chunks by column and JSON rows give the same frame', () => {
  const rows = [
    { n: 1.5, c: 'x', b: true, d: '2026-03-01T14:00', t: 'one' },
    { n: null, c: null, b: null, d: null, t: null },
    { n: -2, c: 'y', b: false, d: '2026-03-01', t: 'three' },
    { n: 0, c: 'x', b: true, d: '1969-12-31 23:59:59.5', t: '' },
  ]
  const column = (name: keyof (typeof rows)[number], from: number, to: number) =>
    rows.slice(from, to).map(row => row[name])
  const names = ['n', 'c', 'b', 'd', 't'] as const
  const chunked = frameFromChunks(
    SPECS,
    [
      [0, 1],
      [1, 4],
    ].map(([from, to]) => names.map(name => column(name, from!, to!))),
  )
  const whole = frameFromRows(SPECS, rows)
  assert.deepEqual(chunked, whole)
  assert.equal(whole.rows, 4)
  for (const each of whole.columns.values()) assert.equal(countMissing(each), 1)
  assert.equal(cellOf(whole.columns.get('d')!, 3), '1969-12-31T23:59:59.500Z')
  const taken = takeRows(whole, [3, 3, 1])
  assert.deepEqual(
    [...taken.columns.values()].map(each => cellOf(each, 0)),
    [0, 'x', true, '1969-12-31T23:59:59.500Z', ''],
  )
  assert.equal(cellOf(taken.columns.get('c')!, 2), null)
})

test('a builder grows over many chunks without losing a cell', () => {
  const builder = createFrameBuilder([{ name: 'n', type: 'number' }])
  for (let k = 0; k < 50; k++) builder.appendColumns([Float64Array.from({ length: 100 }, (_, i) => k * 100 + i)])
  const column = builder.build().columns.get('n')!
  assert.ok(column.type === 'number')
  assert.ok(column.values.every((value, i) => value === i) && column.values.length === 5000)
})

test('chunks of the wrong width or height are refused', () => {
  const builder = createFrameBuilder(SPECS.slice(0, 2))
  assert.throws(() => builder.appendColumns([[1]]), EngineError)
  assert.throws(() => builder.appendColumns([[1], ['a', 'b']]), EngineError)
})

test('values as DuckDB gives them', () => {
  assert.equal(toNumber(12n), 12)
  assert.equal(toNumber({ width: 9, scale: 2, value: -1234n }), -12.34)
  assert.equal(toNumber({ width: 4, scale: 1, value: 3n }), 0.3)
  assert.equal(toDatetime({ micros: 1_500_000n }), 1500)
  assert.equal(toDatetime({ days: 2 }), 172_800_000)
  assert.equal(toDatetime({ seconds: 3n }), 3000)
  assert.equal(toDatetime({ millis: 3n }), 3)
  assert.equal(toDatetime({ nanos: 3_000_000n }), 3)
})

test('truth has many words; a column’s own come first', () => {
  for (const yes of [true, 1, 1n, 'yes', 'TRUE', ' y ', '1']) assert.equal(toBoolean(yes), 1)
  for (const no of [false, 0, 'No', 'f', '0']) assert.equal(toBoolean(no), 0)
  for (const none of ['maybe', 2, null, undefined, {}]) assert.ok(Number.isNaN(toBoolean(none)))
  assert.equal(toBoolean('ill', ['well', 'ill']), 1)
})

test('a wall clock is never shifted, an instant with a zone is', () => {
  const noon = Date.UTC(2026, 2, 29, 12)
  for (const text of [
    '2026-03-29T12:00',
    '2026-03-29 12:00:00',
    '2026-03-29T12:00:00.000Z',
    '2026-03-29T14:00+02:00',
  ]) {
    assert.equal(parseDatetime(text), noon, text)
  }
  assert.equal(parseDatetime('2024-02-29'), Date.UTC(2024, 1, 29))
  for (const text of ['', '12', 'soon', '2026-02-30', '2026-13-01', '2026-01-01T25:00', '2026-01-01T10']) {
    assert.ok(Number.isNaN(parseDatetime(text)), text)
  }
  // Offsets go from −12:00 to +14:00; the limit is the same on both sides.
  for (const offset of ['+14:00', '-14:00', '+1400', '+05:45', '-00:00', '+14'])
    assert.ok(!Number.isNaN(parseDatetime(`2026-03-29T12:00${offset}`)), offset)
  for (const offset of ['+99:99', '-99:99', '+14:01', '+15', '-1500', '+05:60', '+0560', '+99'])
    assert.ok(Number.isNaN(parseDatetime(`2026-03-29T12:00${offset}`)), offset)
})

test('dates are read as JavaScript reads them', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(-1e13), max: new Date(1e14), noInvalidDate: true }), date => {
      assert.equal(parseDatetime(date.toISOString()), date.getTime())
    }),
  )
})
