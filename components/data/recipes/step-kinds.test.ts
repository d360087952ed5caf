import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type RecipeStepInput, recipeStep } from '#server/data/recipes/contract.ts'
import { columnsFor, openPoint, STEP_KINDS } from './step-kinds.ts'

const columns = [
  { name: 'n', type: 'number' },
  { name: 'c', type: 'category' },
  { name: 'd', type: 'datetime' },
] as const

describe('steps of the recipe builder', () => {
  it('every step of the contract can be added, and is complete once it has columns', () => {
    assert.deepEqual(STEP_KINDS.map(k => k.id).sort(), recipeStep.options.map(o => o.shape.step.value).sort())
    for (const { blank } of STEP_KINDS) {
      assert.ok(openPoint(blank), `${blank.step} without columns`)
      const filled = { ...blank, columns: ['a', 'b'] } as RecipeStepInput
      assert.equal(openPoint(filled), undefined)
      assert.ok(recipeStep.safeParse(filled).success, blank.step)
    }
  })

  it('a step is offered what is there at its place, and only kinds that it takes', () => {
    const steps: RecipeStepInput[] = [
      { step: 'interaction', columns: ['n', 'n2'], operation: 'add', name: 'sum' },
      { step: 'drop', columns: ['n'] },
      { step: 'scale', columns: [], method: 'standard' },
      { step: 'one-hot', columns: [] },
    ]
    assert.deepEqual(columnsFor(steps[2]!, 2, steps, columns), ['sum'])
    assert.deepEqual(columnsFor(steps[2]!, 0, steps, columns), ['n'])
    assert.deepEqual(columnsFor(steps[3]!, 3, steps, columns), ['c'])
  })
})
