import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { it } from 'node:test'
import { parseEnv } from '#server/kernel/env.ts'
import { hostCheck } from './check-host.ts'

const check = (variables: Record<string, string>) => hostCheck(parseEnv(variables))
const request = (host: string | undefined, origin?: string) =>
  ({ method: 'POST', headers: { host, origin } }) as unknown as IncomingMessage

it('the web process answers to its own names, and to those of FLEXIML_HOSTS', () => {
  const hosts = check({ FLEXIML_URL: 'https://ml.example.org', FLEXIML_HOSTS: 'Web, fleximl.internal,fd00::1' })
  for (const host of [
    'localhost:3000',
    '127.0.0.1',
    '[::1]:3000',
    'ML.example.org',
    'web:3000',
    'fleximl.internal',
    '[fd00::1]:3000',
  ])
    assert.doesNotThrow(() => hosts.require(request(host)), host)
  for (const host of [
    undefined,
    '',
    'evil.example',
    'ml.example.org.evil.example',
    '10.1.2.3',
    'web.evil.example',
    'internal',
  ])
    assert.throws(() => hosts.require(request(host)), { code: 'bad_request' }, String(host))
})

it('a page below one of its names may change something, another may not', () => {
  const hosts = check({ FLEXIML_URL: 'https://ml.example.org', FLEXIML_HOSTS: 'web' })
  assert.doesNotThrow(() => hosts.require(request('web', 'http://web:3000')))
  for (const origin of ['http://evil.example', 'null', 'http://10.1.2.3'])
    assert.throws(() => hosts.require(request('web', origin)), { code: 'forbidden' }, origin)
})
