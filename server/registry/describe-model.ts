import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { DescribeInput } from './contract.ts'
import { modelDescribed } from './events.ts'
import { updateDescription } from './store.ts'

export async function describeModel(kernel: Kernel, caller: Caller, input: DescribeInput): Promise<{ model: string }> {
  await authorize(kernel, caller, 'registry:write')
  return change(kernel, caller.actor, async c => {
    const model = await updateDescription(c.tx, caller.scope, input.model, input.description)
    if (!model) throw new AppError('not_found', `There is no model “${input.model}” in this project.`)
    await c.record({
      projectId: caller.scope.projectId,
      event: modelDescribed,
      subject: { kind: 'model', id: model.id },
      payload: { model: model.name },
      audit: { action: 'registry.describe-model' },
    })
    return { model: model.name }
  })
}
