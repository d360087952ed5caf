import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import type { ExportFormat } from './contract.ts'
import { versionOf } from './read-models.ts'
import { requireServable } from './rules/decide-version.ts'
import { exportOnnxTask } from './tasks.ts'

export interface ExportedVersion {
  model: string
  version: number
  /** Identifies the version's bytes: exports of equal bytes are equal. */
  digest: string
  bytes: Uint8Array
}

/** Exports a version as a file for other programs. Throws `not_found`, and `invalid` if the model cannot be expressed in that format. */
export async function exportVersion(
  kernel: Kernel,
  caller: Caller,
  reference: string,
  format: ExportFormat,
): Promise<ExportedVersion> {
  await authorize(kernel, caller, 'registry:read')
  const { model, version } = await versionOf(kernel.db, caller.scope, reference)
  requireServable(model.name, version.number, version.servable)
  const stored = version.servable.digest
  return {
    model: model.name,
    version: version.number,
    digest: version.digest,
    bytes: format === 'bundle' ? await kernel.blobs.readAll(stored) : await toOnnx(kernel, stored),
  }
}

async function toOnnx(kernel: Kernel, digest: string): Promise<Uint8Array> {
  const folder = await kernel.blobs.temporaryFolder()
  try {
    const [bundle, output] = [await kernel.blobs.pathOf(digest), join(folder, 'model.onnx')]
    await runTask(exportOnnxTask, { bundle, output }, { signal: new AbortController().signal })
    return await readFile(output)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
