import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTokenInput, PERMISSIONS, type Permission, ROLES, roleMay } from '../contract.ts'
import { higherRole, keepsAnOwner } from './decide-member.ts'
import { passwordProblem } from './password.ts'
import { ACCOUNT_RULE, decideAttempt, type Throttle } from './throttle.ts'

describe('roles', () => {
  it('each role may what the one before may, and an unknown permission nobody', () => {
    for (const permission of Object.keys(PERMISSIONS) as Permission[]) {
      const may = ROLES.map(role => roleMay(role, permission))
      assert.deepEqual(
        may,
        [...may].sort((a, b) => Number(a) - Number(b)),
        permission,
      )
      assert.ok(roleMay('owner', permission), permission)
    }
    for (const unknown of ['project:destroy', 'toString', '__proto__'])
      assert.equal(roleMay('owner', unknown as Permission), false)
  })
})

describe('names', () => {
  const fits = (name: string) => createTokenInput.safeParse({ name, role: 'viewer' }).success
  for (const name of ['nightly <b>', '=1+1', 'Zoë 🚲', 'دراجة', 'constructor'])
    it(`“${name}” is one`, () => assert.ok(fits(name)))
  for (const name of ['', ' ', 'a\u0000', 'a\nb', 'a\u0085b', 'a\u2028b', 'ab\u202efdp', '\u2066a', '../a'])
    it(`${JSON.stringify(name)} is none`, () => assert.ok(!fits(name)))
})

describe('passwords', () => {
  const email = 'ada.lovelace@example.org'
  const refused = [
    'short',
    'elevenchars',
    'Password1234!',
    'passwordpassword',
    'qwertyuiop12',
    'aaaaaaaaaaaa',
    '123456789012',
    'abcabcabcabc',
    'abcdefghijklm',
    'ada.lovelace@example.org',
    'Ada.Lovelace2026',
  ]
  for (const password of refused) it(`refuses ${password}`, () => assert.ok(passwordProblem(password, email)))
  const taken = ['correct horse battery', 'käse und brot am abend', 'gT7!kd92mQpz', 'twelve chars']
  for (const password of taken) it(`takes ${password}`, () => assert.equal(passwordProblem(password, email), undefined))
})

describe('throttle', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
  const fail = (state: Throttle, second: number) => {
    const decided = decideAttempt(ACCOUNT_RULE, state, at(second))
    assert.ok('next' in decided, `attempt at ${second} s is let through`)
    return decided.next
  }
  const fresh: Throttle = { failures: 0, blockedUntil: null, updatedAt: at(0) }

  it('lets five failures through, then makes wait, twice as long each time', () => {
    let state = fresh
    for (let i = 0; i < 5; i++) state = fail(state, i)
    assert.deepEqual(decideAttempt(ACCOUNT_RULE, state, at(4)), { waitSeconds: 15 })
    assert.deepEqual(decideAttempt(ACCOUNT_RULE, state, at(18)), { waitSeconds: 1 })
    state = fail(state, 19)
    assert.deepEqual(decideAttempt(ACCOUNT_RULE, state, at(19)), { waitSeconds: 30 })
  })

  it('never waits longer than fifteen minutes, and forgets after an hour', () => {
    const many: Throttle = { failures: 500, blockedUntil: null, updatedAt: at(0) }
    const next = fail(many, 1)
    assert.equal(next.blockedUntil?.getTime(), at(901).getTime())
    assert.equal(fail(next, 1 + 3601).failures, 1)
  })
})

describe('members', () => {
  const members = [
    { userId: 'a', role: 'owner' as const, disabledAt: null },
    { userId: 'b', role: 'engineer' as const, disabledAt: null },
    { userId: 'c', role: 'owner' as const, disabledAt: new Date(0) },
  ]
  it('a project keeps an owner who can sign in', () => {
    assert.equal(keepsAnOwner(members, 'a', null), false)
    assert.equal(keepsAnOwner(members, 'a', 'approver'), false)
    assert.equal(keepsAnOwner(members, 'a', 'owner'), true)
    assert.equal(keepsAnOwner(members, 'b', null), true)
    assert.equal(keepsAnOwner(members, 'c', null), true)
    assert.equal(keepsAnOwner([{ ...members[0]! }, { ...members[1]!, role: 'owner' }], 'a', null), true)
  })
  it('an invitation never lowers a role', () => {
    assert.equal(higherRole('owner', 'viewer'), 'owner')
    assert.equal(higherRole('viewer', 'engineer'), 'engineer')
    assert.equal(higherRole(undefined, 'viewer'), 'viewer')
  })
})
