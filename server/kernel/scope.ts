declare const brand: unique symbol

/** A project whose access was checked. Stores take this instead of an id, so that no query can omit the project. */
export interface ProjectScope {
  readonly projectId: string
  readonly slug: string
  readonly zone: string
  readonly [brand]: true
}

/** Creates a scope. Only access (after checking membership or token) and workers (from a job's own project) call it. */
export const scopeOf = (project: { id: string; slug: string; zone: string }): ProjectScope =>
  ({ projectId: project.id, slug: project.slug, zone: project.zone }) as ProjectScope

export interface Actor {
  kind: 'user' | 'token' | 'system'
  /** Pseudonymous: the id of a user or token, or the name of a part of the system. */
  id: string
}

export const systemActor = (part: string): Actor => ({ kind: 'system', id: part })
export const actorKey = (actor: Actor): string => `${actor.kind}:${actor.id}`
