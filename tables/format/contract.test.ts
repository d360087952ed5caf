import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseFormat, printFormat } from './contract.ts'

describe('a format in words', () => {
  it('is read as it was written', () => {
    for (const text of [
      'decimal=, group=. unit=€',
      'decimal=. group=space unit-before=$ brackets missing=tbd missing="not yet"',
      'pattern="%d/%m/%Y %H:%M" pattern=%d/%m/%Y',
      'epoch=ms',
      'missing=- code',
      '',
    ])
      assert.equal(printFormat(parseFormat(text)), text)
  })
  it('names what is wrong', () => {
    assert.throws(() => parseFormat('decimals=,'), /“decimals” is no part of a format/)
    assert.throws(() => parseFormat('pattern=%Q'), /pattern/)
    assert.throws(() => parseFormat('decimal=. group=.'), /different marks/)
  })
})
