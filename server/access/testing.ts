import { encode } from 'next-auth/jwt'
import { newId, newSecret, sha256 } from '#server/kernel/ids.ts'
import { type ProjectScope, systemActor } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Role } from './contract.ts'
import { insertSession, insertUser } from './sign-in/store.ts'
import { insertToken, upsertMember } from './store.ts'

/** Creates a person, as a member of `scope` if given; give `passwordHash` only if the test signs in. */
export async function testPerson(
  kernel: Kernel,
  given: { scope?: ProjectScope; role?: Role; isAdmin?: boolean; passwordHash?: string; email?: string } = {},
): Promise<{ userId: string; email: string }> {
  const userId = newId()
  const email = given.email ?? `p-${userId.slice(-12)}@example.org`
  await change(kernel, systemActor('test'), async c => {
    await insertUser(c.tx, {
      id: userId,
      email,
      name: `Person ${userId.slice(-4)}`,
      isAdmin: given.isAdmin ?? false,
      passwordHash: given.passwordHash ?? null,
    })
    if (given.scope && given.role) await upsertMember(c.tx, given.scope.projectId, userId, given.role)
  })
  return { userId, email }
}

/** Creates a session and returns its secret. */
export async function testSession(kernel: Kernel, userId: string): Promise<string> {
  const sid = newSecret()
  await insertSession(kernel.db, {
    idHash: sha256(sid),
    userId,
    expiresAt: new Date(kernel.clock.now() + 3_600_000),
  })
  return sid
}

/** Returns the cookie header of a browser with this session. */
export async function testCookie(kernel: Kernel, sid: string): Promise<string> {
  const token = await encode({ token: { sid }, secret: kernel.secrets.nextAuthSecret })
  return `next-auth.session-token=${token}`
}

export async function testToken(
  kernel: Kernel,
  scope: ProjectScope,
  given: { role: Role; expiresAt?: Date; revokedAt?: Date },
): Promise<{ id: string; token: string }> {
  const id = newId()
  const token = `flx_${newSecret()}`
  await change(kernel, systemActor('test'), c =>
    insertToken(c.tx, {
      id,
      projectId: scope.projectId,
      name: 'test',
      tokenHash: sha256(token),
      prefix: token.slice(0, 8),
      ...given,
    }),
  )
  return { id, token }
}
