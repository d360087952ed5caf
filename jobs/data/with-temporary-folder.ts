import { rm } from 'node:fs/promises'
import type { Kernel } from '#server/platform/kernel.ts'
import { withTimeLimit } from './with-time-limit.ts'

/**
 * Runs `work` with a temporary folder, where DuckDB may spill, and removes it afterwards. Work over tables is stopped after
 * FLEXIML_DATA_MINUTES; `what` names it then.
 */
export async function withTemporaryFolder<T>(
  kernel: Kernel,
  { what, signal }: { what: string; signal: AbortSignal },
  work: (folder: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const folder = await kernel.blobs.temporaryFolder()
  try {
    const limit = { what, minutes: kernel.env.FLEXIML_DATA_MINUTES }
    return await withTimeLimit(limit, signal, stop => work(folder, stop))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
