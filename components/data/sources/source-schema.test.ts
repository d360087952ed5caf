import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addSourceInput, SOURCE_KINDS, type SourceKind } from '#server/data/sources/contract.ts'
import type { FormValues } from '../../ui/schema-form/field.ts'
import { fieldsOf } from '../../ui/schema-form/read-fields.ts'
import { cleanValues, initialValues } from '../../ui/schema-form/values.ts'
import { readingOf } from '../reading-form.ts'
import { addressOf, secretsOf, sourceSchema, type Where } from './source-schema.ts'

/** What the form sends after these inputs were filled in. */
function filled(kind: SourceKind, typed: { where: FormValues; reading?: FormValues; files?: FormValues }) {
  const schema = sourceSchema(kind, false)
  const fields = fieldsOf(schema)
  const blank = initialValues(fields, {}) as { where: FormValues; reading: FormValues; files: FormValues }
  const values = {
    ...blank,
    name: 'd',
    where: { ...blank.where, ...typed.where },
    reading: { ...blank.reading, ...typed.reading },
    files: { ...blank.files, ...typed.files },
  }
  return schema.safeParse(cleanValues(fields, values))
}
const where = (kind: SourceKind, typed: FormValues, reading?: FormValues) => {
  const read = filled(kind, { where: typed, reading })
  assert.ok(read.success, JSON.stringify(read.error?.issues))
  return read.data
}

const SOURCES = {
  url: where(
    'url',
    { url: ' https://api.test/rows ', headers: [{ name: 'X-Key', value: 'k' }] },
    { pages: { by: 'cursor', parameter: 'cursor', path: 'next_cursor' } },
  ),
  database: where(
    'database',
    { engine: 'postgres', host: 'h', database: 'd', user: 'u', password: 'p' },
    { query: 'SELECT 1' },
  ),
  objects: where('objects', { provider: 'azure', account: 'a', bucket: 'c', secretKey: 'k' }),
}

describe('the form of a source', () => {
  for (const kind of SOURCE_KINDS)
    it(`of kind ${kind} returns what the server takes`, () => {
      const { where, reading, name } = SOURCES[kind] as { where: Where; reading: unknown; name: string }
      addSourceInput.parse({ name, address: addressOf(where), secrets: secretsOf(where), reading })
    })

  it('names secrets as the adapters do and leaves out empty ones', () => {
    const objects = (typed: FormValues) => secretsOf(where('objects', { bucket: 'b', ...typed }).where as Where)
    assert.deepEqual(secretsOf(SOURCES.url.where as Where), { 'X-Key': 'k' })
    assert.deepEqual(secretsOf(SOURCES.database.where as Where), { password: 'p' })
    assert.deepEqual(secretsOf(SOURCES.objects.where as Where), { accountKey: 'k' })
    assert.deepEqual(objects({ provider: 'azure', account: 'a', secretKey: '?sv=1&sig=x' }), { sas: '?sv=1&sig=x' })
    assert.deepEqual(objects({ provider: 'gcs', accessKeyId: 'id', secretKey: 'key' }), {
      accessKeyId: 'id',
      secretAccessKey: 'key',
    })
    assert.deepEqual(objects({ provider: 'gcs', secretKey: '{"a":1}' }), { serviceAccount: '{"a":1}' })
    assert.deepEqual(objects({ provider: 's3' }), {})
  })

  it('sends how the files are read, where that was said', () => {
    const typed = { where: { url: 'https://api.test/rows.csv' } }
    assert.equal('files' in filled('url', typed).data!, false)
    const { files } = filled('url', { ...typed, files: { delimiter: 'tab', skipLines: 2 } }).data!
    const { name, where, reading } = SOURCES.url as Required<typeof SOURCES.url>
    const sent = { name, address: addressOf(where), secrets: secretsOf(where), reading, files: readingOf(files!) }
    assert.deepEqual(addSourceInput.parse(sent).files, { delimiter: '\t', skipLines: 2 })
  })

  it('uses the default port of the database', () => {
    const address = addressOf(
      where('database', { engine: 'mysql', host: 'h', database: 'd', user: 'u' }, { query: 'q' }).where as Where,
    )
    assert.ok(address.kind === 'database' && address.port === 3306)
  })

  it('names the inputs that are missing', () => {
    const paths = (kind: SourceKind, typed: FormValues) =>
      filled(kind, { where: typed }).error?.issues.map(issue => issue.path.join('.'))
    assert.deepEqual(paths('url', { url: 'ftp://x' }), ['where.url'])
    assert.ok(paths('database', { engine: 'mysql' })?.includes('where.host'))
    assert.deepEqual(paths('objects', { provider: 'azure', bucket: 'b' }), ['where.account'])
  })

  it('needs no address with a stored connection', () => {
    const schema = sourceSchema('database', true)
    assert.ok(
      schema.safeParse({ name: 'd', connection: 'shop', reading: { kind: 'database', query: 'SELECT 1' } }).success,
    )
  })
})
