import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { offerHint, readFormat } from './reading-options.ts'

describe('--format', () => {
  it('names a column, its type and how it is written', () => {
    assert.deepEqual(readFormat('Preis=number decimal=, group=.'), {
      name: 'Preis',
      type: 'number',
      format: { number: { decimal: ',', group: '.' } },
    })
    assert.deepEqual(readFormat('day = pattern="%d/%m/%Y %H:%M"'), {
      name: 'day',
      format: { datetime: { patterns: ['%d/%m/%Y %H:%M'] } },
    })
    assert.deepEqual(readFormat('zip=text code').format, { code: true })
  })
  it('says what is wrong', () => {
    assert.throws(() => readFormat('Preis'), /--format wants COL=SPEC/)
    assert.throws(() => readFormat('Preis=number comma'), /“comma” is no part of a format/)
  })
})

describe('a failure that an option mends', () => {
  it('names the flag, with its value where it is known', () => {
    assert.equal(offerHint({ option: 'skipBadLines', value: 2 }), 'Try --skip-bad-lines 2.')
    assert.equal(offerHint({ option: 'sheet' }), 'Try --sheet NAME.')
    assert.equal(offerHint(null), undefined)
  })
})
