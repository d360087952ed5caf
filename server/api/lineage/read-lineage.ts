import { authorise, type Caller } from '#server/access/caller.ts'
import { versionOf as datasetVersionOf, nameVersions } from '#server/data/index.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Link, Ref } from '#server/platform/links.ts'
import { versionOf as modelVersionOf, nameModelVersions } from '#server/registry/service.ts'
import { nameEndpoints } from '#server/serving/service.ts'
import { nameRuns } from '#server/training/index.ts'
import type { Lineage } from './contract.ts'
import { drawLineage, type Named } from './draw-lineage.ts'
import { walkLinks } from './walk-links.ts'

async function around(kernel: Kernel, caller: Caller, start: Ref): Promise<Lineage> {
  const { links, truncated } = await walkLinks(kernel.db, caller.scope, start)
  const ids = (kind: string) => [
    ...new Set(
      [start, ...links.flatMap((l: Link) => [l.from, l.to])].filter(ref => ref.kind === kind).map(ref => ref.id),
    ),
  ]
  const [versions, runs, models, endpoints] = await Promise.all([
    nameVersions(kernel.db, caller.scope, ids('dataset-version')),
    nameRuns(kernel.db, caller.scope, ids('run')),
    nameModelVersions(kernel.db, caller.scope, ids('model-version')),
    nameEndpoints(kernel.db, caller.scope, ids('endpoint')),
  ])
  const named: Named = { versions, runs, models, endpoints }
  return { ...drawLineage(start, links, named), truncated }
}

/** From where a version's rows come to which endpoints answer by them. */
export async function lineageOfVersion(kernel: Kernel, caller: Caller, dataset: string): Promise<Lineage> {
  await authorise(kernel, caller, 'data:read')
  const version = await datasetVersionOf(kernel, caller.scope, dataset)
  return around(kernel, caller, { kind: 'dataset-version', id: version.id })
}

/** From the rows a model version learned from to the endpoints that answer by it. */
export async function lineageOfModel(kernel: Kernel, caller: Caller, model: string, number: number): Promise<Lineage> {
  await authorise(kernel, caller, 'registry:read')
  const { version } = await modelVersionOf(kernel.db, caller.scope, `${model}@${number}`)
  return around(kernel, caller, { kind: 'model-version', id: version.id })
}
