import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareMetric, modelSentence } from './words.ts'

describe('words of the registry', () => {
  for (const [metric, champion, challenger, expected] of [
    ['rmse', 2, 1, 'better'],
    ['validation_loss', 1, 2, 'worse'],
    ['auc', 0.8, 0.9, 'better'],
    ['r2', 0.9, 0.9, 'same'],
    ['epochs', 1, 2, 'differs'],
    ['rmse', null, 2, 'unknown'],
  ] as const)
    it(`${metric} ${champion} → ${challenger} is ${expected}`, () =>
      assert.equal(compareMetric(metric, champion, challenger), expected))
  for (const [champion, newest, behind, expected] of [
    [undefined, 2, 2, 'No version answers yet; v2 is the newest.'],
    [2, 2, 0, 'v2 answers; it is the newest version.'],
    [1, 2, 1, 'v1 answers; v2 is newer.'],
    [1, 4, 3, 'v1 answers; 3 versions are newer, v4 the newest.'],
  ] as const)
    it(expected, () => assert.equal(modelSentence(champion, newest, behind), expected))
})
