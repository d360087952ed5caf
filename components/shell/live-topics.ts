export interface Change {
  topic: string
  projectId?: string
  id?: string
}

/** The parts of the router (they are named as the lifecycle words), by what a change may alter on pages. */
const ROUTERS: Record<string, readonly string[]> = {
  job: ['orchestration', 'training', 'evaluation'],
  run: ['training'],
  experiment: ['training'],
  dataset: ['data'],
  model: ['registry'],
  endpoint: ['serving', 'registry', 'monitoring'],
  monitor: ['monitoring'],
  evaluation: ['evaluation'],
  member: ['access', 'home'],
}

/** `domain:registry` comes from an event of the registry; each event is also news on the home page. */
export function routersOf(changes: readonly Change[]): Set<string> {
  const routers = new Set<string>()
  for (const { topic } of changes) {
    const domain = /^domain:(.+)$/.exec(topic)?.[1]
    if (domain) routers.add(domain).add('home')
    else for (const router of ROUTERS[topic] ?? []) routers.add(router)
  }
  return routers
}
