import { rm } from 'node:fs/promises'
import type { Kernel } from '#server/platform/kernel.ts'

/** Runs `work` with a temporary folder, where DuckDB may spill, and removes it afterwards. */
export async function withTemporaryFolder<T>(kernel: Kernel, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await kernel.blobs.temporaryFolder()
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
