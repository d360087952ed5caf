import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SchemaColumn } from '#ml/index.ts'
import { type RecipeStepInput, recipeStep } from '#server/data/recipes/contract.ts'
import { columnsFor, missingInStep, STEP_GROUPS, STEP_KINDS, takesAll } from './step-kinds.ts'

const columns: SchemaColumn[] = [
  { name: 'n', type: 'number', role: 'feature', nullable: true },
  { name: 'c', type: 'category', role: 'feature', nullable: true },
  { name: 'd', type: 'datetime', role: 'feature', nullable: true },
  { name: 't', type: 'text', role: 'feature', nullable: true },
]

describe('steps of the recipe builder', () => {
  it('every step of the contract can be added, and is complete once it has what it needs', () => {
    assert.deepEqual(STEP_KINDS.map(k => k.id).sort(), recipeStep.options.map(o => o.shape.step.value).sort())
    for (const { blank, group } of STEP_KINDS) {
      assert.ok(STEP_GROUPS.includes(group))
      assert.equal(missingInStep(blank) === undefined, takesAll(blank), `${blank.step} without columns`)
      const filled = { ...blank, columns: ['a', 'b'] } as RecipeStepInput
      if (filled.step === 'expression') Object.assign(filled, { name: 'ratio', formula: 'a / b' })
      assert.equal(missingInStep(filled), undefined)
      assert.ok(recipeStep.safeParse(filled).success, blank.step)
    }
  })

  it('a step is offered what is there at its place, and only kinds that it takes', () => {
    const steps: RecipeStepInput[] = [
      { step: 'interaction', columns: ['n', 'n2'], operation: 'add', name: 'sum' },
      { step: 'drop', columns: ['n'] },
      { step: 'scale', columns: [], method: 'standard' },
      { step: 'one-hot', columns: [] },
      { step: 'tf-idf', columns: [] },
    ]
    assert.deepEqual(columnsFor(steps[2]!, 2, steps, columns), ['sum'])
    assert.deepEqual(columnsFor(steps[2]!, 0, steps, columns), ['n'])
    assert.deepEqual(columnsFor(steps[3]!, 3, steps, columns), ['c'])
    assert.deepEqual(columnsFor(steps[4]!, 4, steps, columns), ['c', 't'])
    const cast: RecipeStepInput[] = [{ step: 'cast', columns: ['n'], to: 'category' }]
    assert.deepEqual(columnsFor(steps[3]!, 1, cast, columns), ['n', 'c'], 'a number that was cast is a category')
  })

  it('a formula with a fault says where', () => {
    const step: RecipeStepInput = { step: 'expression', columns: [], name: 'x', formula: 'n + (d' }
    assert.match(missingInStep(step)!, /position 7/)
    assert.match(missingInStep({ ...step, formula: '1 + 2' })!, /no column/)
    assert.match(missingInStep({ ...step, formula: 'n', name: '' })!, /name/)
  })
})
