import { nowDate } from '#server/kernel/clock.ts'
import { AppError, isUniqueViolation } from '#server/kernel/errors.ts'
import { newId, newSecret, sha256 } from '#server/kernel/ids.ts'
import { type Actor, systemActor } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { LINK_HOURS, type NewAccountInput } from '../contract.ts'
import { passwordProblem } from '../rules/password.ts'
import { countLiveTokensOf } from '../store.ts'
import { accountKey, hashPassword } from './sign-in.ts'
import {
  clearThrottle,
  deleteKnownPlaces,
  deleteUnusedLinks,
  findGoodLink,
  findUser,
  findUserByEmail,
  insertLink,
  insertUser,
  type LinkPurpose,
  listAdmins,
  lockAdmins,
  revokeSessions,
  type UserRow,
  updateUser,
  useLink,
} from './store.ts'

const COMMAND_LINE = systemActor('command-line')

const deadLink = () =>
  new AppError('not_found', 'This link is not valid: it was used, it has expired, or a newer one was made.', {
    hint: 'Create a new one on the server’s machine: `npm start` prints the first sign-in link, `fleximl user reset EMAIL` a reset link.',
  })

async function makeLink(kernel: Kernel, purpose: LinkPurpose, userId: string | null): Promise<string> {
  const token = newSecret()
  const now = nowDate(kernel.clock)
  await change(kernel, COMMAND_LINE, async c => {
    await deleteUnusedLinks(c.tx, purpose, userId)
    await insertLink(c.tx, {
      tokenHash: sha256(token),
      purpose,
      userId,
      createdAt: now,
      expiresAt: new Date(now.getTime() + LINK_HOURS * 3_600_000),
    })
    await c.record({
      projectId: null,
      subject: { kind: userId ? 'user' : 'instance', id: userId ?? 'instance' },
      audit: { action: `access.make-${purpose}-link` },
    })
  })
  return token
}

/** Creates the one-time link for the first administrator; undefined if there is an administrator. */
export async function firstSignInLink(kernel: Kernel): Promise<string | undefined> {
  await ensureAdmin(kernel)
  if ((await listAdmins(kernel.db)).length > 0) return undefined
  return `${kernel.env.FLEXIML_URL}/first/${await makeLink(kernel, 'first-admin', null)}`
}

/** Creates a one-time link with which this person sets a new password. Throws `not_found`. */
export async function resetLink(kernel: Kernel, email: string): Promise<string> {
  const user = await requireUser(kernel, email)
  return `${kernel.env.FLEXIML_URL}/reset/${await makeLink(kernel, 'reset', user.id)}`
}

async function requireUser(kernel: Kernel, email: string): Promise<UserRow> {
  const user = await findUserByEmail(kernel.db, email)
  if (!user) throw new AppError('not_found', `No account has the e-mail address ${email}.`)
  return user
}

/** Inserts a person inside a change. Throws `conflict` if the address has an account. */
export async function writeUser(
  kernel: Kernel,
  c: Change,
  values: { id: string; email: string; name: string; passwordHash: string; isAdmin: boolean },
): Promise<UserRow> {
  if (await findUserByEmail(c.tx, values.email))
    throw new AppError('conflict', 'This e-mail address has an account already.', { hint: 'Sign in with it.' })
  try {
    return await insertUser(c.tx, { ...values, createdAt: nowDate(kernel.clock) })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new AppError('conflict', 'This e-mail address has an account already.', { hint: 'Sign in with it.' })
  }
}

/** Creates the administrator of `FLEXIML_ADMIN_EMAIL` and `FLEXIML_ADMIN_PASSWORD` once; an existing account is not changed. */
export async function ensureAdmin(kernel: Kernel): Promise<void> {
  const { FLEXIML_ADMIN_EMAIL: email, FLEXIML_ADMIN_PASSWORD: password } = kernel.env
  if (!email || !password || (await findUserByEmail(kernel.db, email))) return
  const problem = passwordProblem(password, email)
  if (problem)
    throw new AppError('invalid', `FLEXIML_ADMIN_PASSWORD (not shown): ${problem}`, {
      hint: 'Set another one, or leave it out and use the one-time link.',
    })
  const passwordHash = await hashPassword(password, email)
  const id = newId(kernel.clock)
  await change(kernel, systemActor('environment'), async c => {
    await lockAdmins(c.tx)
    if (await findUserByEmail(c.tx, email)) return
    await writeUser(kernel, c, {
      id,
      email: email.toLowerCase(),
      name: email.split('@')[0]!,
      passwordHash,
      isAdmin: true,
    })
    await c.record({ projectId: null, subject: { kind: 'user', id }, audit: { action: 'access.make-administrator' } })
  })
}

/** Returns the purpose and person of a link that can be used now. Throws `not_found`. */
export async function showLink(
  kernel: Kernel,
  purpose: LinkPurpose,
  token: string,
): Promise<{ email: string | null; name: string | null; expiresAt: string }> {
  const link = await findGoodLink(kernel.db, sha256(token), purpose, nowDate(kernel.clock))
  if (!link || (purpose === 'first-admin' && (await listAdmins(kernel.db)).length > 0)) throw deadLink()
  const user = link.userId ? await findUser(kernel.db, link.userId) : undefined
  return { email: user?.email ?? null, name: user?.name ?? null, expiresAt: link.expiresAt.toISOString() }
}

/** Creates the first administrator. Throws `not_found` (link), `conflict` (there is an administrator), `invalid` (password). */
export async function becomeFirstAdmin(kernel: Kernel, input: NewAccountInput): Promise<{ email: string }> {
  await showLink(kernel, 'first-admin', input.token)
  const passwordHash = await hashPassword(input.password, input.email)
  const id = newId(kernel.clock)
  await change(kernel, { kind: 'user', id }, async c => {
    await lockAdmins(c.tx)
    if (!(await useLink(c.tx, sha256(input.token), 'first-admin', nowDate(kernel.clock)))) throw deadLink()
    if ((await listAdmins(c.tx)).length > 0)
      throw new AppError('conflict', 'This instance has an administrator already.', {
        hint: 'Get an invitation from it.',
      })
    await writeUser(kernel, c, { id, email: input.email, name: input.name, passwordHash, isAdmin: true })
    await c.record({ projectId: null, subject: { kind: 'user', id }, audit: { action: 'access.make-administrator' } })
  })
  return { email: input.email }
}

/** Sets a new password, ends all sessions and resets the account's throttle. Throws `not_found` (link), `invalid` (password). */
export async function resetPassword(
  kernel: Kernel,
  input: { token: string; password: string },
): Promise<{ email: string }> {
  const { email } = await showLink(kernel, 'reset', input.token)
  if (!email) throw deadLink()
  const passwordHash = await hashPassword(input.password, email)
  const now = nowDate(kernel.clock)
  const link = await findGoodLink(kernel.db, sha256(input.token), 'reset', now)
  if (!link?.userId) throw deadLink()
  const userId = link.userId
  await change(kernel, { kind: 'user', id: userId }, async c => {
    if (!(await useLink(c.tx, sha256(input.token), 'reset', now))) throw deadLink()
    await updateUser(c.tx, userId, { passwordHash })
    await revokeSessions(c.tx, userId, now)
    // Whoever knew the old password may have signed in from somewhere.
    await deleteKnownPlaces(c.tx, userId)
    const subject = { kind: 'user', id: userId } as const
    await c.record({ projectId: null, subject, audit: { action: 'access.reset-password' } })
  })
  await clearThrottle(kernel.db, accountKey(email))
  return { email }
}

/** Disables a person: ends sessions and sign-ins. Their API tokens belong to the projects and stay valid; returns how many there are. */
export async function disableUser(
  kernel: Kernel,
  email: string,
  actor: Actor = COMMAND_LINE,
): Promise<{ email: string; liveTokens: number }> {
  const user = await requireUser(kernel, email)
  const now = nowDate(kernel.clock)
  await change(kernel, actor, async c => {
    await lockAdmins(c.tx)
    if (user.isAdmin && (await listAdmins(c.tx)).every(a => a.id === user.id))
      throw new AppError('conflict', 'This is the last administrator of the instance.', {
        hint: 'Add another administrator first, or change the password: `fleximl user reset EMAIL`.',
      })
    await updateUser(c.tx, user.id, { disabledAt: user.disabledAt ?? now })
    await revokeSessions(c.tx, user.id, now)
    await deleteUnusedLinks(c.tx, 'reset', user.id)
    const subject = { kind: 'user', id: user.id } as const
    await c.record({ projectId: null, subject, audit: { action: 'access.disable-user' } })
  })
  return { email: user.email, liveTokens: await countLiveTokensOf(kernel.db, user.id) }
}

/** Enables a disabled person again: sign-in works with the same password. Sessions that were ended stay ended. Idempotent. */
export async function enableUser(
  kernel: Kernel,
  email: string,
  actor: Actor = COMMAND_LINE,
): Promise<{ email: string; enabled: boolean }> {
  const user = await requireUser(kernel, email)
  if (user.disabledAt === null) return { email: user.email, enabled: false }
  await change(kernel, actor, async c => {
    await updateUser(c.tx, user.id, { disabledAt: null })
    const subject = { kind: 'user', id: user.id } as const
    await c.record({ projectId: null, subject, audit: { action: 'access.enable-user' } })
  })
  return { email: user.email, enabled: true }
}
