import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { parseEnv, VARIABLES } from './env.ts'
import { AppError } from './errors.ts'

const refusal = (source: Record<string, string>) => {
  try {
    parseEnv(source)
  } catch (error) {
    assert.ok(error instanceof AppError)
    return error.message
  }
  return assert.fail('accepted')
}

describe('the environment', () => {
  it('.env.example lists every variable, and no other', async () => {
    const text = await readFile('.env.example', 'utf8')
    const listed = [...text.matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map(m => m[1]!)
    assert.deepEqual(listed.toSorted(), Object.keys(VARIABLES).toSorted())
  })

  it('nothing needs to be set', () => {
    const env = parseEnv({})
    assert.equal(env.FLEXIML_URL, 'http://127.0.0.1:3000')
    assert.equal(env.INFERENCE_URL, 'http://127.0.0.1:3001')
    assert.ok(env.WORKER_CONCURRENCY >= 1)
  })

  for (const [variable, value] of Object.entries({
    PORT: 'http',
    INFERENCE_PORT: '70000',
    FLEXIML_URL: 'ml.example.org',
    DATABASE_URL: 'mysql://x',
    FLEXIML_SAMPLE: 'yes',
    FLEXIML_PRIVATE_NETWORKS: '10.0.0.1',
    FLEXIML_TRUSTED_PROXIES: '10.0.0.0/8,999.0.0.0/8',
    FLEXIML_ADMIN_EMAIL: 'ada',
    WORKER_CONCURRENCY: '0',
    TRAINING_MEMORY_MB: '1',
    FLEXIML_RETENTION_EVENTS: 'a week',
    BLOB_URL: 'ftp://store/bytes',
    LOG_LEVEL: 'loud',
    FLEXIML_LOG_MB: '0',
    FLEXIML_HOSTS: 'ml.example.org:3000,https://x',
  }))
    it(`${variable}=${value} is refused by name`, () =>
      assert.match(refusal({ [variable]: value }), new RegExp(variable)))

  it('names every bad value at once, and shows no secret', () => {
    const message = refusal({ PORT: 'x', NEXTAUTH_SECRET: 'short', FLEXIML_ADMIN_PASSWORD: 'hunter2' })
    for (const name of ['PORT', 'NEXTAUTH_SECRET', 'FLEXIML_ADMIN_PASSWORD']) assert.match(message, new RegExp(name))
    assert.doesNotMatch(message, /hunter2/)
  })

  it('one port cannot serve both', () => assert.match(refusal({ PORT: '4000', INFERENCE_PORT: '4000' }), /both 4000/))
})
