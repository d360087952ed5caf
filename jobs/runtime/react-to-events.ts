import { isDatabaseAway } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { eventScope, loadCursor, readEvents, type StoredEvent, saveCursor } from '#server/platform/events.ts'
import type { Kernel } from '#server/platform/kernel.ts'

const POLL_MS = 2_000

/** What a domain does when something happens in one to its left. Each event comes at least once: reacting twice must be as once. */
export interface Reaction {
  /** Names the stored cursor. */
  name: string
  types: readonly string[]
  react(kernel: Kernel, scope: ProjectScope, event: StoredEvent): Promise<void>
}

/** Reads the events that a reaction has not seen yet. One that fails is logged and passed over: it must not hold up the others for ever. */
export async function catchUp(kernel: Kernel, reaction: Reaction, stopped: () => boolean = () => false): Promise<void> {
  for (;;) {
    const cursor = await loadCursor(kernel.db, reaction.name)
    const events = await readEvents(kernel.db, cursor)
    const last = events.at(-1)
    if (!last) return
    for (const event of events) {
      if (stopped()) return
      if (!reaction.types.includes(event.type)) continue
      try {
        const scope = await eventScope(kernel.db, event)
        if (scope) await reaction.react(kernel, scope, event)
      } catch (error) {
        if (isDatabaseAway(error)) throw error
        kernel.log.error({ err: error, event: event.type, seq: event.seq }, `${reaction.name} failed`)
      }
    }
    await saveCursor(kernel.db, reaction.name, { xid: last.xid, seq: last.seq })
  }
}

/** Runs reactions at each wake-up of `events` and every 2 s. Returns a function that stops and waits for what runs. */
export async function reactToEvents(kernel: Kernel, reactions: readonly Reaction[]): Promise<() => Promise<void>> {
  let stopped = false
  let again = false
  let running: Promise<void> | undefined
  const look = () => {
    if (stopped) return
    if (running) {
      again = true
      return
    }
    running = (async () => {
      do {
        again = false
        for (const reaction of reactions) await catchUp(kernel, reaction, () => stopped)
      } while (again && !stopped)
    })()
      .catch(error => {
        if (!isDatabaseAway(error)) kernel.log.error({ err: error }, 'reacting to events failed')
      })
      .finally(() => {
        running = undefined
      })
  }
  const unlisten = await kernel.notifier.listen(signal => {
    if (signal.topic === 'events') look()
  }, look)
  const timer = setInterval(look, POLL_MS)
  look()
  return async () => {
    stopped = true
    clearInterval(timer)
    await running
    await unlisten().catch(() => undefined)
  }
}
