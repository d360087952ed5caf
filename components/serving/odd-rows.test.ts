import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeError, describeOddCell, describeWarning, refusalSentence } from './odd-rows.ts'

const odd = { days: 30, refused: 0, answerable: 0, rows: 0, failedRows: 0, cells: [] }

describe('odd rows in words', () => {
  it('refusals say what lenient would have answered', () => {
    assert.equal(refusalSentence(odd), undefined)
    assert.match(refusalSentence({ ...odd, refused: 12, answerable: 9 })!, /^12 requests .*answered 9 of them\.$/)
    assert.match(refusalSentence({ ...odd, refused: 1, answerable: 1 })!, /^1 request .*was refused.*all of them\.$/)
    assert.match(refusalSentence({ ...odd, refused: 2, answerable: 0 })!, /none of them/)
  })

  it('each warning names the column and what was used', () => {
    const warning = { row: 0, column: 'n', got: null, used: null }
    assert.equal(describeWarning({ ...warning, code: 'missing', used: 24 }), 'n is missing; 24 is used.')
    assert.match(describeWarning({ ...warning, code: 'absent_column' }), /handles missing values itself/)
    assert.match(describeWarning({ ...warning, code: 'unseen', got: 'zzz', used: '(unseen)' }), /did not have “zzz”\.$/)
    assert.match(describeWarning({ ...warning, code: 'unseen', got: 'maybe', used: false }), /false is used/)
    assert.match(describeWarning({ ...warning, code: 'fraction', got: 1.5, used: 1.5 }), /1.5 is a fraction/)
    assert.match(describeWarning({ ...warning, code: 'extra_column' }), /no column n/)
  })

  it('counts and errors', () => {
    assert.equal(describeOddCell({ column: 'c', code: 'unseen', rows: 1 }), 'c: new value in 1 row')
    assert.equal(describeOddCell({ column: 'c', code: 'missing', rows: 6436 }), 'c: missing in 6,436 rows')
    assert.match(
      refusalSentence({ ...odd, refused: 12_000, answerable: 1216 })!,
      /^12,000 requests .* 1,216 of them\.$/,
    )
    const error = { row: 0, column: 'x', expected: 'a number', got: 'the text “abc”' }
    assert.equal(describeError(error), 'x: the text “abc” instead of a number.')
  })
})
