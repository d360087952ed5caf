import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addSourceInput } from '#server/data/sources/contract.ts'
import { addressOf, emptyDraft, missingAddress, missingReading, readingOf, secretsOf } from './draft.ts'

describe('what a person types as a source', () => {
  const drafts = {
    url: {
      ...emptyDraft('url'),
      url: ' https://api.test/rows ',
      headers: [{ key: 1, name: 'X-Key', value: 'k' }],
      pagesBy: 'cursor' as const,
    },
    number: { ...emptyDraft('url'), url: 'https://api.test', pagesBy: 'number' as const },
    database: { ...emptyDraft('database'), host: 'h', database: 'd', user: 'u', password: 'p', query: 'SELECT 1' },
    azure: { ...emptyDraft('objects'), provider: 'azure' as const, account: 'a', bucket: 'c', secretKey: 'k' },
  }
  for (const [name, draft] of Object.entries(drafts))
    it(`${name}: whole drafts are what the server takes`, () => {
      assert.equal(missingAddress(draft) ?? missingReading(draft), undefined)
      addSourceInput.parse({
        name: 'd',
        address: addressOf(draft),
        secrets: secretsOf(draft),
        reading: readingOf(draft),
      })
    })

  it('secrets go by their names, empty ones not at all', () => {
    assert.deepEqual(secretsOf(drafts.url), { 'X-Key': 'k' })
    assert.deepEqual(secretsOf(drafts.database), { password: 'p' })
    assert.deepEqual(secretsOf(drafts.azure), { accountKey: 'k' })
    assert.deepEqual(secretsOf({ ...drafts.azure, secretKey: '?sv=1&sig=x' }), { sas: '?sv=1&sig=x' })
    const gcs = { ...emptyDraft('objects'), provider: 'gcs' as const, accessKeyId: 'id', secretKey: 'key' }
    assert.deepEqual(secretsOf(gcs), { accessKeyId: 'id', secretAccessKey: 'key' })
    assert.deepEqual(secretsOf({ ...gcs, secretKey: '{"a":1}' }), { serviceAccount: '{"a":1}' })
    assert.deepEqual(secretsOf(emptyDraft('objects')), {})
  })

  it('says what is missing', () => {
    assert.equal(missingAddress(emptyDraft('url')), 'an address with http:// or https://')
    assert.equal(missingAddress(emptyDraft('database')), 'a host')
    assert.equal(missingAddress(emptyDraft('objects')), 'a bucket')
    assert.equal(missingReading(emptyDraft('database')), 'a query')
  })
})
