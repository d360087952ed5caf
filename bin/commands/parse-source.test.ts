import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addSourceInput } from '#server/data/sources/contract.ts'
import { Failure } from './failure.ts'
import { isAddress, parseSource, type SourceWords } from './parse-source.ts'

const parse = (text: string, words: Partial<SourceWords> = {}, env: Record<string, string> = {}) => {
  const source = parseSource(text, { headers: [], ...words }, env)
  // Whatever comes out fits what the server takes.
  addSourceInput.parse({ name: 'd', ...source })
  return source
}
const refused = (text: string, words: Partial<SourceWords> = {}) => {
  try {
    parse(text, words)
  } catch (error) {
    assert.ok(error instanceof Failure && error.status === 2, String(error))
    return error.message
  }
  return assert.fail(`${text} was taken`)
}

describe('addresses of the command line', () => {
  it('a file is none', () => {
    for (const file of ['rows.csv', '/tmp/x.csv', 'C:\\rows.csv', './s3/x']) assert.equal(isAddress(file), false, file)
    for (const address of ['http://x/', 's3://b', 'postgres://u@h/d']) assert.ok(isAddress(address), address)
  })

  it('URL with headers and pages', () => {
    assert.deepEqual(
      parse('https://api.test/rows?x=1', {
        headers: ['Authorization: Bearer a:b', 'X-Key:k'],
        pages: 'link',
        items: 'data',
      }),
      {
        address: { kind: 'url', url: 'https://api.test/rows?x=1' },
        reading: { kind: 'url', pages: { by: 'link' }, items: 'data' },
        secrets: { Authorization: 'Bearer a:b', 'X-Key': 'k' },
      },
    )
  })

  it('databases: password apart, ports and TLS as usual', () => {
    const query = 'SELECT 1'
    assert.deepEqual(parse('postgres://ada:p%40ss@db.test/shop', { query }), {
      address: {
        kind: 'database',
        engine: 'postgres',
        host: 'db.test',
        port: 5432,
        database: 'shop',
        user: 'ada',
        tls: 'verify',
      },
      reading: { kind: 'database', query },
      secrets: { password: 'p@ss' },
    })
    const cases: [string, Record<string, unknown>][] = [
      ['mysql://a@h/d', { engine: 'mysql', port: 3306, tls: 'verify' }],
      ['mariadb://a@h:3307/d?ssl-mode=REQUIRED', { engine: 'mysql', port: 3307, tls: 'encrypt' }],
      ['postgresql://a@127.0.0.1:5433/d', { port: 5433, tls: 'off' }],
      ['postgres://a@[::1]/d?sslmode=verify-full', { host: '::1', tls: 'verify' }],
      ['postgres://a@h:80/d?sslmode=disable', { port: 80, tls: 'off' }],
    ]
    for (const [text, expected] of cases)
      assert.deepEqual({ ...parse(text, { query }).address, ...expected }, parse(text, { query }).address, text)
  })

  it('object stores: prefix, pattern, keys of the environment', () => {
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_REGION: 'eu-1', AZURE_STORAGE_KEY: 'az' }
    const s3 = parse('s3://lake/sales/2024/*.parquet', { endpoint: 'http://127.0.0.1:9000' }, env)
    assert.deepEqual(s3.reading, { kind: 'objects', prefix: 'sales/2024/', pattern: '*.parquet' })
    assert.deepEqual(s3.secrets, { accessKeyId: 'id', secretAccessKey: 'key' })
    assert.partialDeepStrictEqual(s3.address, {
      provider: 's3',
      bucket: 'lake',
      region: 'eu-1',
      endpoint: 'http://127.0.0.1:9000',
    })
    assert.deepEqual(parse('gs://lake/a/b').reading, { kind: 'objects', prefix: 'a/b', pattern: '*' })
    assert.deepEqual(parse('gs://lake', {}, { GCS_SECRET_ACCESS_KEY: '{"a":1}' }).secrets, {
      serviceAccount: '{"a":1}',
    })
    const azure = parse('azure://acc/box/p', {}, env)
    assert.partialDeepStrictEqual(azure.address, { provider: 'azure', account: 'acc', bucket: 'box' })
    assert.deepEqual(azure.secrets, { accountKey: 'az' })
  })

  it('what does not fit is bad usage, in words', () => {
    assert.match(refused('ftp://h/x'), /ftp:\/\/ addresses are not read/)
    assert.match(refused('postgres://a@h/d'), /needs --query/)
    assert.match(refused('postgres://h/d', { query: 'x' }), /not whole/)
    assert.match(refused('https://h/x', { query: 'x' }), /--query does not belong to a URL/)
    assert.match(refused('s3://b/x', { headers: ['a: b'] }), /--header does not belong to an object store/)
    assert.match(refused('https://h/x', { headers: ['nothing'] }), /name and a value/)
    assert.match(refused('https://h/x', { pages: 'all' }), /--pages all is not known/)
    assert.match(refused('s3:///x'), /names no bucket/)
  })
})
