import { authorize, type Caller } from '#server/access/caller.ts'
import { versionOf as datasetVersionOf, nameVersions } from '#server/data/service.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Link, Ref } from '#server/platform/links.ts'
import type { LineageKind } from '#server/platform/subjects/contract.ts'
import { versionOf as modelVersionOf, nameModelVersions } from '#server/registry/service.ts'
import { nameEndpoints } from '#server/serving/service.ts'
import { nameRuns } from '#server/training/service.ts'
import type { Lineage } from './contract.ts'
import { drawLineage } from './draw-lineage.ts'
import { walkLinks } from './walk-links.ts'

/** Reads the names of the kinds that the subject registry draws. */
const NAMERS = {
  'dataset-version': nameVersions,
  run: nameRuns,
  'model-version': nameModelVersions,
  endpoint: nameEndpoints,
} satisfies Record<LineageKind, unknown>

async function around(kernel: Kernel, caller: Caller, start: Ref): Promise<Lineage> {
  const { links, truncated } = await walkLinks(kernel.db, caller.scope, start)
  const refs = [start, ...links.flatMap((l: Link) => [l.from, l.to])]
  const named = <T>(kind: LineageKind, name: (db: Kernel['db'], scope: Caller['scope'], ids: string[]) => Promise<T>) =>
    name(kernel.db, caller.scope, [...new Set(refs.filter(ref => ref.kind === kind).map(ref => ref.id))])
  const [versions, runs, models, endpoints] = await Promise.all([
    named('dataset-version', NAMERS['dataset-version']),
    named('run', NAMERS.run),
    named('model-version', NAMERS['model-version']),
    named('endpoint', NAMERS.endpoint),
  ])
  return { ...drawLineage(start, links, { versions, runs, models, endpoints }), truncated }
}

/** Returns the graph from the source of a dataset version to the endpoints that use it. */
export async function lineageOfVersion(kernel: Kernel, caller: Caller, dataset: string): Promise<Lineage> {
  await authorize(kernel, caller, 'data:read')
  const version = await datasetVersionOf(kernel, caller.scope, dataset)
  return around(kernel, caller, { kind: 'dataset-version', id: version.id })
}

/** Returns the graph from the training data of a model version to the endpoints that serve it. */
export async function lineageOfModel(kernel: Kernel, caller: Caller, model: string, number: number): Promise<Lineage> {
  await authorize(kernel, caller, 'registry:read')
  const { version } = await modelVersionOf(kernel.db, caller.scope, `${model}@${number}`)
  return around(kernel, caller, { kind: 'model-version', id: version.id })
}
