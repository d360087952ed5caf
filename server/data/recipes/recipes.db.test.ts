import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { type RecipeStepInput, saveRecipeInput } from './contract.ts'
import { listRecipes, recipeOf, recipeStepsById, showRecipe } from './read-recipes.ts'
import { saveRecipe } from './save-recipe.ts'

let kernel: TestKernel
let caller: Caller
before(async () => {
  kernel = await testKernel()
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
})
after(() => kernel.close())

const steps: RecipeStepInput[] = [
  { step: 'clip', columns: ['income'], lower: 0.01, upper: 0.99 },
  { step: 'power', columns: ['income'], method: 'log1p' },
]

describe('recipes', () => {
  it('are versioned; the same steps make no new version', async () => {
    const first = await saveRecipe(kernel, caller, { name: 'tidy', steps })
    const again = await saveRecipe(kernel, caller, { name: 'tidy', steps })
    const next = await saveRecipe(kernel, caller, { name: 'tidy', steps: steps.slice(1), note: 'no clipping' })
    assert.deepEqual([first.version, again.version, again.created, next.version], [1, 1, false, 2])
    assert.deepEqual((await recipeOf(kernel, caller.scope, 'tidy@1')).steps, steps)
    const shown = await showRecipe(kernel, caller, 'tidy')
    assert.deepEqual([shown.version, shown.versions.length, shown.words.length], [2, 2, 1])
    assert.match(shown.words[0]!, /logarithm/)
    const { items } = await listRecipes(kernel, caller)
    assert.deepEqual(
      items.map(i => [i.recipe, i.version]),
      [['tidy', 2]],
    )
    const audited = await kernel.sql`SELECT count(*)::int AS n FROM audit_log WHERE action = 'data.save-recipe'`
    assert.equal(audited[0]!.n, 2)
  })

  it('of another project are unknown, by name and by id', async () => {
    const { id } = await recipeOf(kernel, caller.scope, 'tidy')
    const scope = await kernel.project()
    await assert.rejects(recipeOf(kernel, scope, 'tidy'), { code: 'not_found' })
    await assert.rejects(recipeStepsById(kernel, scope, id), { code: 'not_found' })
    await assert.rejects(recipeOf(kernel, caller.scope, 'tidy@9'), {
      code: 'not_found',
      hint: 'It has versions 1 to 2.',
    })
  })

  it('a viewer reads and does not write', async () => {
    const viewer: Caller = { ...caller, role: 'viewer' }
    assert.equal((await showRecipe(kernel, viewer, 'tidy')).recipe, 'tidy')
    await assert.rejects(saveRecipe(kernel, viewer, { name: 'tidy', steps }), { code: 'forbidden' })
  })

  const wrong: [string, RecipeStepInput, RegExp][] = [
    ['quantiles the wrong way round', { step: 'clip', columns: ['a'], lower: 0.9, upper: 0.1 }, /not below/],
    ['a constant without a value', { step: 'impute', columns: ['a'], strategy: 'constant' }, /is missing/],
    ['a formula with a fault', { step: 'expression', columns: [], name: 'x', formula: 'a +' }, /Step 1.*position 4/],
    ['a formula without a column', { step: 'expression', columns: [], name: 'x', formula: '1 + 1' }, /no column/],
    ['a column named twice', { step: 'drop', columns: ['a', 'a'] }, /twice/],
  ]
  for (const [what, step, words] of wrong)
    it(`${what} is refused in words that name the step`, async () => {
      await assert.rejects(saveRecipe(kernel, caller, { name: 'wrong', steps: [step] }), words)
    })

  it('a step that nobody knows, or with more in it than it takes, is refused', () => {
    for (const step of [
      { step: 'shell', columns: ['a'] },
      { step: 'drop', columns: ['a'], command: 'x' },
      { step: 'interaction', columns: ['a'], operation: 'add' },
      { step: 'target-encoding', columns: [] },
      { step: 'hashing', columns: ['a'], buckets: 1e9 },
    ])
      assert.equal(saveRecipeInput.safeParse({ name: 'n', steps: [step] }).success, false)
  })
})
