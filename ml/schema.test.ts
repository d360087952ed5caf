import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { cellOf } from './frame/frame.ts'
import { type Schema, validateRows } from './schema.ts'

const SIGNATURE: Schema = {
  columns: [
    { name: 'age', type: 'integer', role: 'feature', nullable: false },
    { name: 'income', type: 'number', role: 'feature', nullable: true },
    { name: 'city', type: 'category', role: 'feature', nullable: false, domain: ['Rome'] },
    { name: 'member', type: 'boolean', role: 'feature', nullable: true, domain: ['No', 'Yes'] },
    { name: 'since', type: 'datetime', role: 'feature', nullable: true },
  ],
}
const GOOD = { age: 41, income: 2.5, city: 'Rome', member: true, since: '2020-01-01' }

test('each wrong cell is named with what was expected and what came', () => {
  const cases: [object, string, RegExp, RegExp][] = [
    [{ age: '41' }, 'age', /whole number/, /the text “41”/],
    [{ age: 4.5 }, 'age', /whole number/, /4\.5/],
    [{ age: null }, 'age', /whole number/, /null/],
    [{ age: undefined }, 'age', /whole number/, /nothing/],
    [{ income: '2,5' }, 'income', /a number or null/, /the text “2,5”/],
    [{ income: Number.NaN }, 'income', /a number/, /NaN/],
    [{ city: ['Rome'] }, 'city', /text/, /a list/],
    [{ city: {} }, 'city', /text/, /an object/],
    [{ member: 'perhaps' }, 'member', /true or false/, /perhaps/],
    [{ member: 2 }, 'member', /true or false/, /2/],
    [{ since: 'soon' }, 'since', /date/, /soon/],
  ]
  for (const [change, column, expected, got] of cases) {
    const { errors, frame } = validateRows(SIGNATURE, [GOOD, { ...GOOD, ...change }])
    assert.equal(errors.length, 1, JSON.stringify(change))
    assert.deepEqual([errors[0]!.row, errors[0]!.column, frame.rows], [1, column, 0])
    assert.match(errors[0]!.expected, expected)
    assert.match(errors[0]!.got, got)
  }
})

test('missing nullable cells, unseen categories, numbers as levels and extra columns are fine', () => {
  const { errors, frame } = validateRows(SIGNATURE, [
    { age: 1, city: 'Oslo', extra: {} },
    { age: 2, city: 7, member: 'Yes' },
  ])
  assert.deepEqual(errors, [])
  assert.equal(frame.rows, 2)
  assert.equal(cellOf(frame.columns.get('city')!, 1), '7')
  assert.equal(cellOf(frame.columns.get('member')!, 1), true)
  assert.ok(!frame.columns.has('extra'))
})

test('rows that are no objects are errors, not crashes', () => {
  const { errors } = validateRows(SIGNATURE, [null, 3, 'x', [1], undefined])
  assert.equal(errors.length, 5)
})

test('inherited properties do not count', () => {
  const inherited: unknown = Object.create(GOOD)
  assert.ok(validateRows(SIGNATURE, [inherited]).errors.length > 0)
  const hostile: Schema = { columns: [{ name: '__proto__', type: 'category', role: 'feature', nullable: false }] }
  assert.equal(validateRows(hostile, [{}]).errors.length, 1)
  assert.equal(validateRows(hostile, [JSON.parse('{"__proto__": "x"}')]).errors.length, 0)
  const named: Schema = { columns: [{ name: 'constructor', type: 'text', role: 'feature', nullable: true }] }
  assert.equal(validateRows(named, [{}]).errors.length, 0)
})

test('no JSON value makes validation throw, and accepted rows always fill the frame', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), rows => {
      const { errors, frame } = validateRows(SIGNATURE, rows)
      assert.ok(errors.length > 0 || frame.rows === rows.length)
    }),
  )
})
