import assert from 'node:assert/strict'
import test from 'node:test'
import { createRandom } from '../random.ts'
import { getTrainer } from '../trainers/registry.ts'
import { bestSingle, finalists } from './combine.ts'
import { chooseFamily } from './families.ts'
import { distance, isBehind } from './race.ts'
import type { Trial, TrialState } from './types.ts'

const trial = (number: number, trainer: string, losses: number[], state: TrialState = 'complete'): Trial => ({
  number,
  trainer: getTrainer(trainer),
  name: `setting ${number}`,
  parameters: {},
  state,
  stage: 0,
  rowsTrain: 80,
  losses,
  results: losses.map(() => ({ predicted: new Float64Array(0), milliseconds: 10, config: {} })),
  latest: { recipe: {} as never, model: {} as never },
})

test('the kind that improves at less cost is searched more often, no kind never', () => {
  const trials = [
    trial(0, 'linear', [1.0]),
    trial(1, 'gbdt', [0.9]),
    trial(2, 'linear', [1.0]),
    trial(3, 'gbdt', [0.8]),
    trial(4, 'linear', [1.0]),
  ]
  const random = createRandom(1)
  const drawn = Array.from({ length: 400 }, () => chooseFamily(['linear', 'gbdt'], trials, () => 1, random))
  const share = drawn.filter(family => family === 'gbdt').length / 400
  assert.ok(share > 0.6 && share < 1, `${share}`)
})

test('of equally good settings the simpler kind is taken, of unequal ones the better', () => {
  const close = [trial(0, 'gbdt', [0.5, 0.61, 0.55]), trial(1, 'linear', [0.51, 0.6, 0.56])]
  assert.equal(bestSingle(close).trainer.id, 'linear')
  const apart = [trial(0, 'gbdt', [0.5, 0.61, 0.55]), trial(1, 'linear', [0.71, 0.8, 0.76])]
  assert.equal(bestSingle(apart).trainer.id, 'gbdt')
})

test('who is clearly behind is given up; who is close, or first of few, is not', () => {
  const rivals = [0.5, 0.51, 0.52, 0.53].map((loss, k) => trial(k, 'gbdt', [loss, loss, loss, loss]))
  assert.ok(isBehind([0.9], rivals))
  assert.ok(!isBehind([0.53], rivals))
  assert.ok(!isBehind([0.7], rivals, true))
  assert.ok(!isBehind([0.9], rivals.slice(0, 3)))
  assert.ok(isBehind([0.9, 0.91, 0.9], rivals))
  assert.ok(distance([2, 2.1, 2], [1, 1, 1.1]).significant)
  assert.ok(!distance([2, 1, 2], [1, 2, 1.1]).significant)
})

test('a setting for which the time ran out may win only when it is clearly ahead on the folds it has', () => {
  const complete = [0.5, 0.51, 0.52, 0.53].map((loss, k) => trial(k, 'gbdt', [loss, loss, loss]))
  const lucky = trial(9, 'linear', [0.49], 'slow')
  assert.deepEqual(finalists([...complete, lucky], 3).folds, 3)
  const ahead = trial(9, 'linear', [0.1, 0.11], 'slow')
  const { folds, trials } = finalists([...complete, ahead], 3)
  assert.equal(folds, 2)
  assert.ok(trials.some(each => each.number === 9) && trials.every(each => each.losses.length === 2))
})
