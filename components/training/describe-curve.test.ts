import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { curveSentence, pickKey } from './describe-curve.ts'

const line = (name: string, values: (number | null)[]) => ({
  run: name,
  name,
  key: 'loss',
  total: values.length,
  points: values.map((value, i) => ({ step: i + 1, value })),
})

describe('curves in words', () => {
  it('validation tells most; what was asked for wins when it is there', () => {
    assert.equal(pickKey(['loss', 'validation_loss'], null), 'validation_loss')
    assert.equal(pickKey(['loss', 'validation_loss'], 'loss'), 'loss')
    assert.equal(pickKey(['loss'], 'gone'), 'loss')
    assert.equal(pickKey(['validation_loss', 'validation_rmse'], null, 'rmse'), 'validation_rmse')
    assert.equal(pickKey([], null), null)
  })
  it('says which line was best and when it stopped improving', () => {
    assert.equal(
      curveSentence([line('#1', [5, 3, 4, 4]), line('#2', [6, 5, 4, null])], 'minimize'),
      '#1 was lowest at step 2: 3; no improvement in the 2 steps after.',
    )
    assert.equal(curveSentence([line('#1', [1, 2])], 'maximize'), 'It was highest at its last step, 2: 2.')
    assert.equal(curveSentence([line('#1', [null])], 'minimize'), 'No results yet.')
  })
})
