import { and, desc, eq, gt, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { knownPlaces, loginThrottles, sessions, signInLinks, users } from '#db/schema/access.ts'

export type UserRow = typeof users.$inferSelect
export type SessionRow = typeof sessions.$inferSelect
export type LinkRow = typeof signInLinks.$inferSelect
export type LinkPurpose = 'first-admin' | 'reset'

export async function findUserByEmail(db: Handle, email: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(sql`lower(${users.email}) = ${email.toLowerCase()}`)
  return row
}

export async function findUser(db: Handle, id: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.id, id))
  return row
}

export async function insertUser(tx: Tx, values: typeof users.$inferInsert): Promise<UserRow> {
  const [row] = await tx.insert(users).values(values).returning()
  return row!
}

export const updateUser = (tx: Tx, id: string, values: Partial<typeof users.$inferInsert>) =>
  tx.update(users).set(values).where(eq(users.id, id))

/** Lists the administrators who can sign in. */
export async function listAdmins(db: Handle): Promise<UserRow[]> {
  return db
    .select()
    .from(users)
    .where(and(eq(users.isAdmin, true), isNull(users.disabledAt)))
}

/** Serializes decisions about administrators: of two first-sign-in links used at once only one succeeds. */
export const lockAdmins = (tx: Tx) => tx.execute(sql`SELECT pg_advisory_xact_lock(7166, 1)`)

export const insertSession = (db: Handle, values: typeof sessions.$inferInsert) => db.insert(sessions).values(values)

/** Returns the live session with this hash, and its person. */
export async function findLiveSession(
  db: Handle,
  idHash: string,
  now: Date,
): Promise<{ session: SessionRow; user: UserRow } | undefined> {
  const [row] = await db
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.idHash, idHash),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, now),
        isNull(users.disabledAt),
      ),
    )
  return row
}

export const touchSession = (db: Handle, idHash: string, now: Date) =>
  db.update(sessions).set({ lastSeenAt: now }).where(eq(sessions.idHash, idHash))

export async function listLiveSessions(db: Handle, userId: string, now: Date): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.createdAt))
    .limit(100)
}

/** Revokes sessions and returns the hashes that were live. */
export async function revokeSessions(
  db: Handle,
  userId: string,
  now: Date,
  which: { only?: string; except?: string } = {},
): Promise<string[]> {
  const rows = await db
    .update(sessions)
    .set({ revokedAt: now })
    .where(
      and(
        eq(sessions.userId, userId),
        isNull(sessions.revokedAt),
        which.only === undefined ? undefined : eq(sessions.idHash, which.only),
        which.except === undefined ? undefined : ne(sessions.idHash, which.except),
      ),
    )
    .returning({ idHash: sessions.idHash })
  return rows.map(r => r.idHash)
}

export const insertLink = (db: Handle, values: typeof signInLinks.$inferInsert) => db.insert(signInLinks).values(values)

/** Deletes unused links of this purpose (and person): a newer link replaces them. */
export const deleteUnusedLinks = (db: Handle, purpose: LinkPurpose, userId: string | null) =>
  db
    .delete(signInLinks)
    .where(
      and(
        eq(signInLinks.purpose, purpose),
        isNull(signInLinks.usedAt),
        userId === null ? isNull(signInLinks.userId) : eq(signInLinks.userId, userId),
      ),
    )

export async function findGoodLink(
  db: Handle,
  tokenHash: string,
  purpose: LinkPurpose,
  now: Date,
): Promise<LinkRow | undefined> {
  const [row] = await db
    .select()
    .from(signInLinks)
    .where(
      and(
        eq(signInLinks.tokenHash, tokenHash),
        eq(signInLinks.purpose, purpose),
        isNull(signInLinks.usedAt),
        gt(signInLinks.expiresAt, now),
      ),
    )
  return row
}

/** Marks the link as used; returns undefined if it was used before. */
export async function useLink(
  tx: Tx,
  tokenHash: string,
  purpose: LinkPurpose,
  now: Date,
): Promise<LinkRow | undefined> {
  const [row] = await tx
    .update(signInLinks)
    .set({ usedAt: now })
    .where(
      and(
        eq(signInLinks.tokenHash, tokenHash),
        eq(signInLinks.purpose, purpose),
        isNull(signInLinks.usedAt),
        gt(signInLinks.expiresAt, now),
      ),
    )
    .returning()
  return row
}

export interface ThrottleState {
  failures: number
  blockedUntil: Date | null
  updatedAt: Date
}

/** Returns the key's row, locked, so that parallel attempts are counted one after another. */
export async function lockThrottle(tx: Tx, key: string, now: Date): Promise<ThrottleState> {
  await tx.insert(loginThrottles).values({ key, updatedAt: now }).onConflictDoNothing()
  const [row] = await tx.select().from(loginThrottles).where(eq(loginThrottles.key, key)).for('update')
  return row!
}

export const saveThrottle = (tx: Tx, key: string, state: ThrottleState) =>
  tx.update(loginThrottles).set(state).where(eq(loginThrottles.key, key))

export const clearThrottle = (db: Handle, key: string) => db.delete(loginThrottles).where(eq(loginThrottles.key, key))

/** Takes back an attempt that was counted in advance and succeeded. */
export const forgiveOne = (db: Handle, key: string) =>
  db
    .update(loginThrottles)
    .set({ failures: sql`greatest(0, ${loginThrottles.failures} - 1)` })
    .where(eq(loginThrottles.key, key))

/** Returns which of these places the account has signed in from since `since`; none for an unknown account. */
export async function findKnownPlaces(
  db: Handle,
  email: string,
  placeHashes: string[],
  since: Date,
): Promise<Set<string>> {
  const rows = await db
    .select({ placeHash: knownPlaces.placeHash })
    .from(knownPlaces)
    .innerJoin(users, eq(users.id, knownPlaces.userId))
    .where(
      and(
        sql`lower(${users.email}) = ${email.toLowerCase()}`,
        inArray(knownPlaces.placeHash, placeHashes),
        gt(knownPlaces.lastSeenAt, since),
      ),
    )
  return new Set(rows.map(r => r.placeHash))
}

export const saveKnownPlaces = (db: Handle, userId: string, placeHashes: string[], now: Date) =>
  db
    .insert(knownPlaces)
    .values(placeHashes.map(placeHash => ({ userId, placeHash, lastSeenAt: now })))
    .onConflictDoUpdate({ target: [knownPlaces.userId, knownPlaces.placeHash], set: { lastSeenAt: now } })

export const deleteKnownPlaces = (db: Handle, userId: string) =>
  db.delete(knownPlaces).where(eq(knownPlaces.userId, userId))

export const deleteStalePlaces = (db: Handle, before: Date) =>
  db.delete(knownPlaces).where(lt(knownPlaces.lastSeenAt, before))

/** Deletes old counters, and sessions and links that ended before `before`. */
export async function deleteStale(db: Handle, before: Date): Promise<void> {
  await db.delete(loginThrottles).where(lt(loginThrottles.updatedAt, before))
  await db.delete(sessions).where(or(lt(sessions.expiresAt, before), lt(sessions.revokedAt, before)))
  await db.delete(signInLinks).where(lt(signInLinks.expiresAt, before))
}
