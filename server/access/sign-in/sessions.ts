import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { sha256 } from '#server/kernel/ids.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { SessionView } from '../contract.ts'
import { ACCOUNT_RULE } from '../rules/throttle.ts'
import { hashPassword, passwordFits, requireAttempt } from './sign-in.ts'
import {
  clearThrottle,
  findLiveSession,
  findUser,
  listLiveSessions,
  revokeSessions,
  touchSession,
  updateUser,
} from './store.ts'

const TOUCH_MS = 60_000

export interface Person {
  userId: string
  email: string
  name: string
  isAdmin: boolean
  sessionIdHash: string
}

/** Returns the person of a session, or undefined if it is revoked, expired or its person is disabled. Reads the database each time. */
export async function personOfSession(kernel: Kernel, sid: string): Promise<Person | undefined> {
  return personOfSessionHash(kernel, sha256(sid))
}

/** Returns the same by the session's hash: long-lived streams check again with it. */
export async function personOfSessionHash(kernel: Kernel, idHash: string): Promise<Person | undefined> {
  const now = nowDate(kernel.clock)
  const found = await findLiveSession(kernel.db, idHash, now)
  if (!found) return undefined
  const { session, user } = found
  if (!session.lastSeenAt || now.getTime() - session.lastSeenAt.getTime() > TOUCH_MS)
    await touchSession(kernel.db, idHash, now)
  return { userId: user.id, email: user.email, name: user.name, isAdmin: user.isAdmin, sessionIdHash: idHash }
}

const actorOf = (person: { userId: string }) => ({ kind: 'user' as const, id: person.userId })

export async function listSessions(kernel: Kernel, person: Person): Promise<{ items: SessionView[] }> {
  const rows = await listLiveSessions(kernel.db, person.userId, nowDate(kernel.clock))
  return {
    items: rows.map(r => ({
      id: r.idHash,
      userAgent: r.userAgent,
      createdAt: r.createdAt.toISOString(),
      lastSeenAt: r.lastSeenAt?.toISOString() ?? null,
      expiresAt: r.expiresAt.toISOString(),
      isCurrent: r.idHash === person.sessionIdHash,
    })),
  }
}

/** Ends one of the person's own sessions, which may be the current one. Throws `not_found`. */
export async function revokeSession(kernel: Kernel, person: Person, id: string): Promise<{ id: string }> {
  await change(kernel, actorOf(person), async c => {
    const gone = await revokeSessions(c.tx, person.userId, nowDate(kernel.clock), { only: id })
    if (gone.length === 0)
      throw new AppError('not_found', 'You have no session with this id.', { hint: 'It may have ended already.' })
    await c.record({
      projectId: null,
      subject: { kind: 'user', id: person.userId },
      audit: { action: id === person.sessionIdHash ? 'access.sign-out' : 'access.revoke-session' },
    })
  })
  return { id }
}

/** Ends the session of a cookie's secret, called by next-auth. Does nothing if the session has already ended. */
export async function signOut(kernel: Kernel, sid: string): Promise<void> {
  const person = await personOfSession(kernel, sid)
  if (person) await revokeSession(kernel, person, person.sessionIdHash)
}

/**
 * Changes the password and ends the other sessions. Throws `invalid` (too easy), `forbidden` (current password wrong), `too_many_requests`.
 */
export async function changePassword(
  kernel: Kernel,
  person: Person,
  input: { current: string; next: string },
): Promise<{ endedSessions: number }> {
  // Not the counter of sign-in: that one is full when a stranger guesses.
  const counter = `change-password:${person.userId}`
  await requireAttempt(kernel, counter, ACCOUNT_RULE)
  const user = await findUser(kernel.db, person.userId)
  if (!(await passwordFits(user, input.current)))
    throw new AppError('invalid', 'The current password is wrong.', {
      details: [{ column: 'current', expected: 'the password you signed in with' }],
    })
  await clearThrottle(kernel.db, counter)
  const passwordHash = await hashPassword(input.next, person.email)
  const ended = await change(kernel, actorOf(person), async c => {
    await updateUser(c.tx, person.userId, { passwordHash })
    const gone = await revokeSessions(c.tx, person.userId, nowDate(kernel.clock), { except: person.sessionIdHash })
    await c.record({
      projectId: null,
      subject: { kind: 'user', id: person.userId },
      audit: { action: 'access.change-password', details: { endedSessions: gone.length } },
    })
    return gone
  })
  return { endedSessions: ended.length }
}
