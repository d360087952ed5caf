import { hostname } from 'node:os'
import { systemClock } from '#server/kernel/clock.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type Laggard, SWITCH_WAIT_MS } from './contract.ts'
import { liveInstances, setSwitchedIn } from './store.ts'

const POLL_MS = 20

/**
 * Waits until every live server reports the revision, at most ten seconds. A server that could not load it counts as a laggard at once: it
 * keeps serving the previous revision.
 */
export async function awaitSwitch(
  kernel: Kernel,
  endpointId: string,
  revision: { id: string; number: number },
): Promise<{ switchedInMs: number | null; laggards: Laggard[] }> {
  const committedAt = systemClock.now()
  for (;;) {
    const live = (await liveInstances(kernel.db, endpointId))
      .filter(isAlive)
      .map(({ models: _, ...instance }) => instance)
    const laggards = live.filter(i => (i.observedRevision ?? 0) < revision.number)
    const waited = systemClock.now() - committedAt
    if (live.length > 0 && laggards.length === 0) {
      await setSwitchedIn(kernel.db, revision.id, waited)
      return { switchedInMs: waited, laggards: [] }
    }
    const stuck =
      laggards.length > 0 &&
      laggards.every(i => i.error !== null && (i.failedRevision ?? revision.number) >= revision.number)
    if (live.length === 0 || stuck || waited > SWITCH_WAIT_MS) return { switchedInMs: null, laggards }
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

/** Returns false for a killed process of this machine, although its heartbeat is still recent. */
function isAlive({ host, pid }: Laggard): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
