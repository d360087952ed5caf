import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RecipeSample } from '#server/data/recipes/contract.ts'
import { previewRecipe } from './preview-recipe.ts'

const sample: RecipeSample = {
  dataset: 'shop',
  version: 1,
  rows: 60,
  leftOut: 0,
  columns: [
    { name: 'n', type: 'number', role: 'feature', nullable: true },
    { name: 'c', type: 'category', role: 'feature', nullable: true },
    { name: 't', type: 'text', role: 'feature', nullable: true },
  ],
  cells: [
    Array.from({ length: 60 }, (_, i) => i),
    Array.from({ length: 60 }, (_, i) => (i % 2 ? 'x' : 'y')),
    Array.from({ length: 60 }, (_, i) => (i % 2 ? 'good day' : 'bad day')),
  ],
}

describe('preview of a recipe', () => {
  it('shows features, words of text among them, and says what is done as usual', () => {
    const preview = previewRecipe(sample, [{ step: 'expression', columns: [], name: 'double', formula: 'n * 2' }])
    assert.ok('after' in preview)
    const names = preview.after.map(column => column.name)
    for (const name of ['n', 'double', 'c=x', 't:good']) assert.ok(names.includes(name), name)
    assert.ok(preview.usual.some(words => words.includes('TF-IDF')))
    assert.deepEqual(preview.needsTarget, [])
  })

  it('leaves out what is encoded by the target, and names it', () => {
    const preview = previewRecipe(sample, [
      { step: 'target-encoding', columns: ['c'] },
      { step: 'expression', columns: [], name: 'twice', formula: 'c_target * 2' },
    ])
    assert.ok('after' in preview)
    assert.deepEqual(preview.needsTarget, ['c'])
    assert.ok(!preview.after.some(column => column.name === 'twice' || column.name.startsWith('c')))
  })

  it('says in words what cannot be applied', () => {
    const preview = previewRecipe(sample, [{ step: 'scale', columns: ['gone'], method: 'standard' }])
    assert.ok('problem' in preview)
    assert.match(preview.problem, /“gone”/)
  })
})
