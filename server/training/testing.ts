import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { addDataset, showIngestion } from '#server/data/index.ts'
import type { Kernel } from '#server/platform/kernel.ts'

/** Adds a CSV as a dataset version; a worker loop must be running. */
export async function addData(
  kernel: Kernel,
  caller: Caller,
  name: string,
  csv: string,
  roles: { target?: string; time?: string } = {},
): Promise<void> {
  const blob = await kernel.blobs.put(new TextEncoder().encode(csv))
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  const { id } = await addDataset(kernel, caller, { name, fileName: `${name}.csv`, digest: blob.digest, ...roles })
  for (let i = 0; i < 2000; i++) {
    const { state, reason } = await showIngestion(kernel, caller, id)
    if (state === 'succeeded') return
    if (state === 'failed') throw new Error(reason ?? 'the file was not read')
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the file was not read in time')
}
