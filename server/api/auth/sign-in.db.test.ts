import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from 'drizzle-orm'
import type { NextApiRequest, NextApiResponse } from 'next'
import nextAuthModule from 'next-auth'
import { decode } from 'next-auth/jwt'
import {
  becomeFirstAdmin,
  changePassword,
  disableUser,
  ensureAdmin,
  firstSignInLink,
  listSessions,
  resetLink,
  resetPassword,
  showLink,
} from '#server/access/index.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { createApiContext } from '../context.ts'
import { ADDRESS_HEADER } from './cookies.ts'
import { createAuthOptions } from './options.ts'

// Bundlers unwrap the default export of CommonJS, Node does not.
const nextAuth = (nextAuthModule as unknown as { default: typeof nextAuthModule }).default

let kernel: TestKernel
let address = 0
before(async () => {
  kernel = await testKernel()
})
after(() => kernel.close())

const code = (wanted: string) => (error: { code: string }) => error.code === wanted
const linkToken = (link: string | undefined) => link!.split('/').at(-1)!

/** A browser: keeps cookies, speaks next-auth's protocol through its own handler. */
class Browser {
  readonly cookies = new Map<string, string>()
  readonly setCookies: string[] = []
  readonly address = `10.0.0.${++address}`
  use = kernel

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async ask(
    method: string,
    path: string[],
    body?: Record<string, string>,
  ): Promise<{ url?: string; csrfToken?: string; expires?: string }> {
    let answer = {}
    const res = {
      status: () => res,
      setHeader: (name: string, value: string | string[]) => {
        if (name.toLowerCase() === 'set-cookie') this.setCookies.splice(0, this.setCookies.length, ...[value].flat())
        return res
      },
      getHeader: (name: string) => (name.toLowerCase() === 'set-cookie' ? [...this.setCookies] : undefined),
      end: () => res,
      json: (value: object) => {
        answer = value
      },
      send: (value: object) => {
        answer = value
      },
    }
    const req = {
      method,
      query: { nextauth: path },
      body: body && { ...body, json: 'true' },
      cookies: Object.fromEntries(this.cookies),
      headers: { host: '127.0.0.1:3000', cookie: this.cookie, 'user-agent': 'Test', [ADDRESS_HEADER]: this.address },
    }
    this.setCookies.length = 0
    await nextAuth(req as unknown as NextApiRequest, res as unknown as NextApiResponse, createAuthOptions(this.use))
    for (const line of this.setCookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (value === '') this.cookies.delete(name!)
      else this.cookies.set(name!, decodeURIComponent(value!))
    }
    return answer
  }

  /** The problem's words, or undefined when it worked. */
  async signIn(email: string, password: string): Promise<string | undefined> {
    const { csrfToken } = await this.ask('GET', ['csrf'])
    const { url } = await this.ask('POST', ['callback', 'credentials'], { csrfToken: csrfToken!, email, password })
    return new URL(url!, 'http://x').searchParams.get('error') ?? undefined
  }

  async signOut(): Promise<void> {
    const { csrfToken } = await this.ask('GET', ['csrf'])
    await this.ask('POST', ['signout'], { csrfToken: csrfToken! })
  }

  who = async (cookie = this.cookie) =>
    (await createApiContext(kernel, { method: 'GET', headers: { cookie }, requestId: 'test' })).person
}

/** A browser whose server's clock stands still: waits of the throttle do not run out while a slow machine works. */
let still: TestKernel | undefined
function frozen(): Browser {
  const now = kernel.clock.now()
  still ??= { ...kernel, clock: { now: () => now } }
  const browser = new Browser()
  browser.use = still
  return browser
}

const ADMIN = { email: 'ada@example.org', password: 'the analytical engine' }

describe('signing in', () => {
  it('the first administrator is made by a link that works once, and only while there is none', async () => {
    const old = linkToken(await firstSignInLink(kernel))
    const token = linkToken(await firstSignInLink(kernel))
    const input = { token, name: 'Ada', ...ADMIN }
    await assert.rejects(becomeFirstAdmin(kernel, { ...input, token: old }), code('not_found'))
    await assert.rejects(becomeFirstAdmin(kernel, { ...input, password: 'Password1234' }), code('invalid'))
    assert.equal((await showLink(kernel, 'first-admin', token)).email, null)
    const both = await Promise.allSettled([
      becomeFirstAdmin(kernel, input),
      becomeFirstAdmin(kernel, { ...input, email: 'b@example.org' }),
    ])
    assert.equal(both.filter(r => r.status === 'fulfilled').length, 1)
    assert.equal(await firstSignInLink(kernel), undefined)
    await assert.rejects(showLink(kernel, 'first-admin', token), code('not_found'))
    await kernel.db.execute(sql`UPDATE users SET email = ${ADMIN.email}`)
  })

  it('the right password opens a session; the cookie carries its secret and nothing else', async () => {
    const browser = new Browser()
    assert.equal(await browser.signIn(' ADA@example.org ', ADMIN.password), undefined)
    const person = await browser.who()
    assert.deepEqual([person?.email, person?.isAdmin], [ADMIN.email, true])
    const line = browser.setCookies.find(c => c.startsWith('next-auth.session-token='))!
    assert.match(line, /HttpOnly/)
    assert.match(line, /SameSite=Lax/i)
    const claims = await decode({
      token: browser.cookies.get('next-auth.session-token'),
      secret: kernel.secrets.nextAuthSecret,
    })
    assert.deepEqual(Object.keys(claims!).sort(), ['exp', 'iat', 'jti', 'sid'])
  })

  it('by https the cookie is Secure', async () => {
    const browser = new Browser()
    browser.use = { ...kernel, env: { ...kernel.env, FLEXIML_URL: 'https://ml.example.org' } }
    assert.equal(await browser.signIn(ADMIN.email, ADMIN.password), undefined)
    assert.match(browser.setCookies.find(c => c.startsWith('__Secure-next-auth.session-token='))!, /Secure/)
  })

  it('each sign-in makes a new session and ends the one the browser had', async () => {
    const browser = new Browser()
    await browser.signIn(ADMIN.email, ADMIN.password)
    const before = browser.cookie
    const first = await browser.who()
    await browser.signIn(ADMIN.email, ADMIN.password)
    const second = await browser.who()
    assert.ok(first && second && first.sessionIdHash !== second.sessionIdHash)
    assert.equal(await browser.who(before), undefined)
  })

  it('a cookie planted beforehand is not the session afterwards', async () => {
    const browser = new Browser()
    browser.cookies.set('next-auth.session-token', 'planted')
    await browser.signIn(ADMIN.email, ADMIN.password)
    assert.notEqual(browser.cookies.get('next-auth.session-token'), 'planted')
    assert.ok(await browser.who())
  })

  it('after signing out the cookie is refused wherever it was kept', async () => {
    const browser = new Browser()
    await browser.signIn(ADMIN.email, ADMIN.password)
    const kept = browser.cookie
    await browser.signOut()
    assert.equal(browser.cookies.has('next-auth.session-token'), false)
    assert.equal(await browser.who(kept), undefined)
  })

  it('a session that has ended is no session to next-auth either: it says nothing and removes the cookie', async () => {
    const browser = new Browser()
    await browser.signIn(ADMIN.email, ADMIN.password)
    const kept = browser.cookies.get('next-auth.session-token')!
    assert.ok((await browser.ask('GET', ['session'])).expires)
    assert.ok(browser.cookies.has('next-auth.session-token'))
    await browser.signOut()
    for (const dead of [kept, 'forged']) {
      browser.cookies.set('next-auth.session-token', dead)
      assert.deepEqual(await browser.ask('GET', ['session']), {})
      assert.equal(browser.cookies.has('next-auth.session-token'), false)
    }
  })

  it('after signing in only a page of this server is opened', async () => {
    const browser = new Browser()
    const { csrfToken } = await browser.ask('GET', ['csrf'])
    const urlFor = async (callbackUrl: string) =>
      (await browser.ask('POST', ['callback', 'credentials'], { csrfToken: csrfToken!, ...ADMIN, callbackUrl })).url
    const own = kernel.env.NEXTAUTH_URL
    assert.equal(await urlFor('/p/bikes?x=1'), `${own}/p/bikes?x=1`)
    for (const other of [
      'http://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      'http://[',
      'data:x',
    ])
      assert.equal(new URL((await urlFor(other))!).origin, own, other)
  })

  it('without next-auth’s CSRF token nobody is signed in', async () => {
    const browser = new Browser()
    await browser.ask('POST', ['callback', 'credentials'], { ...ADMIN, csrfToken: 'guessed' })
    assert.equal(await browser.who(), undefined)
  })

  it('wrong password, unknown account and no address answer alike, and are written down', async () => {
    const gone = new Browser()
    const words = new Set<string | undefined>()
    words.add(await gone.signIn(ADMIN.email, 'not the password'))
    words.add(await gone.signIn('nobody@example.org', 'not the password'))
    words.add(await gone.signIn('no address', ''))
    assert.deepEqual([...words], ['E-mail or password is wrong.'])
    const rows = (await kernel.db.execute(
      sql`SELECT reason FROM audit_log WHERE action = 'access.sign-in' AND outcome = 'refused' ORDER BY id DESC LIMIT 3`,
    )) as unknown as { reason: string }[]
    assert.deepEqual(new Set(rows.map(r => r.reason)), new Set(['wrong e-mail or password']))
  })

  it('guessing is slowed down for the account from every address, and for the address at every account', async () => {
    const email = 'guessed@example.org'
    const words: (string | undefined)[] = []
    for (let i = 0; i < 6; i++) words.push(await frozen().signIn(email, 'wrong'))
    assert.deepEqual(words.slice(0, 5), Array(5).fill('E-mail or password is wrong.'))
    assert.match(words[5]!, /^Too many attempts\. Try again in \d+ seconds\.$/)
    const busy = frozen()
    for (let i = 0; i < 30; i++) await busy.signIn(`somebody-${i}@example.org`, 'wrong')
    assert.match((await busy.signIn(ADMIN.email, ADMIN.password))!, /^Too many attempts/)
    assert.equal(await frozen().signIn(ADMIN.email, ADMIN.password), undefined)
  })

  it('wrong passwords of strangers do not lock the owner out of a browser or an address that has signed in', async () => {
    const WRONG = 'not the password'
    const [laptop, phone] = [frozen(), frozen()]
    laptop.cookies.set('fleximl-device', 'd'.repeat(43))
    assert.equal(await laptop.signIn(ADMIN.email, ADMIN.password), undefined)
    assert.equal(await phone.signIn(ADMIN.email, ADMIN.password), undefined)
    for (let i = 0; i < 12; i++) await frozen().signIn(ADMIN.email, WRONG)
    const locked = /^Too many attempts/
    assert.match((await frozen().signIn(ADMIN.email, ADMIN.password))!, locked)
    const guessed = frozen()
    guessed.cookies.set('fleximl-device', 'e'.repeat(43))
    assert.match((await guessed.signIn(ADMIN.email, ADMIN.password))!, locked)

    // The same browser from elsewhere, even from an address that everybody guesses from; another browser at the same address.
    const travelling = frozen()
    for (let i = 0; i < 31; i++) await travelling.signIn(`somebody-${i}@example.com`, WRONG)
    travelling.cookies.set('fleximl-device', 'd'.repeat(43))
    assert.equal(await travelling.signIn(ADMIN.email, ADMIN.password), undefined)
    phone.cookies.clear()
    assert.equal(await phone.signIn(ADMIN.email, ADMIN.password), undefined)

    // A password can be changed meanwhile: that has a counter of its own, which does not lock sign-in.
    const person = (await phone.who())!
    const change = (current: string) =>
      changePassword(still!, person, { current, next: 'difference engine number nine' }).catch(error => error.code)
    for (let i = 0; i < 5; i++) assert.equal(await change(WRONG), 'invalid')
    assert.equal(await change(ADMIN.password), 'too_many_requests')
    assert.equal(await phone.signIn(ADMIN.email, ADMIN.password), undefined)

    // What is known may be stolen: a known place that guesses is slowed down itself, and only itself.
    for (let i = 0; i < 5; i++) await laptop.signIn(ADMIN.email, WRONG)
    assert.match((await laptop.signIn(ADMIN.email, ADMIN.password))!, locked)
    assert.equal(await phone.signIn(ADMIN.email, ADMIN.password), undefined)
    await kernel.db.execute(sql`DELETE FROM login_throttles`)
  })

  it('what one account knows is unknown to another', async () => {
    const browser = frozen()
    browser.cookies.set('fleximl-device', 'f'.repeat(43))
    await browser.signIn(ADMIN.email, ADMIN.password)
    for (let i = 0; i < 5; i++) await frozen().signIn('other@example.org', 'wrong')
    assert.match((await browser.signIn('other@example.org', 'wrong'))!, /^Too many attempts/)
  })

  it('many guesses at once count one by one', async () => {
    const email = 'at-once@example.org'
    const words = await Promise.all(Array.from({ length: 12 }, () => frozen().signIn(email, 'wrong')))
    assert.equal(words.filter(w => w?.startsWith('E-mail')).length, 5)
  })
})

describe('passwords', () => {
  it('a change ends the other sessions and keeps this one; the current password is asked for', async () => {
    const [here, there] = [new Browser(), new Browser()]
    await here.signIn(ADMIN.email, ADMIN.password)
    await there.signIn(ADMIN.email, ADMIN.password)
    const person = (await here.who())!
    assert.ok((await listSessions(kernel, person)).items.filter(s => s.isCurrent).length === 1)
    const next = 'difference engine number two'
    await assert.rejects(changePassword(kernel, person, { current: 'wrong', next }), code('invalid'))
    await assert.rejects(changePassword(kernel, person, { current: ADMIN.password, next: 'short' }), code('invalid'))
    assert.ok((await changePassword(kernel, person, { current: ADMIN.password, next })).endedSessions >= 1)
    assert.ok(await here.who())
    assert.equal(await there.who(), undefined)
    assert.equal((await listSessions(kernel, person)).items.length, 1)
    assert.ok(await there.signIn(ADMIN.email, ADMIN.password))
    assert.equal(await there.signIn(ADMIN.email, next), undefined)
  })

  it('a reset link sets a new one once, ends every session, and is void when a newer one is made', async () => {
    const browser = new Browser()
    await browser.signIn(ADMIN.email, 'difference engine number two')
    const old = linkToken(await resetLink(kernel, ADMIN.email))
    const token = linkToken(await resetLink(kernel, 'ADA@example.org'))
    await assert.rejects(resetPassword(kernel, { token: old, password: ADMIN.password }), code('not_found'))
    assert.equal((await showLink(kernel, 'reset', token)).email, ADMIN.email)
    await assert.rejects(showLink(kernel, 'first-admin', token), code('not_found'))
    await resetPassword(kernel, { token, password: ADMIN.password })
    assert.equal(await browser.who(), undefined)
    await assert.rejects(resetPassword(kernel, { token, password: ADMIN.password }), code('not_found'))
    assert.equal(await browser.signIn(ADMIN.email, ADMIN.password), undefined)
    await assert.rejects(resetLink(kernel, 'nobody@example.org'), code('not_found'))
  })

  it('the environment may name the first administrator, with a good password', async () => {
    const given = (email: string, password: string) => ({
      ...kernel,
      env: { ...kernel.env, FLEXIML_ADMIN_EMAIL: email, FLEXIML_ADMIN_PASSWORD: password },
    })
    await assert.rejects(ensureAdmin(given('ops@example.org', 'password1234')), code('invalid'))
    await ensureAdmin(given('ops@example.org', 'a rack of many servers'))
    await ensureAdmin(given('ops@example.org', 'another password of ops'))
    const browser = new Browser()
    assert.equal(await browser.signIn('ops@example.org', 'a rack of many servers'), undefined)
    assert.equal((await browser.who())?.isAdmin, true)
  })

  it('the last administrator cannot be disabled; others are signed out and stay out', async () => {
    const browser = new Browser()
    await browser.signIn('ops@example.org', 'a rack of many servers')
    await disableUser(kernel, 'ops@example.org')
    assert.equal(await browser.who(), undefined)
    assert.equal(await browser.signIn('ops@example.org', 'a rack of many servers'), 'E-mail or password is wrong.')
    await assert.rejects(disableUser(kernel, ADMIN.email), code('conflict'))
  })
})
