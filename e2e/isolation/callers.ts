import type { Role } from '#server/access/contract.ts'
import { testCookie, testPerson, testSession, testToken } from '#server/access/testing.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { TestKernel } from '#server/platform/testing.ts'

/** Somebody who asks for something of project `target`. */
export interface Asker {
  name: string
  kind: 'nobody' | 'person' | 'token'
  /** In the target project; undefined: none there. */
  role?: Role
  isFromElsewhere?: boolean
  isAdmin?: boolean
  /** Headers of one request: persons get a session of their own each time, since a route may end it. */
  headers(): Promise<Record<string, string>>
}

/** Everybody a route is tried with. */
export async function everyAsker(kernel: TestKernel, target: ProjectScope, other: ProjectScope): Promise<Asker[]> {
  const person = async (name: string, scope: ProjectScope, role: Role, isAdmin = false): Promise<Asker> => {
    const { userId } = await testPerson(kernel, isAdmin ? { isAdmin } : { scope, role })
    return {
      name,
      kind: 'person',
      role: scope === target ? role : undefined,
      isFromElsewhere: scope !== target,
      isAdmin,
      headers: async () => ({
        cookie: await testCookie(kernel, await testSession(kernel, userId)),
        'sec-fetch-site': 'same-origin',
      }),
    }
  }
  const token = async (
    name: string,
    scope: ProjectScope,
    role: Role,
    given: { expiresAt?: Date; revokedAt?: Date } = {},
  ): Promise<Asker> => {
    const made = await testToken(kernel, scope, { role, ...given })
    const isGood = given.expiresAt === undefined && given.revokedAt === undefined
    return {
      name,
      kind: isGood ? 'token' : 'nobody',
      role: isGood && scope === target ? role : undefined,
      isFromElsewhere: scope !== target,
      headers: async () => ({ authorization: `Bearer ${made.token}` }),
    }
  }
  const past = new Date(kernel.clock.now() - 1000)
  return [
    { name: 'nobody', kind: 'nobody', headers: async () => ({}) },
    await token('an expired token', target, 'owner', { expiresAt: past }),
    await token('a revoked token', target, 'owner', { revokedAt: past }),
    await person('a viewer', target, 'viewer'),
    await person('an engineer', target, 'engineer'),
    await person('an approver', target, 'approver'),
    await person('an owner', target, 'owner'),
    await person('an administrator of the instance', target, 'owner', true),
    await token('a viewer’s token', target, 'viewer'),
    await token('an engineer’s token', target, 'engineer'),
    await token('an owner’s token', target, 'owner'),
    await token('a token of another project', other, 'owner'),
    await person('an owner of another project', other, 'owner'),
  ]
}
