declare const brand: unique symbol

/** A project that the caller was let into. Stores take this, never a bare id, so that a query cannot forget its project. */
export interface ProjectScope {
  readonly projectId: string
  readonly slug: string
  readonly zone: string
  readonly [brand]: true
}

/** Only access (after checking membership or token) and workers (from a job's own project) make scopes. */
export const scopeOf = (project: { id: string; slug: string; zone: string }): ProjectScope =>
  ({ projectId: project.id, slug: project.slug, zone: project.zone }) as ProjectScope

export interface Actor {
  kind: 'user' | 'token' | 'system'
  /** Pseudonymous: a user's or token's id, or the name of the part of the system. */
  id: string
}

export const systemActor = (part: string): Actor => ({ kind: 'system', id: part })
export const actorKey = (actor: Actor): string => `${actor.kind}:${actor.id}`
