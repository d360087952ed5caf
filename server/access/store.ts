import { and, count, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { apiTokens, invitations, members, projects, users } from '#db/schema/access.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { Role } from './contract.ts'

export type ProjectRow = typeof projects.$inferSelect
export type InvitationRow = typeof invitations.$inferSelect
export type TokenRow = typeof apiTokens.$inferSelect

export async function findProject(db: Handle, slug: string): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.slug, slug))
  return row
}

export async function insertProject(tx: Tx, values: typeof projects.$inferInsert): Promise<ProjectRow> {
  const [row] = await tx.insert(projects).values(values).returning()
  return row!
}

/** Locks the project: decisions about its members are made one after another. */
export const lockProject = (tx: Tx, scope: ProjectScope) =>
  tx.select({ id: projects.id }).from(projects).where(eq(projects.id, scope.projectId)).for('update')

const memberCount = sql<number>`(SELECT count(*)::int FROM members m WHERE m.project_id = projects.id)`

/** Lists the projects of a person, or all projects. */
export async function listProjects(
  db: Handle,
  userId: string | null,
): Promise<{ project: ProjectRow; role: string | null; members: number }[]> {
  const rows = { project: projects, role: members.role, members: memberCount }
  return userId === null
    ? (await db.select({ project: projects, members: memberCount }).from(projects).orderBy(projects.slug)).map(r => ({
        ...r,
        role: null,
      }))
    : db
        .select(rows)
        .from(projects)
        .innerJoin(members, and(eq(members.projectId, projects.id), eq(members.userId, userId)))
        .orderBy(projects.slug)
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

export const insertInvitation = (tx: Tx, values: typeof invitations.$inferInsert) =>
  tx.insert(invitations).values(values)

export async function listInvitations(
  db: Handle,
  scope: ProjectScope,
): Promise<(InvitationRow & { invitedBy: string | null })[]> {
  const rows = await db
    .select({ invitation: invitations, invitedBy: users.name })
    .from(invitations)
    .leftJoin(users, eq(users.id, invitations.createdBy))
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
    .select({ token: apiTokens, madeBy: users.name })
    .from(apiTokens)
    .leftJoin(users, eq(users.id, apiTokens.createdBy))
    .where(eq(apiTokens.projectId, scope.projectId))
    .orderBy(desc(apiTokens.createdAt))
    .limit(500)
  return rows.map(r => ({ ...r.token, madeBy: r.madeBy }))
}

export const touchToken = (db: Handle, id: string, now: Date) =>
  db.update(apiTokens).set({ lastUsedAt: now }).where(eq(apiTokens.id, id))

export const markTokenRevoked = (tx: Tx, scope: ProjectScope, id: string, now: Date) =>
  tx
    .update(apiTokens)
    .set({ revokedAt: now })
    .where(and(inScope(apiTokens, scope, id), isNull(apiTokens.revokedAt)))

/** A valid token as the inference server keeps it. */
export interface LiveToken {
  hash: string
  projectId: string
  slug: string
  tokenId: string
  role: string
  /** Milliseconds since 1970. */
  expiresAt: number | null
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
    })
    .from(apiTokens)
    .innerJoin(projects, eq(projects.id, apiTokens.projectId))
    .where(sql`${apiTokens.revokedAt} IS NULL AND (${apiTokens.expiresAt} IS NULL OR ${apiTokens.expiresAt} > now())`)
  return rows.map(r => ({ ...r, expiresAt: r.expiresAt?.getTime() ?? null }))
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
