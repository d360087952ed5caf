import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { authorize, type Caller } from '#server/access/caller.ts'
import { ownBlob, requireOwnBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { requireRoom } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { TaskCrash } from '#server/platform/tasks/task-failure.ts'
import type { ImportInput, Signature } from './contract.ts'
import { versionRegistered } from './events.ts'
import { insertVersion, listVersions, lockModel } from './store.ts'
import { importOnnxTask } from './tasks.ts'
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
/** Of the checks that run nothing of the file. */
const TIME_LIMIT_MS = 60_000
const MAX_RUNNING = 2
const MAX_WAITING = 8

/**
 * Imports an uploaded ONNX file as the next version of `name`, after child processes have checked it and let it predict generated rows.
 * Throws `invalid`.
 */
export async function importVersion(kernel: Kernel, caller: Caller, input: ImportInput): Promise<Imported> {
  await authorize(kernel, caller, 'registry:write')
  const { scope } = caller
  const uploaded = await requireOwnBlob(kernel.db, scope, input.digest)
  if (uploaded.bytes > MAX_BYTES)
    throw new AppError('too_large', `The file has ${uploaded.bytes} bytes; at most ${MAX_BYTES} are accepted.`)
  await requireRoom(kernel, scope, uploaded.bytes)
  const { blob, signature } = await importInTurn(() => importFile(kernel, input))
  const columns = signature.columns.map(column => column.name)
  return change(kernel, caller.actor, async c => {
    await ownBlob(c.tx, scope.projectId, blob)
    const model = await lockModel(c.tx, scope, input.name, actorKey(caller.actor))
    const answer = { model: model.name, digest: blob.digest, task: signature.task!, columns }
    const known = (await listVersions(c.tx, scope, model.id)).find(version => version.digest === blob.digest)
    if (known) return { ...answer, version: known.number, created: false }
    const version = await insertVersion(c.tx, model, {
      runId: null,
      digest: blob.digest,
      servable: { kind: 'native', digest: blob.digest },
      signature,
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

/** Checks, packs and tries the file in child processes: a large one would hold up every request. */
async function importFile(kernel: Kernel, input: ImportInput): Promise<{ blob: StoredBlob; signature: Signature }> {
  const { digest, task, target, columns, classes } = input
  const folder = await kernel.blobs.temporaryFolder()
  const output = join(folder, 'model.fmlb')
  try {
    const file = await kernel.blobs.pathOf(digest)
    const given = { ...(task ? { task } : {}), ...(columns ? { columns } : {}), ...(classes ? { classes } : {}) }
    const signal = AbortSignal.timeout(TIME_LIMIT_MS)
    const signature = await runTask(importOnnxTask, { file, output, target, ...given }, { signal }).catch(error => {
      throw refusalOf(error, signal.aborted)
    })
    await tryBundle(kernel, output)
    return { blob: await kernel.blobs.putFile(output), signature }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function refusalOf(error: unknown, late: boolean): unknown {
  if (late)
    return new AppError('invalid', `Checking the file took longer than ${TIME_LIMIT_MS / 1000} s and was stopped.`, {
      hint: 'Import a smaller model.',
      cause: error,
    })
  if (error instanceof AppError) return new AppError('invalid', error.message, { hint: error.hint, cause: error })
  if (!(error instanceof TaskCrash)) return error
  return new AppError('invalid', 'The file ended the process that checked it.', {
    hint: 'Export the model again.',
    cause: error,
  })
}

let running = 0
const waiting: (() => void)[] = []

/** Runs few imports of this process at once: each holds a model in memory. Throws `too_many_requests`. */
async function importInTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_RUNNING) {
    if (waiting.length >= MAX_WAITING)
      throw new AppError('too_many_requests', 'Too many models are being imported.', {
        hint: 'Try again when they are done.',
        retryAfterSeconds: 10,
      })
    await new Promise<void>(resolve => waiting.push(resolve))
  } else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
