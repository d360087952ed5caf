import { authorise, type Caller } from '#server/access/caller.ts'
import { change } from '#server/kernel/change.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/kernel/kernel.ts'
import { type ReviewInput, typesFor, type VersionColumn } from './contract.ts'
import { queueForTarget } from './leaks/queue-for-target.ts'
import { versionOf } from './read-datasets.ts'
import { updateVersion } from './store.ts'

/** A person decides types and roles; the decision sticks for later versions. The bytes stay as they are. */
export async function reviewSchema(kernel: Kernel, caller: Caller, input: ReviewInput) {
  await authorise(kernel, caller, 'data:write')
  const version = await versionOf(kernel, caller.scope, input.dataset)
  const wishes = new Map(input.columns.map(c => [c.name, c]))
  const unknown = input.columns.filter(c => !version.schema.some(s => s.name === c.name))
  if (unknown.length > 0)
    throw new AppError(
      'invalid',
      `There is no column ${unknown.map(c => `“${c.name}”`).join(', ')} in ${version.datasetName} v${version.number}.`,
    )
  const schema = version.schema.map(column => {
    const wish = wishes.get(column.name)
    if (!wish) return column
    const { type = column.type, role = column.role } = wish
    if (type !== column.type && !typesFor(column).includes(type))
      throw new AppError('invalid', `“${column.name}” cannot be read as ${type}.`, {
        hint: `It can be ${typesFor(column).join(', ')}.`,
      })
    if (type === column.type && role === column.role) return column
    // The range says nothing about a category, nor the levels about a number.
    const domain = type === column.type ? column.domain : undefined
    return { ...column, type, role, domain, reason: 'decided by a person' }
  })
  if (schema.filter(c => c.role === 'target').length > 1)
    throw new AppError('invalid', 'Only one column can be the target.')
  if (schema.filter(c => c.role === 'time').length > 1)
    throw new AppError('invalid', 'Only one column can be the time.')
  await change(kernel, caller.actor, async c => {
    await updateVersion(c.tx, caller.scope, version.id, { schema })
    await c.audit({
      projectId: caller.scope.projectId,
      action: 'data.review-schema',
      subjectKind: 'dataset-version',
      subjectId: version.id,
      details: { columns: input.columns },
    })
    await c.emit({
      projectId: caller.scope.projectId,
      type: 'data.schema-reviewed',
      subjectKind: 'dataset',
      subjectId: version.datasetId,
      payload: { dataset: version.datasetName, version: version.number },
    })
    if (changesLeaks(version.schema, schema)) await queueForTarget(c, caller.scope, { ...version, schema })
  })
  return { schema }
}

/** Whether the target may be given away otherwise than before: ignoring a feature changes nothing about the others. */
function changesLeaks(before: readonly VersionColumn[], after: readonly VersionColumn[]): boolean {
  const plain = (role: string) => (role === 'ignore' ? 'feature' : role)
  return after.some((c, i) => c.type !== before[i]!.type || plain(c.role) !== plain(before[i]!.role))
}
