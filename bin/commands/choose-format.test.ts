import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CellColumn } from '#ml/cells/read-cell.ts'
import { chooseFormat } from './choose-format.ts'

const german: CellColumn = {
  type: 'number',
  domain: { min: 0, max: 10 },
  format: { number: { decimal: ',', group: '.' } },
}
const isPlain = (cells: unknown[], column = german) => chooseFormat(column, cells).format?.number?.group === undefined

describe('how a file of rows writes a column', () => {
  it('all cells decide between the model’s format and plain numbers', () => {
    assert.equal(isPlain(['1,058', '0,003', '']), false)
    assert.equal(isPlain(['1.058', '0.003', '1000.017']), true)
  })

  it('where both fit, the training range decides', () => {
    assert.equal(isPlain(['1.058', '5.469']), true)
    assert.equal(isPlain(['1.058', '5.469'], { ...german, domain: { min: 500, max: 9000 } }), false)
  })

  it('a column that says nothing keeps the model’s format', () => {
    assert.equal(isPlain(['', '3', null, 4]), false)
    assert.deepEqual(chooseFormat({ type: 'category' }, ['1.058']), { type: 'category' })
  })
})
