import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import * as schema from '#db/schema/index.ts'
import { LIVE_TOPICS, RELATIONS, SUBJECTS, type Subject, subjectOf } from '#server/platform/subjects/contract.ts'
import { EVENTS } from './events.ts'
import { isNamed } from './subjects/name-subjects.ts'

const all = Object.entries<Subject>(SUBJECTS)
const tables = new Map(
  Object.values(schema).map(table => {
    const { name, columns } = getTableConfig(table as PgTable)
    return [name, columns.map(c => c.name)]
  }),
)

/** Server and worker code, without tests. */
async function sources(): Promise<string[]> {
  const files = (
    await Promise.all(
      ['server', 'jobs'].map(dir => readdir(dir, { recursive: true }).then(list => list.map(f => `${dir}/${f}`))),
    )
  ).flat()
  return Promise.all(
    files
      .filter(f => f.endsWith('.ts') && !/\.test\.ts$|testing\.ts$|\/tasks?\//.test(f))
      .map(f => readFile(f, 'utf8')),
  )
}
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(m => m[1]!)

describe('the registry of subjects', () => {
  it('has the subject of every event, once per event name, named after its domain', () => {
    const names = EVENTS.map(event => event.name)
    assert.equal(new Set(names).size, names.length)
    assert.ok(names.length > 30)
    for (const event of EVENTS) {
      assert.ok(subjectOf(event.subject), event.name)
      assert.match(event.name, /^[a-z]+\.[a-z]+(-[a-z]+)+$/)
    }
  })

  it('has every kind that a job, a link, a schedule or an audit entry names', async () => {
    const used = (await sources()).flatMap(text => [
      ...found(text, /subject(?:: | = )\{ kind: '([a-z-]+)'/g),
      ...found(text, /subjectKind: '([a-z-]+)'/g),
      ...found(text, /(?:from|to): \{ kind: '([a-z-]+)'/g),
    ])
    assert.ok(used.length > 60, `${used.length} were found`)
    assert.deepEqual(
      used.filter(kind => !subjectOf(kind)),
      [],
    )
    const relations = (await sources()).flatMap(text => found(text, /relation: '([a-z-]+)'/g))
    assert.ok(relations.length > 8)
    assert.deepEqual(
      relations.filter(relation => !Object.hasOwn(RELATIONS, relation)),
      [],
    )
  })

  it('names tables and columns that exist', () => {
    for (const [kind, { table, keeps }] of all) {
      if (table === undefined) continue
      const columns = tables.get(table)
      assert.ok(columns, `${kind}: ${table}`)
      if (keeps)
        for (const c of [keeps[0], 'project_id', ...(keeps[1] ? ['state'] : [])]) assert.ok(columns.includes(c))
    }
  })

  it('has a name for every kind with a page, so that the audit log calls none of them deleted', () => {
    assert.deepEqual(
      all.filter(([kind, { page }]) => page && !isNamed(kind)).map(([kind]) => kind),
      [],
    )
    assert.equal(isNamed('blob'), false)
  })

  it('names topics that the pages of its domain listen to', () => {
    for (const [kind, { topic, domain }] of all)
      if (topic) assert.ok((LIVE_TOPICS[topic] as readonly string[]).includes(domain), `${kind} is shown by ${domain}`)
  })
})
