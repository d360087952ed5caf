import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { authorise, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { ExportFormat } from './contract.ts'
import type { Exported } from './export-thread.ts'
import { versionOf } from './read-models.ts'
import { requireServable } from './rules/decide-version.ts'

export interface ExportedVersion {
  model: string
  version: number
  /** Names the version's bytes: an export of the same is the same. */
  digest: string
  bytes: Uint8Array
}

/** A version as a file for other programs. Throws `not_found`, and `invalid` when the model has no counterpart in that format. */
export async function exportVersion(
  kernel: Kernel,
  caller: Caller,
  reference: string,
  format: ExportFormat,
): Promise<ExportedVersion> {
  await authorise(kernel, caller, 'registry:read')
  const { model, version } = await versionOf(kernel.db, caller.scope, reference)
  requireServable(model.name, version.number, version.servable)
  const bundle = await kernel.blobs.readAll(version.servable.digest)
  return {
    model: model.name,
    version: version.number,
    digest: version.digest,
    bytes: format === 'bundle' ? bundle : await toOnnx(bundle),
  }
}

async function toOnnx(bundle: Uint8Array): Promise<Uint8Array> {
  const thread = new Worker(new URL('./export-thread.ts', import.meta.url), { workerData: bundle })
  try {
    const [made] = (await once(thread, 'message')) as [Exported]
    if ('bytes' in made) return made.bytes
    throw new AppError('invalid', made.message, { hint: made.hint })
  } finally {
    await thread.terminate()
  }
}
