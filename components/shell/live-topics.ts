import { LIVE_TOPICS, type LiveTopic } from '#server/platform/subjects/contract.ts'

export interface Change {
  topic: string
  projectId?: string
  id?: string
}

/** The first part of a query's or mutation's key is the path of its procedure: `['data', 'list']`. */
export const routerOf = (key: readonly unknown[]) => (Array.isArray(key[0]) ? String(key[0][0]) : undefined)

/** The parts of the router that a change affects. `domain:registry` comes from an event of the registry; the home page shows every event. */
export function routersOf(changes: readonly Change[]): Set<string> {
  const routers = new Set<string>()
  for (const { topic } of changes) {
    const domain = /^domain:(.+)$/.exec(topic)?.[1]
    if (domain) routers.add(domain).add('home')
    else if (Object.hasOwn(LIVE_TOPICS, topic))
      for (const router of LIVE_TOPICS[topic as LiveTopic]) routers.add(router)
  }
  return routers
}

/** Whether the data of a query shows unfinished work, so that the start or end of any job may change it. */
export const showsActiveWork = (data: unknown): boolean =>
  data !== undefined && /"(queued|running|waiting|absent)"|"checking":true/.test(JSON.stringify(data))
