import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { authorize, type Caller } from './caller.ts'
import { addMemberInput, MEMBER_ROLES, offeredRoles, type Role } from './contract.ts'
import {
  acceptInvitation,
  addMember,
  archiveProject,
  changeMember,
  createProject,
  createToken,
  disableUser,
  enableUser,
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
  readProject,
  removeMember,
  requireToken,
  restoreProject,
  revokeInvitation,
  revokeToken,
  scopeForProject,
  updateProject,
} from './index.ts'
import { listLiveTokens } from './service.ts'
import { testPerson, testToken } from './testing.ts'

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

  it('an administrator of the instance sees every project, and which of them only as administrator', async () => {
    const scope = await kernel.project()
    const admin = await testPerson(kernel, { isAdmin: true, scope, role: 'viewer' })
    const elsewhere = await kernel.project()
    const { items } = await projectsOf(kernel, { userId: admin.userId, isAdmin: true })
    const seen = (slug: string) => items.find(p => p.slug === slug)
    assert.deepEqual([seen(scope.slug)?.isMember, seen(elsewhere.slug)?.isMember], [true, false])
    assert.ok(items.every(p => p.role === 'owner'))
  })

  it('the name changes, the slug and with it tokens stay; the change is audited; engineers may not', async () => {
    const { scope, callers } = await projectWith('owner', 'engineer')
    const [owner, engineer] = callers as [Caller, Caller]
    const { token } = await createToken(kernel, owner, { name: 'ci', role: 'viewer', expiresInDays: 1 })
    const changed = await updateProject(kernel, owner, { name: 'Bike demand', zone: 'Europe/Berlin' })
    assert.deepEqual(
      [changed.project, changed.name, changed.zone, changed.description],
      [scope.slug, 'Bike demand', 'Europe/Berlin', ''],
    )
    assert.equal(
      (await enterByToken(kernel, await requireToken(kernel, token), scope.slug)).scope.zone,
      'Europe/Berlin',
    )
    await updateProject(kernel, owner, { name: 'Bike demand' })
    const { items } = await readAudit(kernel, owner, { limit: 10, action: 'access.update-project' })
    assert.deepEqual(
      items.map(i => i.details),
      [{ name: `${scope.slug} → Bike demand`, zone: 'UTC → Europe/Berlin' }],
    )
    await assert.rejects(updateProject(kernel, engineer, { name: 'Mine' }), code('forbidden'))
  })

  it('an archived project is hidden and read-only until it is restored; its slug confirms', async () => {
    const { scope, callers, ids } = await projectWith('owner', 'engineer')
    const [owner, engineer] = callers as [Caller, Caller]
    const person = { userId: ids[0]!, isAdmin: false }
    const again = () => enterAsPerson(kernel, person, scope.slug)
    const { token } = await createToken(kernel, owner, { name: 'ci', role: 'engineer', expiresInDays: 1 })
    await assert.rejects(archiveProject(kernel, owner, { confirm: 'something', endpoints: 'serving' }), code('invalid'))
    await assert.rejects(
      archiveProject(kernel, engineer, { confirm: scope.slug, endpoints: 'serving' }),
      code('forbidden'),
    )
    const stopped = async () => (await listLiveTokens(kernel.db)).some(t => t.slug === scope.slug && t.stopped)
    await archiveProject(kernel, owner, { confirm: scope.slug, endpoints: 'serving' })
    assert.equal(await stopped(), false)
    const archived = await archiveProject(kernel, await again(), { confirm: scope.slug, endpoints: 'stopped' })
    assert.equal(archived.archivedEndpoints, 'stopped')
    assert.equal(await stopped(), true)
    assert.deepEqual((await projectsOf(kernel, person)).items, [])
    assert.equal((await projectsOf(kernel, person, { archived: true })).items.length, 1)

    const byToken = await enterByToken(kernel, await requireToken(kernel, token), undefined)
    for (const caller of [await again(), byToken]) {
      await assert.rejects(authorize(kernel, caller, 'data:write'), code('conflict'))
      await assert.rejects(authorize(kernel, caller, 'serving:predict'), code('conflict'))
      await authorize(kernel, caller, 'data:read')
    }
    const name = (await readProject(kernel, await again())).name
    assert.equal(name, scope.slug)
    await restoreProject(kernel, await again())
    await authorize(kernel, await again(), 'data:write')
    assert.equal(await stopped(), false)
    const { items } = await readAudit(kernel, owner, { limit: 10, outcome: 'done' })
    assert.deepEqual(
      items.slice(0, 3).map(i => i.action),
      ['access.restore-project', 'access.archive-project', 'access.archive-project'],
    )
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

  it('a member may leave; a token manages members below owners, and neither makes nor touches owners', async () => {
    const { callers, ids } = await projectWith('owner', 'viewer')
    const [owner, viewer] = callers as [Caller, Caller]
    await removeMember(kernel, viewer, ids[1]!)
    await assert.rejects(
      addMember(kernel, { ...owner, actor: { kind: 'token', id: 't' } }, { email: 'x@y.org', role: 'owner' }),
      code('forbidden'),
    )
    const secret = await createToken(kernel, owner, { name: 'ci', role: 'owner', expiresInDays: 1 })
    const byToken = await enterByToken(kernel, await requireToken(kernel, secret.token), undefined)
    const other = await testPerson(kernel)
    const added = await addMember(kernel, byToken, { email: other.email, role: 'viewer' })
    await changeMember(kernel, byToken, { userId: added.userId!, role: 'engineer' })
    await assert.rejects(changeMember(kernel, byToken, { userId: added.userId!, role: 'owner' }), code('forbidden'))
    await assert.rejects(changeMember(kernel, byToken, { userId: ids[0]!, role: 'viewer' }), code('forbidden'))
    await assert.rejects(removeMember(kernel, byToken, ids[0]!), code('forbidden'))
    await assert.rejects(invite(kernel, byToken, { role: 'owner' }), code('forbidden'))
    await removeMember(kernel, byToken, added.userId!)
    const { id } = await invite(kernel, byToken, { role: 'viewer' })
    assert.equal((await readInvitations(kernel, byToken)).items.find(i => i.id === id)?.invitedBy, 'ci')
    await revokeInvitation(kernel, byToken, id)

    await assert.rejects(addMember(kernel, owner, { email: 'nobody@example.org', role: 'viewer' }), code('not_found'))
    const invited = await addMember(kernel, owner, { email: 'nobody@example.org', role: 'viewer', invite: true })
    assert.equal(invited.userId, null)
    assert.match(invited.invitation!.link, /\/invite\//)
    const known = await testPerson(kernel)
    await addMember(kernel, owner, { email: known.email.toUpperCase(), role: 'viewer' })
    await assert.rejects(addMember(kernel, owner, { email: known.email, role: 'owner' }), code('conflict'))
  })
})

describe('accounts', () => {
  it('a disabled account is enabled again, and both are audited', async () => {
    const { email } = await testPerson(kernel)
    await disableUser(kernel, email)
    const { callers } = await projectWith('owner')
    await assert.rejects(addMember(kernel, callers[0]!, { email, role: 'viewer', invite: true }), code('conflict'))
    assert.deepEqual(await enableUser(kernel, email), { email, enabled: true })
    assert.deepEqual(await enableUser(kernel, email), { email, enabled: false })
    await addMember(kernel, callers[0]!, { email, role: 'viewer' })
    const { items } = await readInstanceAudit(kernel, { limit: 2 })
    assert.deepEqual(
      items.map(i => i.action),
      ['access.enable-user', 'access.disable-user'],
    )
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

  it('its role is at most its maker’s; only owners make lasting ones; one made by a token ends and is revoked with it', async () => {
    const { callers } = await projectWith('engineer', 'owner', 'viewer')
    const [engineer, owner, viewer] = callers as [Caller, Caller, Caller]
    const input = { name: 'x', role: 'engineer' as Role, expiresInDays: 30 }
    await assert.rejects(createToken(kernel, viewer, { ...input, role: 'viewer' }), code('forbidden'))
    await assert.rejects(createToken(kernel, engineer, { ...input, role: 'owner' }), code('forbidden'))
    await assert.rejects(createToken(kernel, engineer, { ...input, expiresInDays: null }), code('forbidden'))
    const lasting = await createToken(kernel, owner, { ...input, role: 'owner', expiresInDays: null })
    assert.equal(lasting.expiresAt, null)
    const byToken = await enterByToken(kernel, await requireToken(kernel, lasting.token), undefined)
    const child = await createToken(kernel, byToken, input)
    assert.ok(child.expiresAt)
    const short = await createToken(kernel, owner, { ...input, expiresInDays: 2 })
    const byShort = await enterByToken(kernel, await requireToken(kernel, short.token), undefined)
    const bounded = await createToken(kernel, byShort, { ...input, expiresInDays: 30 })
    assert.equal(bounded.expiresAt, short.expiresAt)
    await assert.rejects(createToken(kernel, byShort, { ...input, role: 'owner' }), code('forbidden'))
    const grandchild = await createToken(
      kernel,
      await enterByToken(kernel, await requireToken(kernel, child.token), undefined),
      { ...input, role: 'predictor' },
    )
    assert.equal((await listTokens(kernel, owner)).items.find(t => t.id === grandchild.id)?.madeBy, 'x')
    await revokeToken(kernel, owner, lasting.id)
    for (const gone of [lasting, child, grandchild])
      await assert.rejects(requireToken(kernel, gone.token), code('unauthenticated'))
    await requireToken(kernel, bounded.token)
    const ownersToken = await createToken(kernel, owner, { ...input, role: 'owner' })
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

describe('the role predictor', () => {
  it('predicts and does nothing else, and no person has it', async () => {
    const { scope } = await projectWith('owner')
    const { token } = await testToken(kernel, scope, { role: 'predictor' })
    const caller = await enterByToken(kernel, await requireToken(kernel, token), undefined)
    await authorize(kernel, caller, 'serving:predict')
    for (const permission of ['project:read', 'data:read', 'serving:read', 'serving:feedback'] as const)
      await assert.rejects(authorize(kernel, caller, permission), code('forbidden'))
    assert.ok(!addMemberInput.safeParse({ email: 'a@b.org', role: 'predictor' }).success)
  })

  it('approver is offered to nobody new, and stays with those who have it', () => {
    assert.deepEqual(offeredRoles(MEMBER_ROLES), ['viewer', 'engineer', 'owner'])
    assert.deepEqual(offeredRoles(MEMBER_ROLES, 'approver'), ['viewer', 'engineer', 'approver', 'owner'])
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

  it('is searched in action, actor, subject, reason and details, and by time', async () => {
    const { callers, ids } = await projectWith('owner')
    const owner = callers[0]!
    const name = (await readMembers(kernel, owner)).items.find(m => m.userId === ids[0])!.name
    await createToken(kernel, owner, { name: '50% off', role: 'viewer', expiresInDays: 1 })
    await createToken(kernel, owner, { name: 'nightly', role: 'viewer', expiresInDays: 1 })
    await updateProject(kernel, owner, { description: 'Demand of bikes' })
    const found = async (q: string, more: { from?: Date; to?: Date } = {}) =>
      (await readAudit(kernel, owner, { limit: 50, q, ...more })).items.map(i => i.action)
    assert.deepEqual(await found('NIGHTLY'), ['access.create-token'])
    assert.deepEqual(await found('0% o'), ['access.create-token'])
    assert.deepEqual(await found('create token'), ['access.create-token', 'access.create-token'])
    assert.deepEqual(await found('bikes'), ['access.update-project'])
    assert.equal((await found(name)).length, 3)
    assert.deepEqual(await found('no such text'), [])
    const hour = 3_600_000
    const now = Date.now()
    assert.equal((await found('token', { from: new Date(now - hour), to: new Date(now + hour) })).length, 2)
    assert.deepEqual(await found('token', { to: new Date(now - hour) }), [])
    assert.deepEqual(await found('token', { from: new Date(now + hour) }), [])
  })

  it('what belongs to no project is in the log of the instance, and nothing else', async () => {
    await assert.rejects(requireToken(kernel, 'flx_nobody-knows-this'), code('unauthenticated'))
    const { items } = await readInstanceAudit(kernel, { limit: 200 })
    assert.deepEqual([items[0]!.actorName, items[0]!.reason], ['an unknown person', 'unknown token'])
    assert.ok(!items.some(i => i.action === 'access.create-token'))
    assert.ok((await readInstanceAuditFacets(kernel)).actions.includes('access.enter-project'))
  })
})
