import type { Kernel } from '#server/platform/kernel.ts'
import { listRecentEvents, type RecentEvent } from '#server/platform/recent-events.ts'
import { authorize, type Caller } from './caller.ts'
import { nameWithKind } from './name-actors.ts'
import { nameActors } from './store.ts'

export type NamedEvent = Omit<RecentEvent, 'actorId'> & {
  /** Name of the person or token now; null for the system and for actors that this project does not know. */
  actorName: string | null
}

/** The newest events of the project with the names of their actors. */
export async function readRecentEvents(kernel: Kernel, caller: Caller, limit: number): Promise<NamedEvent[]> {
  await authorize(kernel, caller, 'project:read')
  const events = await listRecentEvents(kernel.db, caller.scope, limit)
  const actors = events.map(e => ({ kind: e.actorKind, id: e.actorId }))
  const names = await nameActors(kernel.db, caller.scope, actors)
  return events.map(({ actorId, ...e }) => ({ ...e, actorName: nameWithKind(names, e.actorKind, actorId) ?? null }))
}
