import { isDatabaseAway } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'

/** Retries a write while the database is away: the end of an attempt must not get lost with a restart of PostgreSQL. */
export async function retryWhileAway<T>(kernel: Kernel, work: () => Promise<T>): Promise<T> {
  for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      kernel.log.warn('database away; the write is repeated')
      await new Promise(resolve => setTimeout(resolve, wait))
    }
  }
}
