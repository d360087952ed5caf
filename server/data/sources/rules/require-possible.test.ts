import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Address, addressSchema } from '../contract.ts'
import { requirePossible } from './require-possible.ts'

const address = (given: Record<string, unknown>): Address => addressSchema.parse(given)
const url = address({ kind: 'url', url: 'https://api.example.org/rows' })
const database = (more: object = {}) =>
  address({ kind: 'database', host: 'db.example.org', port: 5432, database: 'shop', user: 'reader', ...more })
const objects = (more: object = {}) => address({ kind: 'objects', bucket: 'lake', ...more })
const azure = (account?: string, endpoint?: string) => objects({ provider: 'azure', account, endpoint })

const refused = (given: Address, secrets: Record<string, string> = {}) =>
  assert.throws(
    () => requirePossible(given, secrets),
    (error: { code: string; message: string }) => {
      assert.equal(error.code, 'invalid')
      for (const secret of Object.values(secrets)) assert.ok(!error.message.includes(secret), 'shows no secret')
      return true
    },
    JSON.stringify(given),
  )

describe('a connection that cannot work is refused before it is stored', () => {
  it('headers that cannot be sent', () => {
    for (const value of ['Bearer a\r\nX-Other: b', 'a\nb', 'a\rb', 'a\u0000b', 'key – with a dash', 'ключ'])
      refused(url, { Authorization: value })
    for (const name of [
      'X Key',
      'X-Key:',
      'X-Key\r\nY',
      'ключ',
      'X\u0000',
      'Transfer-Encoding',
      'content-length',
      'Connection',
    ])
      refused(url, { [name]: 'abcd' })
  })

  it('URLs that are none, and URLs with a password', () => {
    for (const text of ['ftp://a/b', 'file:///etc/passwd', 'api.example.org', 'http://', 'https://a:b@c/'])
      refused(address({ kind: 'url', url: text }))
  })

  it('hosts of databases that are none', () => {
    for (const host of [
      '/var/run/postgresql',
      'db example',
      'a@b',
      'db\nother',
      'db.example.org/x',
      'db:5432x',
      '.',
      'a..b',
    ])
      refused(database({ host }))
    refused(database({ user: 'a\u0000b' }))
    refused(database(), { password: 'ab\u0000cd' })
  })

  it('endpoints, regions and buckets that are none', () => {
    for (const endpoint of [
      'minio.example.org',
      'ftp://a',
      'https://k:s@a',
      'https://a/?x=1',
      'https://a/#b',
      'https://a\r\nb',
      'http://:9000',
      'https://a:99999',
    ])
      refused(objects({ endpoint }))
    for (const region of ['us east', 'us-east-1.evil.example', 'evil.example/', '-', 'a\r\nb', 'eu/..'])
      refused(objects({ region }))
    for (const bucket of ['a/b', '../x', 'a b', 'a?b', 'a\r\nb', 'a..b', '@x']) refused(objects({ bucket }))
    refused(objects(), { accessKeyId: 'AKIA\r\nX: y', secretAccessKey: 'a/b+c' })
  })

  it('storage accounts that Azure does not give', () => {
    for (const account of [
      undefined,
      '',
      'ab',
      'Upper',
      'with-hyphen',
      'a'.repeat(25),
      'evil.example/',
      'a@b',
      '127.0.0.1:80#',
    ])
      refused(azure(account))
    for (const account of [undefined, 'a/b', 'a b']) refused(azure(account, 'http://azurite.example.org:10000'))
  })
})

describe('a connection that can work is accepted', () => {
  const accepted: [Address, Record<string, string>?][] = [
    [url, { Authorization: 'Bearer abc', 'X-Api-Key': 'ä' }],
    [database({ host: '10.0.0.1' }), { password: 'p ä\t'.trim(), ca: '-----BEGIN\nX\n-----END' }],
    [database({ host: '::1' })],
    [database({ host: 'db_1.internal' })],
    [objects({ region: 'eu-central-1' }), { accessKeyId: 'AKIA', secretAccessKey: 'a/b+c=' }],
    [objects({ endpoint: 'http://minio:9000', region: '', bucket: 'My_Bucket.2' })],
    [objects({ endpoint: 'https://store.example.org/s3' })],
    [objects({ provider: 'gcs', bucket: 'example.org:lake' }), { serviceAccount: '{\n"type": "service_account"\n}' }],
    [objects({ provider: 'gcs' }), { secretAccessKey: '{\n"type": "service_account"\n}' }],
    [azure('lake2024'), { accountKey: 'a+b/c==\n' }],
    [azure('devstoreaccount1', 'http://azurite.example.org:10000/devstoreaccount1'), { sas: '?sv=1&sig=a%2B' }],
  ]
  for (const [given, secrets = {}] of accepted)
    it(JSON.stringify(given), () => assert.doesNotThrow(() => requirePossible(given, secrets)))
})
