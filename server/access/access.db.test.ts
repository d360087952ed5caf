import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import type { Caller } from './caller.ts'
import type { Role } from './contract.ts'
import {
  acceptInvitation,
  addMember,
  changeMember,
  createProject,
  createToken,
  enterAsPerson,
  enterByToken,
  invite,
  joinByInvitation,
  listTokens,
  mintTokenFromMachine,
  projectsOf,
  readAudit,
  readAuditFacets,
  readInstanceAudit,
  readInstanceAuditFacets,
  readInvitations,
  readMembers,
  removeMember,
  requireToken,
  revokeInvitation,
  revokeToken,
  scopeForProject,
} from './index.ts'
import { testPerson } from './testing.ts'

let kernel: TestKernel
before(async () => {
  kernel = await testKernel()
})
after(() => kernel.close())

const code = (wanted: string) => (error: { code: string }) => error.code === wanted
const tokenOf = (link: string) => link.split('/').at(-1)!

async function projectWith(...roles: Role[]): Promise<{ scope: ProjectScope; callers: Caller[]; ids: string[] }> {
  const scope = await kernel.project()
  const ids: string[] = []
  for (const role of roles) ids.push((await testPerson(kernel, { scope, role })).userId)
  const callers = await Promise.all(ids.map(userId => enterAsPerson(kernel, { userId, isAdmin: false }, scope.slug)))
  return { scope, callers, ids }
}

describe('projects', () => {
  it('whoever starts a project owns it; its name is taken from then on', async () => {
    const { userId } = await testPerson(kernel)
    const person = { userId, isAdmin: false }
    const furnished: string[] = []
    const made = await createProject(kernel, person, { slug: 'first-one', zone: 'Europe/Berlin' }, async (_, scope) => {
      furnished.push(scope.slug)
    })
    assert.deepEqual(furnished, [made.slug])
    const { items } = await projectsOf(kernel, person)
    assert.deepEqual(
      items.map(p => [p.slug, p.role, p.members, p.zone]),
      [['first-one', 'owner', 1, 'Europe/Berlin']],
    )
    await assert.rejects(createProject(kernel, person, { slug: 'first-one' }), code('conflict'))
    const other = await testPerson(kernel)
    assert.deepEqual((await projectsOf(kernel, { userId: other.userId, isAdmin: false })).items, [])
  })
})

describe('members', () => {
  it('the last owner can be neither lowered nor removed, nor leave', async () => {
    const { callers, ids } = await projectWith('owner', 'engineer')
    const [owner, engineer] = callers as [Caller, Caller]
    const [ownerId, engineerId] = ids as [string, string]
    await assert.rejects(changeMember(kernel, owner, { userId: ownerId, role: 'viewer' }), code('conflict'))
    await assert.rejects(removeMember(kernel, owner, ownerId), code('conflict'))
    await assert.rejects(removeMember(kernel, engineer, ownerId), code('forbidden'))
    await changeMember(kernel, owner, { userId: engineerId, role: 'owner' })
    await removeMember(kernel, owner, ownerId)
    const left = await readMembers(kernel, engineer)
    assert.deepEqual(
      left.items.map(m => [m.userId, m.role]),
      [[engineerId, 'owner']],
    )
  })

  it('two owners who lower each other at once leave one', async () => {
    const { scope, callers, ids } = await projectWith('owner', 'owner')
    const [a, b] = callers as [Caller, Caller]
    const results = await Promise.allSettled([
      changeMember(kernel, a, { userId: ids[1]!, role: 'viewer' }),
      changeMember(kernel, b, { userId: ids[0]!, role: 'viewer' }),
    ])
    assert.equal(results.filter(r => r.status === 'fulfilled').length, 1)
    const members = await readMembers(kernel, { ...a, scope })
    assert.equal(members.items.filter(m => m.role === 'owner').length, 1)
  })

  it('a member may leave; a token may not manage anybody', async () => {
    const { callers, ids } = await projectWith('owner', 'viewer')
    const [owner, viewer] = callers as [Caller, Caller]
    await removeMember(kernel, viewer, ids[1]!)
    await assert.rejects(
      addMember(kernel, { ...owner, actor: { kind: 'token', id: 't' } }, { email: 'x@y.org', role: 'owner' }),
      code('forbidden'),
    )
    await assert.rejects(addMember(kernel, owner, { email: 'nobody@example.org', role: 'viewer' }), code('not_found'))
    const known = await testPerson(kernel)
    await addMember(kernel, owner, { email: known.email.toUpperCase(), role: 'viewer' })
    await assert.rejects(addMember(kernel, owner, { email: known.email, role: 'owner' }), code('conflict'))
  })
})

describe('invitations', () => {
  it('a link makes one account and one membership, once', async () => {
    const { scope, callers } = await projectWith('owner')
    const { link } = await invite(kernel, callers[0]!, { role: 'engineer' })
    const account = { token: tokenOf(link), name: 'Grace', password: 'a compiler for cobol' }
    const joined = await joinByInvitation(kernel, { ...account, email: 'grace@example.org' })
    assert.equal(joined.project, scope.slug)
    await assert.rejects(joinByInvitation(kernel, { ...account, email: 'other@example.org' }), code('not_found'))
    const members = await readMembers(kernel, callers[0]!)
    assert.equal(members.items.find(m => m.email === 'grace@example.org')?.role, 'engineer')
    assert.equal((await readInvitations(kernel, callers[0]!)).items[0]!.state, 'accepted')
  })

  it('two who use one link at once: one joins', async () => {
    const { callers } = await projectWith('owner')
    const { link } = await invite(kernel, callers[0]!, { role: 'viewer' })
    const people = await Promise.all([testPerson(kernel), testPerson(kernel)])
    const results = await Promise.allSettled(people.map(p => acceptInvitation(kernel, p, tokenOf(link))))
    assert.equal(results.filter(r => r.status === 'fulfilled').length, 1)
    assert.equal((await readMembers(kernel, callers[0]!)).items.length, 2)
  })

  it('bound to an address it is for nobody else; withdrawn or expired it is dead; it never lowers a role', async () => {
    const { callers, ids } = await projectWith('owner')
    const owner = callers[0]!
    const stranger = await testPerson(kernel)
    const bound = await invite(kernel, owner, { role: 'viewer', email: 'ada@example.org' })
    await assert.rejects(acceptInvitation(kernel, stranger, tokenOf(bound.link)), code('forbidden'))
    await revokeInvitation(kernel, owner, bound.id)
    const ada = await testPerson(kernel, { email: 'ada@example.org' })
    await assert.rejects(acceptInvitation(kernel, ada, tokenOf(bound.link)), code('not_found'))
    const late = await invite({ ...kernel, clock: { now: () => kernel.clock.now() - 8 * 86_400_000 } }, owner, {
      role: 'viewer',
    })
    await assert.rejects(acceptInvitation(kernel, ada, tokenOf(late.link)), code('not_found'))
    const open = await invite(kernel, owner, { role: 'viewer' })
    await acceptInvitation(kernel, { userId: ids[0]!, email: 'irrelevant' }, tokenOf(open.link))
    assert.equal((await readMembers(kernel, owner)).items.find(m => m.isSelf)?.role, 'owner')
  })

  it('an invitation cannot take over an account that exists', async () => {
    const { callers } = await projectWith('owner')
    const victim = await testPerson(kernel)
    const { link } = await invite(kernel, callers[0]!, { role: 'viewer' })
    const input = { token: tokenOf(link), name: 'Thief', email: victim.email, password: 'a stolen long password' }
    await assert.rejects(joinByInvitation(kernel, input), code('conflict'))
    assert.equal((await readInvitations(kernel, callers[0]!)).items[0]!.state, 'open')
  })
})

describe('tokens', () => {
  it('a token enters its project with its role until it expires or is revoked', async () => {
    const { scope, callers } = await projectWith('engineer')
    const made = await createToken(kernel, callers[0]!, { name: 'ci', role: 'viewer', expiresInDays: 1 })
    assert.match(made.token, /^flx_[\w-]{43}$/)
    const good = await requireToken(kernel, made.token)
    const caller = await enterByToken(kernel, good, undefined)
    assert.deepEqual([caller.role, caller.scope.projectId], ['viewer', scope.projectId])
    const tomorrow = { ...kernel, clock: { now: () => kernel.clock.now() + 86_400_001 } }
    await assert.rejects(requireToken(tomorrow, made.token), code('unauthenticated'))
    const [listed] = (await listTokens(kernel, callers[0]!)).items
    assert.equal(listed!.state, 'live')
    assert.ok(listed!.lastUsedAt)
    assert.ok(!JSON.stringify(listed).includes(made.token.slice(10)))
    await revokeToken(kernel, callers[0]!, listed!.id)
    await assert.rejects(requireToken(kernel, made.token), code('unauthenticated'))
  })

  it('its role is at most its maker’s; only owners make lasting ones; tokens make none', async () => {
    const { callers } = await projectWith('engineer', 'owner', 'viewer')
    const [engineer, owner, viewer] = callers as [Caller, Caller, Caller]
    const input = { name: 'x', role: 'engineer' as Role, expiresInDays: 30 }
    await assert.rejects(createToken(kernel, viewer, { ...input, role: 'viewer' }), code('forbidden'))
    await assert.rejects(createToken(kernel, engineer, { ...input, role: 'owner' }), code('forbidden'))
    await assert.rejects(createToken(kernel, engineer, { ...input, expiresInDays: null }), code('forbidden'))
    const lasting = await createToken(kernel, owner, { ...input, role: 'owner', expiresInDays: null })
    assert.equal(lasting.expiresAt, null)
    const byToken = await enterByToken(kernel, await requireToken(kernel, lasting.token), undefined)
    await assert.rejects(createToken(kernel, byToken, input), code('forbidden'))
    const [ownersToken] = (await listTokens(kernel, owner)).items
    await assert.rejects(revokeToken(kernel, engineer, ownersToken!.id), code('forbidden'))
    const elsewhere = await projectWith('owner')
    await assert.rejects(revokeToken(kernel, elsewhere.callers[0]!, ownersToken!.id), code('not_found'))
  })

  it('on the server’s machine a token makes its project when there is none', async () => {
    const furnished: string[] = []
    const ask = () =>
      mintTokenFromMachine(kernel, { project: 'from-machine', role: 'owner' }, async (_, scope) => {
        furnished.push(scope.slug)
      })
    const [first, second] = [await ask(), await ask()]
    assert.deepEqual(furnished, ['from-machine'])
    assert.notEqual(first.token, second.token)
    assert.deepEqual([first.project, first.role], ['from-machine', 'owner'])
    const scope = await scopeForProject(kernel, 'from-machine')
    assert.equal((await requireToken(kernel, first.token)).project.id, scope.projectId)
    await assert.rejects(mintTokenFromMachine(kernel, { project: 'API!', role: 'owner' }), code('invalid'))
    await assert.rejects(scopeForProject(kernel, 'no-such'), code('not_found'))
  })
})

describe('audit', () => {
  it('changes and refusals are listed newest first, by pages and by filters, for approvers', async () => {
    const { callers, scope } = await projectWith('owner', 'engineer', 'approver')
    const [owner, engineer, approver] = callers as [Caller, Caller, Caller]
    for (const name of ['a', 'b', 'c']) await createToken(kernel, owner, { name, role: 'viewer', expiresInDays: 1 })
    await assert.rejects(readAudit(kernel, engineer, { limit: 10 }), code('forbidden'))
    const stranger = await testPerson(kernel)
    await assert.rejects(
      enterAsPerson(kernel, { userId: stranger.userId, isAdmin: false }, scope.slug),
      code('not_found'),
    )
    const all = await readAudit(kernel, approver, { limit: 50 })
    assert.deepEqual(
      all.items.map(i => [i.action, i.outcome]),
      [
        ['access.enter-project', 'refused'],
        ['audit:read', 'refused'],
        ['access.create-token', 'done'],
        ['access.create-token', 'done'],
        ['access.create-token', 'done'],
      ],
    )
    assert.match(all.items[0]!.actorName, /^a person outside the project/)
    const refused = await readAudit(kernel, approver, { limit: 50, outcome: 'refused', actor: all.items[1]!.actor })
    assert.deepEqual(
      refused.items.map(i => i.action),
      ['audit:read'],
    )
    const page = await readAudit(kernel, approver, { limit: 2 })
    assert.equal(page.next, page.items[1]!.id)
    const rest = await readAudit(kernel, approver, { limit: 50, cursor: page.next! })
    assert.deepEqual([...page.items, ...rest.items], all.items)
    const facets = await readAuditFacets(kernel, approver)
    assert.deepEqual(facets.actions, ['access.create-token', 'access.enter-project', 'audit:read'])
    assert.equal(facets.actors.length, 3)
    const elsewhere = await projectWith('owner')
    assert.deepEqual((await readAudit(kernel, elsewhere.callers[0]!, { limit: 50 })).items, [])
  })

  it('what belongs to no project is in the log of the instance, and nothing else', async () => {
    await assert.rejects(requireToken(kernel, 'flx_nobody-knows-this'), code('unauthenticated'))
    const { items } = await readInstanceAudit(kernel, { limit: 200 })
    assert.deepEqual([items[0]!.actorName, items[0]!.reason], ['an unknown person', 'unknown token'])
    assert.ok(!items.some(i => i.action === 'access.create-token'))
    assert.ok((await readInstanceAuditFacets(kernel)).actions.includes('access.enter-project'))
  })
})
