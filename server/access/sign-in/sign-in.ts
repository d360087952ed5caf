import { hash, verify } from '@node-rs/argon2'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newSecret, sha256 } from '#server/kernel/ids.ts'
import { type Actor, systemActor } from '#server/kernel/scope.ts'
import { writeAudit } from '#server/platform/audit.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { MAX_PASSWORD, SESSION_DAYS } from '../contract.ts'
import { passwordProblem } from '../rules/password.ts'
import { ACCOUNT_RULE, ADDRESS_RULE, decideAttempt, type ThrottleRule } from '../rules/throttle.ts'
import { type Place, placeHashes, recognizePlace, rememberPlace } from './known-places.ts'
import {
  clearThrottle,
  deleteStale,
  findUserByEmail,
  forgiveOne,
  insertSession,
  lockThrottle,
  saveThrottle,
  type UserRow,
} from './store.ts'

const DAY_MS = 86_400_000

/** argon2id, 19 MiB, 2 passes, 1 lane (OWASP's minimum). Set explicitly so that a change of the package's defaults has no effect. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashes a password. Throws `invalid` if it is too easy to guess. */
export async function hashPassword(password: string, email: string): Promise<string> {
  const problem = passwordProblem(password, email)
  if (problem) throw new AppError('invalid', problem, { details: [{ column: 'password', expected: problem }] })
  return hash(password, ARGON2)
}

/** The hash that unknown accounts are verified against, so that the response takes the same time as for a known one. */
let decoy: Promise<string> | undefined

export async function passwordFits(user: UserRow | undefined, password: string): Promise<boolean> {
  decoy ??= hash(newSecret(), ARGON2)
  const stored = user?.passwordHash ?? (await decoy)
  const fits = await verify(stored, password.slice(0, MAX_PASSWORD + 1))
  return fits && user?.passwordHash != null && user.disabledAt === null
}

export const accountKey = (email: string) => `account:${sha256(email.toLowerCase())}`
const addressKey = (address: string) => `address:${address}`

interface Counter {
  key: string
  rule: ThrottleRule
}

/**
 * Returns the counters of an attempt. Guessing is slowed down per account and per address. A place that the account knows has a counter of
 * its own: whoever guesses from elsewhere does not lock out the owner. A known browser is not slowed down by its address either, which all
 * people behind a proxy may share.
 */
async function countersOf(
  kernel: Kernel,
  email: string,
  place: Place,
): Promise<{ account: Counter; address?: Counter }> {
  const known = await recognizePlace(kernel.db, email, place, nowDate(kernel.clock))
  const account = accountKey(email)
  const { address, device } = placeHashes(place)
  const at = (key: string): Counter => ({ key, rule: ACCOUNT_RULE })
  if (known === 'device') return { account: at(`${account}:${device}`) }
  return {
    account: at(known === 'address' ? `${account}:${address}` : account),
    address: { key: addressKey(place.address), rule: ADDRESS_RULE },
  }
}

/** Counts an attempt before it is made. Throws `too_many_requests` with the seconds to wait. */
export async function requireAttempt(kernel: Kernel, key: string, rule: ThrottleRule): Promise<void> {
  const now = nowDate(kernel.clock)
  const wait = await kernel.db.transaction(async tx => {
    const decided = decideAttempt(rule, await lockThrottle(tx, key, now), now)
    if ('waitSeconds' in decided) return decided.waitSeconds
    await saveThrottle(tx, key, decided.next)
    return 0
  })
  if (wait === 0) return
  const delay = wait < 90 ? `${wait} seconds` : `${Math.ceil(wait / 60)} minutes`
  throw new AppError('too_many_requests', `Too many attempts. Try again in ${delay}.`, {
    hint: 'A forgotten password is reset on the server’s machine: `fleximl user reset EMAIL`.',
    retryAfterSeconds: wait,
  })
}

const auditSignIn = (kernel: Kernel, actor: Actor, outcome: 'done' | 'refused', reason?: string) =>
  writeAudit(kernel.db, actor, {
    projectId: null,
    action: 'access.sign-in',
    subjectKind: 'user',
    subjectId: actor.kind === 'user' ? actor.id : 'unknown',
    outcome,
    reason,
  })

/**
 * Creates a session for the right password: its secret goes into the cookie, its hash into the table. Unknown account, wrong password and
 * disabled account give the same error in the same time. Throws `unauthenticated`, `too_many_requests`.
 */
export async function signIn(
  kernel: Kernel,
  input: { email: string; password: string; userAgent?: string } & Place,
): Promise<{ userId: string; sid: string }> {
  const { account, address } = await countersOf(kernel, input.email, input)
  try {
    if (address) await requireAttempt(kernel, address.key, address.rule)
    await requireAttempt(kernel, account.key, account.rule)
  } catch (error) {
    if (error instanceof AppError) await auditSignIn(kernel, systemActor('anonymous'), 'refused', 'throttled')
    throw error
  }
  const user = await findUserByEmail(kernel.db, input.email)
  if (!(await passwordFits(user, input.password)) || !user) {
    const actor: Actor = user ? { kind: 'user', id: user.id } : systemActor('anonymous')
    await auditSignIn(kernel, actor, 'refused', user?.disabledAt ? 'disabled account' : 'wrong e-mail or password')
    throw new AppError('unauthenticated', 'E-mail or password is wrong.')
  }
  await clearThrottle(kernel.db, account.key)
  if (address) await forgiveOne(kernel.db, address.key)
  await rememberPlace(kernel.db, user.id, input, nowDate(kernel.clock))
  const sid = await openSession(kernel, user.id, input.userAgent)
  await auditSignIn(kernel, { kind: 'user', id: user.id }, 'done')
  await deleteStale(kernel.db, new Date(kernel.clock.now() - SESSION_DAYS * DAY_MS))
  return { userId: user.id, sid }
}

async function openSession(kernel: Kernel, userId: string, userAgent: string | undefined): Promise<string> {
  const sid = newSecret()
  const now = nowDate(kernel.clock)
  await insertSession(kernel.db, {
    idHash: sha256(sid),
    userId,
    userAgent: userAgent?.slice(0, 300) ?? null,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + SESSION_DAYS * DAY_MS),
  })
  return sid
}
