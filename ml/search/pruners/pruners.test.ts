import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import type { Direction } from '../../metrics/types.ts'
import type { Trial } from '../types.ts'
import { bracketBudgets, bracketOf } from './hyperband.ts'
import { shouldPrune } from './should-prune.ts'
import type { PrunerSettings } from './types.ts'

type Golden = { pruner: PrunerSettings; name: string; direction: Direction; events: (number | null)[][] }
const golden = new URL('../../../bench/golden/pruners.json', import.meta.url)
const { optuna, studies } = JSON.parse(readFileSync(golden, 'utf8')) as { optuna: string; studies: Golden[] }

for (const { pruner, name, direction, events } of studies)
  test(`every decision is that of Optuna ${optuna}: ${direction}, ${JSON.stringify(pruner)}`, () => {
    const trials: Trial[] = []
    for (const [number, step, value, pruned] of events) {
      let trial = trials.find(each => each.number === number)
      if (!trial) {
        trial = { number: number!, state: 'running', parameters: {}, reports: [] }
        // The order of rows must not matter.
        trials.unshift(trial)
      }
      if (step === undefined) {
        trial.state = 'complete'
        continue
      }
      trial.reports!.push({ step: step!, value: value! })
      // Rows come from a database.
      const study = JSON.parse(JSON.stringify({ name, direction, pruner, trials }))
      const decision = shouldPrune(study, JSON.parse(JSON.stringify(trial)))
      assert.equal(decision.prune, pruned === 1, `trial ${number} at step ${step}`)
      if (decision.rungs) trial.rungs = decision.rungs
      if (decision.prune) trial.state = 'pruned'
    }
  })

test("budgets and brackets of hyperband are Optuna's", () => {
  const budgets = bracketBudgets(1, 81, 3)
  assert.deepEqual(budgets, [81, 34, 15, 8, 5])
  const brackets = Array.from({ length: 10 }, (_, number) => bracketOf('demo', number, budgets))
  assert.deepEqual(brackets, [0, 3, 2, 1, 0, 0, 0, 2, 0, 0])
  assert.equal(bracketBudgets(1, 243, 3).length, 6)
})

test('no reports, no pruning; an unknown pruner is refused', () => {
  const trial: Trial = { number: 0, state: 'running', parameters: {} }
  for (const { pruner, name, direction } of studies)
    assert.equal(shouldPrune({ name, direction, pruner, trials: [] }, trial).prune, false)
  const study = { name: 's', direction: 'minimize' as const, trials: [] }
  assert.throws(() => shouldPrune({ ...study, pruner: { kind: 'x' } as unknown as PrunerSettings }, trial), /no pruner/)
})
