import { apiTokens } from '#db/schema/access.ts'
import { experiments, runs } from '#db/schema/training.ts'
import { autoRecipe, compileRecipe, fitRecipe, getTrainer, packBundle, type Schema, validateRows } from '#ml/index.ts'
import type { Caller } from '#server/access/caller.ts'
import type { Role } from '#server/access/contract.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { newId, newSecret, sha256 } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'

/** Input columns of the models of `trainBundle`. */
export const BIKES: Schema = {
  columns: [
    { name: 'temp', type: 'number', role: 'feature', nullable: false, domain: { min: 0, max: 1 } },
    { name: 'hour', type: 'integer', role: 'feature', nullable: false, domain: { min: 0, max: 23 } },
    { name: 'season', type: 'category', role: 'feature', nullable: true, domain: ['spring', 'summer', 'winter'] },
  ],
}
export const bikeRow = (i: number) => ({
  temp: ((i * 37) % 100) / 100,
  hour: i % 24,
  season: ['spring', 'summer', 'winter'][i % 3]!,
})

/** Trains a linear model on generated rows whose predictions are near `offset`, so that a prediction identifies its version. */
export async function trainBundle(offset: number, task: 'regression' | 'binary' = 'regression'): Promise<Uint8Array> {
  const rows = Array.from({ length: 300 }, (_, i) => bikeRow(i))
  const { frame } = validateRows(BIKES, rows)
  const all = rows.map((_, i) => i)
  const recipe = fitRecipe(autoRecipe(BIKES), frame, all)
  const y = Float64Array.from(rows, r =>
    task === 'regression' ? offset + r.temp * 2 + r.hour / 24 : r.temp > 0.5 ? 1 : 0,
  )
  const model = await getTrainer('linear').fit({
    x: compileRecipe(recipe).transform(frame),
    y,
    task,
    classCount: task === 'regression' ? 0 : 2,
    parameters: {},
    seed: 1,
    threads: 1,
    report: () => undefined,
    signal: new AbortController().signal,
    now: () => performance.now(),
  })
  return packBundle({
    signature: BIKES,
    target: { name: 'count' },
    task,
    ...(task === 'binary' ? { classes: ['few', 'many'] } : {}),
    recipe,
    model,
  })
}

/** Inserts a succeeded run with this bundle as its model. */
export async function insertDoneRun(kernel: Kernel, scope: ProjectScope, bundle: Uint8Array): Promise<string> {
  const blob = await kernel.blobs.put(bundle)
  await ownBlob(kernel.db, scope.projectId, blob)
  const experimentId = newId()
  const number = Number.parseInt(experimentId.slice(-6), 16)
  const id = newId()
  const owned = { projectId: scope.projectId, createdBy: 'system:test' }
  await kernel.db.insert(experiments).values({ ...owned, id: experimentId, number, name: experimentId, settings: {} })
  await kernel.db.insert(runs).values({
    ...owned,
    id,
    experimentId,
    number: 1,
    name: 'linear-1',
    trainer: 'linear',
    params: {},
    seed: 1,
    state: 'succeeded',
    modelDigest: blob.digest,
    modelBytes: blob.bytes,
    metrics: { rmse: 0.1 },
  })
  return id
}

/** Inserts an API token of the project and returns its text. */
export async function insertToken(kernel: Kernel, scope: ProjectScope, role: Role): Promise<string> {
  const token = `fx_${newSecret()}`
  await kernel.db.insert(apiTokens).values({
    projectId: scope.projectId,
    id: newId(),
    name: role,
    tokenHash: sha256(token),
    prefix: token.slice(0, 7),
    role,
  })
  return token
}

export const callerOf = (scope: ProjectScope, role: Role = 'engineer'): Caller => ({
  actor: { kind: 'user', id: newId() },
  scope,
  role,
})
