import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { sha256 } from '#server/kernel/ids.ts'
import { type Actor, type ProjectScope, scopeOf, systemActor } from '#server/kernel/scope.ts'
import { writeAudit } from '#server/platform/audit.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Caller } from './caller.ts'
import { type Role, roleSchema } from './contract.ts'
import {
  archivedOf,
  findMemberRole,
  findProject,
  findTokenByHash,
  type ProjectRow,
  type TokenRow,
  touchToken,
} from './store.ts'

const TOUCH_MS = 60_000
/** Refusals of requests without an identity that are audited per minute; more are dropped. */
const ANONYMOUS_ROWS_A_MINUTE = 1000

/** Returns the same message whether the project does not exist or the caller is not a member. */
const noSuchProject = (slug: string) =>
  new AppError('not_found', `There is no project “${slug}” here.`, {
    hint: 'Check its name. Members join by an invitation of the project’s owner.',
  })

const refused = (kernel: Kernel, actor: Actor, projectId: string | null, reason: string) =>
  writeAudit(kernel.db, actor, {
    projectId,
    action: 'access.enter-project',
    subjectKind: 'project',
    subjectId: projectId ?? 'unknown',
    outcome: 'refused',
    reason,
  })

let anonymous = { minute: 0, rows: 0 }

/** Audits the refusal of an unauthenticated request. Above the limit per minute only the process log records it, once. */
export async function refuseAnonymous(kernel: Kernel, reason: string): Promise<void> {
  const minute = Math.floor(kernel.clock.now() / 60_000)
  if (anonymous.minute !== minute) anonymous = { minute, rows: 0 }
  anonymous.rows++
  if (anonymous.rows <= ANONYMOUS_ROWS_A_MINUTE) await refused(kernel, systemActor('anonymous'), null, reason)
  else if (anonymous.rows === ANONYMOUS_ROWS_A_MINUTE + 1)
    kernel.log.warn('more than 1,000 anonymous requests were refused in this minute; the audit log keeps no more of it')
}

export interface GoodToken {
  token: TokenRow
  project: ProjectRow
  role: Role
}

/** Returns the token if it is known, not revoked and not expired. Throws `unauthenticated`, audited in the token's project. */
export async function requireToken(kernel: Kernel, secret: string): Promise<GoodToken> {
  const bad = new AppError('unauthenticated', 'This token is not valid: unknown, expired or revoked.', {
    hint: 'Create one on the project’s Access page.',
  })
  const known = secret.startsWith('flx_') ? await findTokenByHash(kernel.db, sha256(secret)) : undefined
  if (!known) {
    await refuseAnonymous(kernel, 'unknown token')
    throw bad
  }
  const { token, project } = known
  const now = nowDate(kernel.clock)
  const actor: Actor = { kind: 'token', id: token.id }
  const over = token.revokedAt ? 'revoked token' : token.expiresAt && token.expiresAt <= now ? 'expired token' : null
  if (over) {
    await refused(kernel, actor, project.id, over)
    throw bad
  }
  if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() > TOUCH_MS)
    await touchToken(kernel.db, token.id, now)
  return { token, project, role: roleSchema.parse(token.role) }
}

/** Enters the token's own project. Throws `not_found` if the request names another project. */
export async function enterByToken(kernel: Kernel, good: GoodToken, slug: string | undefined): Promise<Caller> {
  const actor: Actor = { kind: 'token', id: good.token.id }
  if (slug !== undefined && slug !== good.project.slug) {
    await refused(kernel, actor, (await findProject(kernel.db, slug))?.id ?? null, 'token of another project')
    throw noSuchProject(slug)
  }
  return {
    actor,
    scope: scopeOf(good.project),
    role: good.role,
    archived: archivedOf(good.project),
    tokenExpiresAt: good.token.expiresAt,
  }
}

/** Enters a project as a person. The role is read with each request; administrators of the instance are owners everywhere. */
export async function enterAsPerson(
  kernel: Kernel,
  person: { userId: string; isAdmin: boolean },
  slug: string | undefined,
): Promise<Caller> {
  if (slug === undefined)
    throw new AppError('bad_request', 'Which project? The request names none.', { hint: 'Give `project`.' })
  const actor: Actor = { kind: 'user', id: person.userId }
  const project = await findProject(kernel.db, slug)
  const role = project && (person.isAdmin ? 'owner' : await findMemberRole(kernel.db, project.id, person.userId))
  if (!project || !role) {
    await refused(kernel, actor, project?.id ?? null, 'no member')
    throw noSuchProject(slug)
  }
  return { actor, scope: scopeOf(project), role, archived: archivedOf(project) }
}

/** Returns the scope of a project without a caller, for the command line on the server and the sample. Throws `not_found`. */
export async function scopeForProject(kernel: Kernel, slug: string): Promise<ProjectScope> {
  const project = await findProject(kernel.db, slug)
  if (!project) throw noSuchProject(slug)
  return scopeOf(project)
}
