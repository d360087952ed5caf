import { authorize, type Caller } from '#server/access/caller.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionAnnotated } from '../events.ts'
import { versionOf } from '../read-datasets.ts'
import { updateVersion } from '../store.ts'
import type { AnnotateInput } from './contract.ts'

/** Sets the note and tags of a version. Its bytes and digest do not change. */
export async function annotateVersion(
  kernel: Kernel,
  caller: Caller,
  input: AnnotateInput,
): Promise<{ dataset: string; version: number; note: string; tags: string[] }> {
  await authorize(kernel, caller, 'data:write')
  const { scope } = caller
  const version = await versionOf(kernel, scope, input.dataset)
  const note = input.note?.trim() ?? version.note
  const tags = input.tags ? [...new Set(input.tags)] : version.tags
  const answer = { dataset: version.datasetName, version: version.number, note, tags }
  if (note === version.note && tags.join('\n') === version.tags.join('\n')) return answer
  await change(kernel, caller.actor, async c => {
    await updateVersion(c.tx, scope, version.id, { note, tags })
    await c.record({
      projectId: scope.projectId,
      event: versionAnnotated,
      subject: { kind: 'dataset', id: version.datasetId },
      payload: { dataset: version.datasetName, version: version.number },
      audit: {
        action: 'data.annotate-version',
        details: { ...answer, before: { note: version.note, tags: version.tags } },
        subject: { kind: 'dataset-version', id: version.id },
      },
    })
  })
  return answer
}
