import { authorize, type Caller } from '#server/access/caller.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { breaksOfSchema, mergeDecisions } from '#tables/infer/check-contract.ts'
import type { ColumnDecision, ReviewInput } from './contract.ts'
import { schemaReviewed } from './events.ts'
import { queueForDecisions } from './leaks/queue-for-target.ts'
import { describeBreak } from './messages.ts'
import { type DatasetVersion, versionOf } from './read-datasets.ts'
import { rereadVersion } from './reread-version.ts'
import { applyDecisions } from './rules/apply-decisions.ts'
import { needsReading } from './rules/needs-reading.ts'
import { contractOf, lockDataset, updateContract, updateVersion } from './store.ts'

/**
 * Sets types, roles, nullability and domains of columns; the bytes do not change. Formats are applied by reading the files again: the
 * ingestion of the next version is returned.
 */
export async function reviewSchema(kernel: Kernel, caller: Caller, input: ReviewInput) {
  await authorize(kernel, caller, 'data:write')
  const version = await versionOf(kernel, caller.scope, input.dataset)
  return change(kernel, caller.actor, async c => {
    if (!needsReading(version.schema, input.columns)) {
      const recorded = await recordDecisions(c, caller.scope, version, input.columns)
      return { ...recorded, ingestion: null }
    }
    const { id } = await rereadVersion(c, caller.scope, version, input.columns)
    return { schema: version.schema, breaks: version.breaks.map(describeBreak), ingestion: id }
  })
}

/** Records decisions, which apply to this version and, as the contract of the dataset, to later ones. */
export async function recordDecisions(
  c: Change,
  scope: ProjectScope,
  version: DatasetVersion,
  decisions: ColumnDecision[],
) {
  const schema = applyDecisions(version.schema, decisions, `${version.datasetName} v${version.number}`)
  const dataset = await lockDataset(c.tx, scope, version.datasetName, version.createdBy)
  const contract = mergeDecisions(contractOf(dataset), decisions)
  const breaks = breaksOfSchema(contract, schema, version.rows)
  await updateContract(c.tx, scope, dataset.id, contract)
  await updateVersion(c.tx, scope, version.id, { schema, breaks })
  await c.record({
    projectId: scope.projectId,
    event: schemaReviewed,
    subject: { kind: 'dataset', id: version.datasetId },
    payload: { dataset: version.datasetName, version: version.number },
    audit: {
      action: 'data.review-schema',
      details: { columns: decisions },
      subject: { kind: 'dataset-version', id: version.id },
    },
  })
  await queueForDecisions(c, scope, version, schema)
  return { schema, breaks: breaks.map(describeBreak) }
}
