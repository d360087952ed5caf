import { EngineError, importOnnx, packBundle } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { ownBlob, requireOwnBlob } from '#server/adapters/blobs.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { ImportInput } from './contract.ts'
import { versionRegistered } from './events.ts'
import { describeSignature } from './read-servable.ts'
import { insertVersion, listVersions, lockModel } from './store.ts'
import { tryBundle } from './try-bundle.ts'

export interface Imported {
  model: string
  version: number
  digest: string
  task: string
  /** Names of the columns of a request. */
  columns: string[]
  /** False: the same file was imported under this name before. */
  created: boolean
}

/** Maximum size of an ONNX file: it is held in memory while it is checked. */
const MAX_BYTES = 512 * 2 ** 20

/**
 * Imports an uploaded ONNX file as the next version of `name`, after it was validated and has predicted one generated row in a child
 * process. Throws `invalid`.
 */
export async function importVersion(kernel: Kernel, caller: Caller, input: ImportInput): Promise<Imported> {
  await authorize(kernel, caller, 'registry:write')
  const { scope } = caller
  const uploaded = await requireOwnBlob(kernel.db, scope, input.digest)
  if (uploaded.bytes > MAX_BYTES)
    throw new AppError('too_large', `The file has ${uploaded.bytes} bytes; at most ${MAX_BYTES} are accepted.`)
  const content = importFile(await kernel.blobs.readAll(input.digest), input)
  const blob = await kernel.blobs.put(packBundle(content))
  await tryBundle(await kernel.blobs.pathOf(blob.digest))
  const columns = content.signature.columns.map(column => column.name)
  return change(kernel, caller.actor, async c => {
    await ownBlob(c.tx, scope.projectId, blob)
    const model = await lockModel(c.tx, scope, input.name, actorKey(caller.actor))
    const answer = { model: model.name, digest: blob.digest, task: content.task, columns }
    const known = (await listVersions(c.tx, scope, model.id)).find(version => version.digest === blob.digest)
    if (known) return { ...answer, version: known.number, created: false }
    const version = await insertVersion(c.tx, model, {
      runId: null,
      digest: blob.digest,
      servable: { kind: 'native', digest: blob.digest },
      signature: describeSignature(content),
      metrics: {},
      note: input.note ?? '',
      createdBy: actorKey(caller.actor),
    })
    const subject = { kind: 'model-version', id: version.id } as const
    await c.record({
      projectId: scope.projectId,
      event: versionRegistered,
      subject,
      payload: { model: model.name, version: version.number, run: null, digest: blob.digest, file: input.digest },
      audit: { action: 'registry.import-version' },
      links: [{ from: subject, relation: 'uses', to: { kind: 'blob', id: blob.digest } }],
      wakes: [{ kind: 'model', id: model.id }],
    })
    return { ...answer, version: version.number, created: true }
  })
}

function importFile(file: Uint8Array, { task, target, columns, classes }: ImportInput) {
  try {
    return importOnnx({
      file,
      target,
      ...(task ? { task } : {}),
      ...(columns ? { columns } : {}),
      ...(classes ? { classes } : {}),
    })
  } catch (error) {
    if (error instanceof EngineError) throw new AppError('invalid', error.message, { hint: error.hint, cause: error })
    throw error
  }
}
