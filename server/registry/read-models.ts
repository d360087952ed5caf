import type { Handle } from '#db/client.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import { listMeasured } from '#server/training/service.ts'
import { CHAMPION, type ModelDetail, type ModelSummary, type Servable, type VersionState } from './contract.ts'
import { parseModelRef } from './rules/parse-model-ref.ts'
import {
  findModel,
  findVersion,
  findVersionById,
  listAliases,
  listNewest,
  listVersions,
  type ModelRow,
  type VersionRow,
} from './store.ts'

export interface ModelVersion {
  model: ModelRow
  version: VersionRow
}

export async function listModels(
  kernel: Kernel,
  caller: Caller,
): Promise<{ items: ModelSummary[]; next: string | null }> {
  await authorize(kernel, caller, 'registry:read')
  const [rows, aliases] = await readSnapshot(kernel, ({ db }) =>
    Promise.all([listNewest(db, caller.scope), listAliases(db, caller.scope)]),
  )
  const champions = new Map(aliases.filter(a => a.alias === CHAMPION).map(a => [a.modelId, a.number]))
  return {
    items: rows.map(({ model, version }) => ({
      model: model.name,
      description: model.description,
      latestVersion: version.number,
      champion: champions.get(model.id) ?? null,
      metrics: version.metrics,
      createdAt: model.createdAt.toISOString(),
      updatedAt: version.createdAt.toISOString(),
    })),
    next: null,
  }
}

/** Returns the model with its versions, newest first. Throws `not_found`. */
export async function showModel(kernel: Kernel, caller: Caller, name: string): Promise<ModelDetail> {
  await authorize(kernel, caller, 'registry:read')
  return readSnapshot(kernel, snapshot => describeModel(snapshot, caller, name))
}

async function describeModel(kernel: Kernel, caller: Caller, name: string): Promise<ModelDetail> {
  const ref = parseModelRef(name)
  const model = await findModel(kernel.db, caller.scope, ref.name)
  if (!model || model.latestVersion === 0) throw unknownModel(ref.name)
  const only = ref.at === 'latest' ? undefined : await versionOf(kernel.db, caller.scope, name)
  const [versions, aliases] = await Promise.all([
    only ? [only.version] : listVersions(kernel.db, caller.scope, model.id),
    listAliases(kernel.db, caller.scope, model.id),
  ])
  const measured = await listMeasured(
    kernel.db,
    caller.scope,
    versions.flatMap(v => v.runId ?? []),
  )
  return {
    id: model.id,
    model: model.name,
    description: model.description,
    versions: versions.map(v => ({
      version: v.number,
      digest: v.digest,
      aliases: aliases.filter(a => a.versionId === v.id).map(a => a.alias),
      state: v.state as VersionState,
      run: v.runId,
      metrics: v.metrics,
      intervals: measured.get(v.runId ?? '')?.intervals ?? {},
      metric: measured.get(v.runId ?? '')?.metric ?? null,
      classWarnings: measured.get(v.runId ?? '')?.classWarnings ?? [],
      servable: v.servable as Servable,
      note: v.note,
      createdAt: v.createdAt.toISOString(),
      createdBy: v.createdBy,
    })),
    aliases: Object.fromEntries(aliases.map(a => [a.alias, a.number])),
    signature: versions[0]?.signature ?? null,
  }
}

const unknownModel = (name: string) =>
  new AppError('not_found', `There is no model “${name}” in this project.`, {
    hint: 'List the models with `fleximl model ls`.',
  })

/** Resolves `name`, `name@3` or `name@alias`. Throws `not_found` naming the existing versions or aliases. */
export async function versionOf(db: Handle, scope: ProjectScope, reference: string): Promise<ModelVersion> {
  const { name, at } = parseModelRef(reference)
  const model = await findModel(db, scope, name)
  if (!model || model.latestVersion === 0) throw unknownModel(name)
  let number = model.latestVersion
  if (at !== 'latest') {
    if ('number' in at) number = at.number
    else {
      const aliases = await listAliases(db, scope, model.id)
      const alias = aliases.find(a => a.alias === at.alias)
      if (!alias)
        throw new AppError('not_found', `${name} has no alias “${at.alias}”.`, {
          hint: aliases.length > 0 ? `It has ${aliases.map(a => a.alias).join(', ')}.` : 'It has no alias yet.',
        })
      number = alias.number
    }
  }
  const version = await findVersion(db, scope, model.id, number)
  if (!version)
    throw new AppError('not_found', `${name} has no version ${number}.`, {
      hint: `It has versions 1 to ${model.latestVersion}.`,
    })
  return { model, version }
}

export async function versionById(db: Handle, scope: ProjectScope, id: string): Promise<ModelVersion> {
  const found = await findVersionById(db, scope, id)
  if (!found) throw new AppError('not_found', 'There is no such model version in this project.')
  return found
}
