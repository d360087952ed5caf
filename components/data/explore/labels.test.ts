import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerSentence, faultyLine, formatErrorPosition, isNumeric, sqlName } from './labels.ts'

const done = {
  state: 'succeeded',
  rowCount: 3,
  truncated: false,
  milliseconds: 12,
  reason: null,
  saveAs: null,
} as const

describe('words of a query', () => {
  const sentences: [Parameters<typeof answerSentence>[0], string][] = [
    [done, '3 rows in 12 ms.'],
    [{ ...done, rowCount: 1, milliseconds: 2345 }, '1 row in 2.3 s.'],
    [{ ...done, rowCount: 10_000, truncated: true }, 'The first 10,000 rows in 12 ms; more rows exist.'],
    [{ ...done, saveAs: 'few' }, '3 rows for few in 12 ms.'],
    [{ ...done, state: 'failed', reason: 'No.' }, 'No.'],
    [{ ...done, state: 'cancelled' }, 'Cancelled.'],
    [{ ...done, state: 'queued' }, 'Waiting for a free worker…'],
  ]
  for (const [query, words] of sentences) it(words, () => assert.equal(answerSentence(query), words))

  it('name a place and show it', () => {
    assert.equal(formatErrorPosition({ line: 2, column: 3 }), 'Line 2, character 3')
    assert.equal(formatErrorPosition({ line: null, column: null }), null)
    assert.deepEqual(faultyLine('SELECT\n  nam FROM data', { line: 2, column: 3 }), {
      before: '  ',
      after: 'nam FROM data',
    })
    assert.equal(faultyLine('SELECT', { line: 9, column: 1 }), null)
  })

  it('write names as SQL takes them', () => {
    assert.equal(sqlName('rentals'), 'rentals')
    assert.equal(sqlName('a b'), '"a b"')
    assert.equal(sqlName('say "x"'), '"say ""x"""')
  })

  it('know what is counted', () => {
    for (const type of ['BIGINT', 'INTEGER', 'HUGEINT', 'DOUBLE', 'DECIMAL(4,1)', 'UTINYINT'])
      assert.ok(isNumeric(type), type)
    for (const type of ['VARCHAR', 'DATE', 'INTEGER[]', 'INTERVAL']) assert.ok(!isNumeric(type), type)
  })
})
