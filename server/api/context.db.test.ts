import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { disableUser, revokeSession, signOut } from '#server/access/index.ts'
import { testCookie, testPerson, testSession, testToken } from '#server/access/testing.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { createApiContext } from './context.ts'

let kernel: TestKernel
let mine: ProjectScope
let theirs: ProjectScope
before(async () => {
  kernel = await testKernel()
  mine = await kernel.project()
  theirs = await kernel.project()
})
after(() => kernel.close())

const ask = (headers: IncomingHttpHeaders, method = 'GET') =>
  createApiContext(kernel, { method, headers, requestId: 'test' })
const code = (wanted: string) => (error: { code: string }) => error.code === wanted

describe('who asks', () => {
  it('a token enters its own project, named or not, and no other', async () => {
    const { token } = await testToken(kernel, mine, { role: 'engineer' })
    const basic = `Basic ${Buffer.from(`anything:${token}`).toString('base64')}`
    for (const authorization of [`Bearer ${token}`, `bearer  ${token}`, basic]) {
      const context = await ask({ authorization })
      assert.equal((await context.callerIn(undefined)).scope.projectId, mine.projectId)
      assert.equal((await context.callerIn(mine.slug)).role, 'engineer')
      await assert.rejects(context.callerIn(theirs.slug), code('not_found'))
      await assert.rejects(context.callerIn('no-such'), code('not_found'))
    }
  })

  it('an expired, revoked, unknown or unreadable token is nobody, whatever cookie is beside it', async () => {
    const past = new Date(kernel.clock.now() - 1000)
    const expired = await testToken(kernel, mine, { role: 'owner', expiresAt: past })
    const revoked = await testToken(kernel, mine, { role: 'owner', revokedAt: past })
    const { userId } = await testPerson(kernel, { scope: mine, role: 'owner' })
    const cookie = await testCookie(kernel, await testSession(kernel, userId))
    for (const authorization of [
      `Bearer ${expired.token}`,
      `Bearer ${revoked.token}`,
      'Bearer flx_unknown',
      'Bearer',
      'Digest x',
      'Basic !!',
    ]) {
      const context = await ask({ authorization, cookie })
      assert.equal(context.person, undefined)
      await assert.rejects(context.callerIn(mine.slug), code('unauthenticated'))
      await assert.rejects(context.requireAnyone(), code('unauthenticated'))
    }
  })

  it('a session enters the projects of its person with the role of this moment', async () => {
    const { userId } = await testPerson(kernel, { scope: mine, role: 'viewer' })
    const cookie = await testCookie(kernel, await testSession(kernel, userId))
    const context = await ask({ cookie: `other=1; ${cookie}; more=2` })
    assert.equal(context.person?.userId, userId)
    assert.equal((await context.callerIn(mine.slug)).role, 'viewer')
    await assert.rejects(context.callerIn(theirs.slug), code('not_found'))
    await assert.rejects(context.callerIn(undefined), code('bad_request'))
  })

  it('an administrator of the instance is owner everywhere', async () => {
    const { userId } = await testPerson(kernel, { isAdmin: true })
    const context = await ask({ cookie: await testCookie(kernel, await testSession(kernel, userId)) })
    assert.equal((await context.callerIn(theirs.slug)).role, 'owner')
  })

  it('a session is over at once when it is signed out, revoked, or its person disabled', async () => {
    const ends: ((person: { userId: string; email: string }, sid: string) => Promise<unknown>)[] = [
      (_, sid) => signOut(kernel, sid),
      async (_, sid) => {
        const context = await ask({ cookie: await testCookie(kernel, sid) })
        return revokeSession(kernel, context.person!, context.person!.sessionIdHash)
      },
      person => disableUser(kernel, person.email),
    ]
    for (const end of ends) {
      const person = await testPerson(kernel, { scope: mine, role: 'viewer' })
      const sid = await testSession(kernel, person.userId)
      const cookie = await testCookie(kernel, sid)
      assert.ok((await ask({ cookie })).person)
      await end(person, sid)
      const context = await ask({ cookie })
      assert.equal(context.person, undefined)
      await assert.rejects(context.callerIn(mine.slug), code('unauthenticated'))
    }
  })

  it('a cookie that we did not make is nobody', async () => {
    const { userId } = await testPerson(kernel, { scope: mine, role: 'viewer' })
    const sid = await testSession(kernel, userId)
    const foreign = { ...kernel, secrets: { ...kernel.secrets, nextAuthSecret: 'x'.repeat(40) } }
    for (const cookie of [await testCookie(foreign, sid), `next-auth.session-token=${sid}`, 'next-auth.session-token='])
      assert.equal((await ask({ cookie })).person, undefined)
  })

  it('a cookie vouches for a change only when the request comes from our own pages', async () => {
    const { userId } = await testPerson(kernel, { scope: mine, role: 'owner' })
    const cookie = await testCookie(kernel, await testSession(kernel, userId))
    const host = '127.0.0.1:3000'
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'null' },
      { origin: 'http://evil.test' },
    ]) {
      const context = await ask({ cookie, host, ...headers }, 'POST')
      assert.equal(context.person, undefined)
      await assert.rejects(context.callerIn(mine.slug), code('forbidden'))
    }
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: `http://${host}` }]) {
      const context = await ask({ cookie, host, ...headers }, 'POST')
      assert.equal((await context.callerIn(mine.slug)).role, 'owner')
    }
  })
})
