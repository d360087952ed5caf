import { and, count, desc, eq, gt, ilike, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Handle, Tx } from '#db/client.ts'
import { apiTokens, invitations, members, projects, users } from '#db/schema/access.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { NamedSubject } from '#server/platform/subjects/contract.ts'
import type { ArchivedEndpoints, Role } from './contract.ts'

export type ProjectRow = typeof projects.$inferSelect
export type InvitationRow = typeof invitations.$inferSelect
export type TokenRow = typeof apiTokens.$inferSelect

export async function findProject(db: Handle, slug: string): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.slug, slug))
  return row
}

/** Returns what becomes of the endpoints of an archived project; undefined if it is not archived. */
export const archivedOf = (
  project: Pick<ProjectRow, 'archivedAt' | 'archivedEndpoints'>,
): ArchivedEndpoints | undefined =>
  project.archivedAt === null ? undefined : project.archivedEndpoints === 'stopped' ? 'stopped' : 'serving'

export async function insertProject(tx: Tx, values: typeof projects.$inferInsert): Promise<ProjectRow> {
  const [row] = await tx.insert(projects).values(values).returning()
  return row!
}

/** Locks the project: decisions about its members are made one after another. */
export const lockProject = (tx: Tx, scope: ProjectScope) =>
  tx.select({ id: projects.id }).from(projects).where(eq(projects.id, scope.projectId)).for('update')

const memberCount = sql<number>`(SELECT count(*)::int FROM members m WHERE m.project_id = projects.id)`

/** Lists the projects of a person, or with `all` every project; the role is null where the person is not a member. */
export const listProjects = (
  db: Handle,
  userId: string,
  { all, archived }: { all: boolean; archived: boolean },
): Promise<{ project: ProjectRow; role: string | null; members: number }[]> =>
  db
    .select({ project: projects, role: members.role, members: memberCount })
    .from(projects)
    .leftJoin(members, and(eq(members.projectId, projects.id), eq(members.userId, userId)))
    .where(and(all ? undefined : isNotNull(members.userId), archived ? undefined : isNull(projects.archivedAt)))
    .orderBy(projects.slug)

export async function updateProject(
  tx: Tx,
  scope: ProjectScope,
  set: Partial<Pick<ProjectRow, 'name' | 'description' | 'zone' | 'archivedAt' | 'archivedEndpoints'>>,
): Promise<ProjectRow> {
  const [row] = await tx.update(projects).set(set).where(eq(projects.id, scope.projectId)).returning()
  return row!
}

export async function findMemberRole(db: Handle, projectId: string, userId: string): Promise<Role | undefined> {
  const [row] = await db
    .select({ role: members.role })
    .from(members)
    .where(and(eq(members.projectId, projectId), eq(members.userId, userId)))
  return row?.role as Role | undefined
}

export interface MemberRow {
  userId: string
  name: string
  email: string
  role: Role
  since: Date
  disabledAt: Date | null
  isAdmin: boolean
}

export async function listMembers(db: Handle, scope: ProjectScope): Promise<MemberRow[]> {
  const rows = await db
    .select({
      userId: members.userId,
      name: users.name,
      email: users.email,
      role: members.role,
      since: members.createdAt,
      disabledAt: users.disabledAt,
      isAdmin: users.isAdmin,
    })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(eq(members.projectId, scope.projectId))
    .orderBy(users.name, users.id)
  return rows as MemberRow[]
}

export const upsertMember = (tx: Tx, projectId: string, userId: string, role: Role) =>
  tx
    .insert(members)
    .values({ projectId, userId, role })
    .onConflictDoUpdate({ target: [members.projectId, members.userId], set: { role } })

export const deleteMember = (tx: Tx, scope: ProjectScope, userId: string) =>
  tx.delete(members).where(and(eq(members.projectId, scope.projectId), eq(members.userId, userId)))

/** The token that made another token or an invitation. */
const maker = alias(apiTokens, 'maker')

export const insertInvitation = (tx: Tx, values: typeof invitations.$inferInsert) =>
  tx.insert(invitations).values(values)

export async function listInvitations(
  db: Handle,
  scope: ProjectScope,
): Promise<(InvitationRow & { invitedBy: string | null })[]> {
  const rows = await db
    .select({ invitation: invitations, invitedBy: sql<string | null>`coalesce(${users.name}, ${maker.name})` })
    .from(invitations)
    .leftJoin(users, eq(users.id, invitations.createdBy))
    .leftJoin(maker, eq(maker.id, invitations.createdByToken))
    .where(eq(invitations.projectId, scope.projectId))
    .orderBy(desc(invitations.createdAt))
    .limit(100)
  return rows.map(r => ({ ...r.invitation, invitedBy: r.invitedBy }))
}

/** Returns an invitation that can be accepted now, with its project; `lock` locks its row for the accepting transaction. */
export async function findOpenInvitation(
  db: Handle,
  tokenHash: string,
  now: Date,
): Promise<{ invitation: InvitationRow; project: ProjectRow } | undefined> {
  const [row] = await db
    .select({ invitation: invitations, project: projects })
    .from(invitations)
    .innerJoin(projects, eq(projects.id, invitations.projectId))
    .where(
      and(
        eq(invitations.tokenHash, tokenHash),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
        gt(invitations.expiresAt, now),
      ),
    )
  return row
}

/** Returns false if another request accepted the invitation first. */
export async function takeInvitation(tx: Tx, id: string, userId: string, now: Date): Promise<boolean> {
  const rows = await tx
    .update(invitations)
    .set({ acceptedAt: now, acceptedBy: userId })
    .where(and(eq(invitations.id, id), isNull(invitations.acceptedAt), isNull(invitations.revokedAt)))
    .returning({ id: invitations.id })
  return rows.length === 1
}

export async function markInvitationRevoked(tx: Tx, scope: ProjectScope, id: string, now: Date): Promise<boolean> {
  const rows = await tx
    .update(invitations)
    .set({ revokedAt: now })
    .where(and(inScope(invitations, scope, id), isNull(invitations.acceptedAt), isNull(invitations.revokedAt)))
    .returning({ id: invitations.id })
  return rows.length === 1
}

export const insertToken = (tx: Tx, values: typeof apiTokens.$inferInsert) => tx.insert(apiTokens).values(values)

/** Returns a token in any state; the caller checks revocation and expiry. */
export async function findTokenByHash(
  db: Handle,
  tokenHash: string,
): Promise<{ token: TokenRow; project: ProjectRow } | undefined> {
  const [row] = await db
    .select({ token: apiTokens, project: projects })
    .from(apiTokens)
    .innerJoin(projects, eq(projects.id, apiTokens.projectId))
    .where(eq(apiTokens.tokenHash, tokenHash))
  return row
}

export async function findToken(db: Handle, scope: ProjectScope, id: string): Promise<TokenRow | undefined> {
  const [row] = await db
    .select()
    .from(apiTokens)
    .where(inScope(apiTokens, scope, id))
  return row
}

export async function listTokenRows(
  db: Handle,
  scope: ProjectScope,
): Promise<(TokenRow & { madeBy: string | null })[]> {
  const rows = await db
    .select({ token: apiTokens, madeBy: sql<string | null>`coalesce(${users.name}, ${maker.name})` })
    .from(apiTokens)
    .leftJoin(users, eq(users.id, apiTokens.createdBy))
    .leftJoin(maker, eq(maker.id, apiTokens.createdByToken))
    .where(eq(apiTokens.projectId, scope.projectId))
    .orderBy(desc(apiTokens.createdAt))
    .limit(500)
  return rows.map(r => ({ ...r.token, madeBy: r.madeBy }))
}

export const touchToken = (db: Handle, id: string, now: Date) =>
  db.update(apiTokens).set({ lastUsedAt: now }).where(eq(apiTokens.id, id))

/** Writes later uses of tokens. Several processes may answer the same token: within a minute one of them writes. */
export async function touchTokens(db: Handle, uses: readonly { tokenId: string; at: number }[]): Promise<void> {
  if (uses.length === 0) return
  const values = sql.join(
    uses.map(({ tokenId, at }) => sql`(${tokenId}::uuid, ${new Date(at).toISOString()}::timestamptz)`),
    sql`, `,
  )
  await db.execute(sql`
    UPDATE api_tokens SET last_used_at = used.at FROM (VALUES ${values}) AS used (id, at)
    WHERE api_tokens.id = used.id AND (last_used_at IS NULL OR last_used_at < used.at - interval '50 seconds')`)
}

/** Revokes a token and the tokens that were made with it. Returns the ids of those that were valid. */
export async function markTokenRevoked(tx: Tx, scope: ProjectScope, id: string, now: Date): Promise<string[]> {
  const revoked: string[] = []
  for (let ids = [id]; ids.length > 0; ) {
    const rows = await tx
      .update(apiTokens)
      .set({ revokedAt: sql`coalesce(${apiTokens.revokedAt}, ${now.toISOString()}::timestamptz)` })
      .where(inScope(apiTokens, scope, ids))
      .returning({ id: apiTokens.id })
    revoked.push(...rows.map(row => row.id))
    const made = await tx
      .select({ id: apiTokens.id })
      .from(apiTokens)
      .where(and(eq(apiTokens.projectId, scope.projectId), inArray(apiTokens.createdByToken, ids)))
    ids = made.map(row => row.id).filter(next => !revoked.includes(next))
  }
  return revoked
}

/** A valid token as the inference server keeps it. */
export interface LiveToken {
  hash: string
  projectId: string
  slug: string
  tokenId: string
  role: string
  /** Milliseconds since 1970. */
  expiresAt: number | null
  /** True: the project is archived and its endpoints do not answer. */
  stopped?: boolean
}

/** Lists every valid token of all projects. Only for serve processes. */
export async function listLiveTokens(db: Handle): Promise<LiveToken[]> {
  const rows = await db
    .select({
      hash: apiTokens.tokenHash,
      projectId: apiTokens.projectId,
      slug: projects.slug,
      tokenId: apiTokens.id,
      role: apiTokens.role,
      expiresAt: apiTokens.expiresAt,
      archivedAt: projects.archivedAt,
      archivedEndpoints: projects.archivedEndpoints,
    })
    .from(apiTokens)
    .innerJoin(projects, eq(projects.id, apiTokens.projectId))
    .where(sql`${apiTokens.revokedAt} IS NULL AND (${apiTokens.expiresAt} IS NULL OR ${apiTokens.expiresAt} > now())`)
  return rows.map(({ archivedAt, archivedEndpoints, expiresAt, ...r }) => ({
    ...r,
    expiresAt: expiresAt?.getTime() ?? null,
    ...(archivedOf({ archivedAt, archivedEndpoints }) === 'stopped' ? { stopped: true } : {}),
  }))
}

export async function countLiveTokensOf(db: Handle, userId: string): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(apiTokens)
    .where(and(eq(apiTokens.createdBy, userId), isNull(apiTokens.revokedAt)))
  return row!.n
}

/** Returns names of actors that this project may see: its members, administrators and own tokens. Without a project: all. */
export async function nameActors(
  db: Handle,
  scope: ProjectScope | null,
  actors: readonly { kind: string; id: string }[],
): Promise<Map<string, string>> {
  const ids = (kind: string) => [...new Set(actors.filter(a => a.kind === kind).map(a => a.id))]
  const names = new Map<string, string>()
  const userIds = ids('user')
  if (userIds.length > 0) {
    const rows = await db
      .select({ id: users.id, name: users.name })
      .from(users)
      .leftJoin(members, and(eq(members.userId, users.id), scope ? eq(members.projectId, scope.projectId) : sql`false`))
      .where(
        and(inArray(users.id, userIds), scope ? sql`(${members.userId} IS NOT NULL OR ${users.isAdmin})` : undefined),
      )
    for (const r of rows) names.set(`user:${r.id}`, r.name)
  }
  const tokenIds = ids('token')
  if (tokenIds.length > 0) {
    const rows = await db
      .select({ id: apiTokens.id, name: apiTokens.name })
      .from(apiTokens)
      .where(and(scope ? eq(apiTokens.projectId, scope.projectId) : undefined, inArray(apiTokens.id, tokenIds)))
    for (const r of rows) names.set(`token:${r.id}`, r.name)
  }
  return names
}

const MAX_FOUND_ACTORS = 200

/** Finds persons and tokens by a part of their name, as `user:…` and `token:…`: those that the project may see, or all. */
export async function findActorKeys(db: Handle, scope: ProjectScope | null, part: string): Promise<string[]> {
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`
  const [people, tokens] = await Promise.all([
    db
      .selectDistinct({ id: users.id })
      .from(users)
      .leftJoin(members, and(eq(members.userId, users.id), scope ? eq(members.projectId, scope.projectId) : sql`false`))
      .where(
        and(ilike(users.name, pattern), scope ? or(isNotNull(members.userId), eq(users.isAdmin, true)) : undefined),
      )
      .limit(MAX_FOUND_ACTORS),
    db
      .select({ id: apiTokens.id })
      .from(apiTokens)
      .where(and(ilike(apiTokens.name, pattern), scope ? eq(apiTokens.projectId, scope.projectId) : undefined))
      .limit(MAX_FOUND_ACTORS),
  ])
  return [...people.map(row => `user:${row.id}`), ...tokens.map(row => `token:${row.id}`)]
}

/** Names persons, tokens, invitations and the project of an audit log. */
export async function nameAccessSubjects(
  db: Handle,
  scope: ProjectScope | null,
  kind: string,
  ids: readonly string[],
): Promise<NamedSubject[]> {
  if (kind === 'user' || kind === 'token') {
    const names = await nameActors(
      db,
      scope,
      ids.map(id => ({ kind, id })),
    )
    return ids.flatMap(id => {
      const name = names.get(`${kind}:${id}`)
      return name === undefined ? [] : [{ id, name }]
    })
  }
  if (kind === 'project')
    return db
      .select({ id: projects.id, name: projects.name, page: projects.slug })
      .from(projects)
      .where(and(inArray(projects.id, [...ids]), scope ? eq(projects.id, scope.projectId) : undefined))
  if (kind !== 'invitation' || scope === null) return []
  const rows = await db
    .select({ id: invitations.id, email: invitations.email })
    .from(invitations)
    .where(inScope(invitations, scope, ids))
  return rows.map(({ id, email }) => ({ id, name: email ?? 'anyone with the link' }))
}
