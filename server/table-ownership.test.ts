import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'

interface SharedTable {
  file: string
  schema: string
  reason: string
}

const SHARED_TABLES = JSON.parse(await readFile('db/shared-tables.json', 'utf8')) as SharedTable[]

/** Domain that owns each table, by the schema file that defines it: `data-uploads.ts` belongs to data. */
async function readOwners(): Promise<Map<string, string>> {
  const owners = new Map<string, string>()
  for await (const file of glob('db/schema/*.ts')) {
    const domain = /^db\/schema\/([a-z]+)/.exec(file)![1]!
    for (const [, table] of (await readFile(file, 'utf8')).matchAll(/pgTable\(\s*'(\w+)'/g)) owners.set(table!, domain)
  }
  return owners
}

/** Where a file may write SQL on tables of a domain: in a store of the domain, or anywhere in platform and adapters. */
const ownsFrom = (file: string, domain: string) =>
  domain === 'platform'
    ? /^server\/(platform|adapters)\//.test(file)
    : file.startsWith(`server/${domain}/`) && file.endsWith('/store.ts')

/** Tables in raw SQL and in Drizzle's relational queries that the file does not own. */
function foreignTables(file: string, text: string, owners: ReadonlyMap<string, string>): string[] {
  const inSql = [...text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)\b/g)].map(m => m[1]!)
  const inQueries = [...text.matchAll(/\bdb\.query\.(\w+)/g)].map(m =>
    m[1]!.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
  )
  return [...inSql, ...inQueries].filter(table => {
    const domain = owners.get(table)
    return domain !== undefined && !ownsFrom(file, domain) && !isShared(file, domain)
  })
}

const isShared = (file: string, domain: string) => SHARED_TABLES.some(s => s.file === file && s.schema === domain)

describe('SQL names only tables of its own domain', () => {
  it('in every file of the server, the workers and serve', async () => {
    const owners = await readOwners()
    assert.ok(owners.size > 40, `tables: ${owners.size}`)
    const wrong: string[] = []
    let read = 0
    for await (const file of glob('{server,jobs,serve}/**/*.ts')) {
      if (/\.test\.ts$|testing\.ts$/.test(file)) continue
      read++
      for (const table of foreignTables(file, await readFile(file, 'utf8'), owners)) wrong.push(`${file}: ${table}`)
    }
    assert.ok(read > 300, `files: ${read}`)
    assert.deepEqual(wrong, [])
  })

  it('and a join of a foreign table is found', async () => {
    const owners = await readOwners()
    const text = 'SELECT 1 FROM evaluations e LEFT JOIN jobs j ON true; db.query.modelVersions.findFirst()'
    assert.deepEqual(foreignTables('server/evaluation/store.ts', text, owners), ['jobs', 'model_versions'])
    assert.deepEqual(foreignTables('server/evaluation/read.ts', 'UPDATE evaluations SET x = 1', owners), [
      'evaluations',
    ])
  })

  it('and every exception is used, with its reason', async () => {
    assert.ok(SHARED_TABLES.length <= 6)
    for (const { file, schema, reason } of SHARED_TABLES) {
      assert.ok(reason.length > 20, file)
      const text = await readFile(file, 'utf8')
      const owners = await readOwners()
      const tables = [...text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)\b/g)].map(m => owners.get(m[1]!))
      assert.ok(text.includes(`db/schema/${schema}.ts`) || tables.includes(schema), `${file} no longer needs ${schema}`)
    }
  })
})
