import { canonicalJson } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { recipeSaved } from '../events.ts'
import { type SaveRecipeInput, saveRecipeInput } from './contract.ts'
import { requireGoodSteps } from './rules/check-steps.ts'
import { findRecipeVersions, insertRecipeVersion, lockRecipe } from './store.ts'

/** Saves steps as the next version of the recipe with this name; steps equal to its newest version are not saved again. */
export async function saveRecipe(
  kernel: Kernel,
  caller: Caller,
  input: SaveRecipeInput,
): Promise<{ recipe: string; version: number; created: boolean }> {
  await authorize(kernel, caller, 'data:write')
  const { name, steps, note } = saveRecipeInput.parse(input)
  requireGoodSteps(steps)
  return change(kernel, caller.actor, async c => {
    const { scope } = caller
    const createdBy = actorKey(caller.actor)
    const recipe = await lockRecipe(c.tx, scope, name, createdBy)
    const [newest] = await findRecipeVersions(c.tx, scope, name)
    if (newest && canonicalJson(newest.body.steps) === canonicalJson(steps))
      return { recipe: name, version: newest.number, created: false }
    const version = await insertRecipeVersion(c.tx, recipe, { body: { v: 1, steps }, note, createdBy })
    await c.record({
      projectId: scope.projectId,
      event: recipeSaved,
      subject: { kind: 'recipe-version', id: version.id },
      payload: { recipe: name, version: version.number, steps: steps.length },
      audit: { action: 'data.save-recipe' },
    })
    return { recipe: name, version: version.number, created: true }
  })
}
