import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { slugSchema } from '#server/access/contract.ts'
import { actionLabel, deviceLabel, safePath, slugFrom } from './labels.ts'

describe('words of access', () => {
  it('after signing in one stays on this site', () => {
    for (const path of ['/p/sample/data', '/invite/abc?x=1', '/account']) assert.equal(safePath(path), path)
    for (const path of ['//evil.test', '/\\evil.test', 'https://evil.test', 'javascript:1', '', null, '/\n/evil.test'])
      assert.equal(safePath(path), '/')
    assert.equal(safePath('/sign-in?callbackUrl=/sign-in'), '/')
  })

  it('a typed name becomes one that a project can have', () => {
    for (const [typed, slug] of [
      ['Bike Demand 2', 'bike-demand-2'],
      ['  Käse & Brot! ', 'kase-brot'],
      ['ML', 'ml'],
      [`${'x'.repeat(39)}-yyy`, 'x'.repeat(39)],
    ] as const) {
      assert.equal(slugFrom(typed), slug)
      assert.ok(slugSchema.safeParse(slug).success)
    }
  })

  it('actions and browsers are named for people', () => {
    assert.equal(actionLabel('access.create-token'), 'Create token · access')
    assert.equal(actionLabel('data:write'), 'Write · data')
    assert.equal(actionLabel('odd'), 'odd')
    const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0 Safari/537.36'
    assert.equal(deviceLabel(chrome), 'Chrome on Linux')
    assert.equal(deviceLabel('curl/8'), 'Another program')
    assert.equal(deviceLabel(null), 'Unknown browser')
  })
})
