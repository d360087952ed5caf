import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SchemaColumn } from '../schema.ts'
import type { ColumnFormat } from './column-format.ts'
import { describeReadable } from './describe-cell.ts'
import { compileCellReader } from './read-cell.ts'

const describedAs = (type: SchemaColumn['type'], format?: ColumnFormat) =>
  describeReadable({ type, nullable: false, ...(format ? { format } : {}) })

describe('what a column expects is written in its format', () => {
  const cases: [SchemaColumn['type'], ColumnFormat | undefined, string][] = [
    ['datetime', undefined, 'a date and time such as 2026-03-01T14:00'],
    ['datetime', { datetime: { patterns: ['%d.%m.%Y'] } }, 'a date such as 31.03.2026'],
    ['datetime', { datetime: { patterns: ['%m/%d/%y %I:%M %p'] } }, 'a date and time such as 03/31/26 02:05 PM'],
    ['number', undefined, 'a number'],
    ['number', { number: { decimal: '.' } }, 'a number'],
    [
      'number',
      { number: { decimal: ',', group: '.', unit: { text: '€', at: 'after' } } },
      'a number such as 1.234,5 €',
    ],
    ['number', { number: { decimal: ',', percent: 'divide' } }, 'a number such as 37,5%'],
    ['integer', { number: { decimal: ',', group: '.' } }, 'a whole number such as 1.234'],
    ['text', undefined, 'text'],
  ]
  for (const [type, format, words] of cases) it(words, () => assert.equal(describedAs(type, format), words))

  it('or null where a cell may be missing', () =>
    assert.equal(describeReadable({ type: 'number', nullable: true }), 'a number or null'))

  it('the reader of the column takes the example', () => {
    const patterns = ['%d.%m.%Y', '%a, %d %b %Y %H:%M:%S.%f', '%d. %B %y', '%m/%d/%Y %I:%M %p', '%Y-%m-%dT%H:%M%z']
    for (const pattern of patterns) {
      const format = { datetime: { patterns: [pattern] } }
      const example = describedAs('datetime', format).split(' such as ')[1]!
      assert.equal(typeof compileCellReader({ type: 'datetime', format })(example), 'number', example)
    }
  })
})
