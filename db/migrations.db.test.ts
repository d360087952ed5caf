import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, it } from 'node:test'
import postgres, { type Sql } from 'postgres'
import { migrate } from './migrate.ts'
import { databaseBefore, type TestDatabase } from './testing.ts'

let database: TestDatabase
let sql: Sql
before(async () => {
  database = await databaseBefore('0014_add_endpoint_targets')
  sql = postgres(database.url, { max: 1, onnotice: () => undefined })
})
after(async () => {
  await sql.end()
  await database.close()
})

const project = randomUUID()
const ids = new Map<string, string>()
const idOf = (name: string) => ids.get(name) ?? ids.set(name, randomUUID()).get(name)!

async function addModel(name: string, champion: number | null) {
  await sql`INSERT INTO models (project_id, id, name, latest_version, created_by)
    VALUES (${project}, ${idOf(name)}, ${name}, 2, 'system:test')`
  for (const number of [1, 2])
    await sql`INSERT INTO model_versions (project_id, id, model_id, number, digest, servable, signature, metrics, created_by)
      VALUES (${project}, ${idOf(`${name}@${number}`)}, ${idOf(name)}, ${number}, 'd', '{"kind":"none","reason":"test"}', '{}', '{}', 'system:test')`
  if (champion)
    await sql`INSERT INTO model_aliases (project_id, model_id, alias, version_id, updated_by)
      VALUES (${project}, ${idOf(name)}, 'champion', ${idOf(`${name}@${champion}`)}, 'system:test')`
}

/** Revisions a minute apart, the first at `start` minutes. */
async function addEndpoint(name: string, start: number, versions: string[]) {
  await sql`INSERT INTO endpoints (project_id, id, name, model_id, revision, created_by)
    VALUES (${project}, ${idOf(name)}, ${name}, ${idOf(versions.at(-1)!.split('@')[0]!)}, ${versions.length}, 'system:test')`
  for (const [i, version] of versions.entries())
    await sql`INSERT INTO endpoint_revisions (project_id, id, endpoint_id, number, action, version_id, created_by, created_at)
      VALUES (${project}, ${idOf(`${name}#${i + 1}`)}, ${idOf(name)}, ${i + 1}, 'promote', ${idOf(version)}, 'system:test',
        ${new Date(Date.UTC(2026, 0, 1, 0, start + i))})`
}

const addStats = (endpoint: string, minute: number) =>
  sql`INSERT INTO serving_stats (project_id, endpoint_id, process_id, at, requests, rows, errors, latency)
    VALUES (${project}, ${idOf(endpoint)}, ${randomUUID()}, ${new Date(Date.UTC(2026, 0, 1, 0, minute))}, ${minute + 1}, 1, 0, '[]')`

it('each revision becomes one champion target; primary is the endpoint with the champion, else the one promoted last', async () => {
  await sql`INSERT INTO projects (id, slug, name) VALUES (${project}, 'old', 'old')`
  await addModel('agrees', 1)
  await addEndpoint('agrees-a', 0, ['agrees@2', 'agrees@1'])
  await addEndpoint('agrees-b', 10, ['agrees@2'])
  await addModel('differs', 2)
  await addEndpoint('differs-a', 0, ['differs@2', 'differs@1'])
  await addEndpoint('differs-b', 10, ['differs@1'])
  await addModel('never', null)
  await addStats('agrees-a', 0)
  await addStats('agrees-a', 5)

  assert.ok((await migrate(database.url)).includes('0014_add_endpoint_targets'))

  const targets = await sql`SELECT revision_id, version_id, role, weight FROM endpoint_targets`
  const of = (revision: string) => targets.filter(t => t.revision_id === idOf(revision))
  assert.equal(targets.length, 6)
  assert.deepEqual(
    [...of('agrees-a#1'), ...of('agrees-a#2')].map(t => [t.version_id, t.role, t.weight]),
    [
      [idOf('agrees@2'), 'champion', 100],
      [idOf('agrees@1'), 'champion', 100],
    ],
  )
  const primary = await sql`SELECT m.name AS model, e.name AS endpoint FROM primary_endpoints p
    JOIN models m ON m.id = p.model_id JOIN endpoints e ON e.id = p.endpoint_id ORDER BY 1`
  assert.deepEqual(
    primary.map(p => [p.model, p.endpoint]),
    [
      ['agrees', 'agrees-a'],
      ['differs', 'differs-b'],
    ],
  )
  const stats = await sql`SELECT version_id, target_role, requests FROM serving_stats ORDER BY at`
  assert.deepEqual(
    stats.map(s => [s.version_id, s.target_role, s.requests]),
    [
      [idOf('agrees@2'), 'champion', 1],
      [idOf('agrees@1'), 'champion', 6],
    ],
  )
})
