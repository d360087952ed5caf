import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type RecipeStepInput, recipeStep } from '#server/data/recipes/contract.ts'
import { isShown } from '../../ui/schema-form/field.ts'
import { editStep, fieldsOfStep, readStep } from './step-form.ts'
import { STEP_KINDS } from './step-kinds.ts'

describe('the form of a recipe step', () => {
  for (const { id, blank } of STEP_KINDS)
    it(`of kind ${id} returns the step that it was given`, () => {
      const step = { ...blank, columns: ['a', 'b'] } as RecipeStepInput
      assert.deepEqual(readStep(editStep(step)), step)
      const complete = id === 'expression' ? { ...step, name: 'sum', formula: 'a + b' } : step
      assert.deepEqual(recipeStep.parse(readStep(editStep(complete))), complete)
    })

  it('has a label for every input', () => {
    for (const { blank } of STEP_KINDS)
      for (const field of fieldsOfStep(editStep(blank)))
        if (isShown(field, editStep(blank))) assert.notEqual(field.label, field.name)
  })

  it('leaves out a constant that the strategy does not use', () => {
    const step = editStep({ step: 'impute', columns: ['a'], strategy: 'constant', value: 7 })
    assert.deepEqual(readStep({ ...step, strategy: 'mean' }), { step: 'impute', columns: ['a'], strategy: 'mean' })
  })
})
