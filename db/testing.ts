import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { startEmbedded } from './embedded.ts'
import { migrate, migrationFiles } from './migrate.ts'

export interface TestDatabase {
  url: string
  /** Drops the database; ends the server when this process started one. */
  close(): Promise<void>
}

const TEMPLATE_LOCK = 7_166_002
const withDatabase = (url: string, name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href

/** A server of this process's own, when no runner gave one by `FLEXIML_TEST_DATABASE_URL`. */
async function server(): Promise<{ url: string; stop(): Promise<void> }> {
  if (process.env.FLEXIML_TEST_DATABASE_URL)
    return { url: process.env.FLEXIML_TEST_DATABASE_URL, stop: async () => undefined }
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-pg-'))
  const embedded = await startEmbedded({ folder: join(folder, 'postgres'), fast: true }).catch(async error => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  return {
    url: embedded.url,
    async stop() {
      await embedded.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A database with the migrations before `next` only, as an older version of the code left it. */
export async function oldDatabase(next: string): Promise<TestDatabase> {
  const { url, stop } = await server()
  const admin = postgres(url, { max: 1, onnotice: () => undefined })
  const name = `old_${randomUUID().replaceAll('-', '')}`
  await admin.unsafe(`CREATE DATABASE ${name}`)
  const sql = postgres(withDatabase(url, name), { max: 1, onnotice: () => undefined, connection: { TimeZone: 'UTC' } })
  await sql`CREATE TABLE schema_migrations (name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz(3) NOT NULL DEFAULT now())`
  for (const file of (await migrationFiles()).filter(f => f.name < next)) {
    await sql.unsafe(file.text)
    await sql`INSERT INTO schema_migrations (name, digest) VALUES (${file.name}, ${file.digest})`
  }
  await sql.end({ timeout: 2 })
  return dropped(admin, withDatabase(url, name), name, stop)
}

const dropped = (admin: postgres.Sql, url: string, name: string, stop: () => Promise<void>): TestDatabase => ({
  url,
  async close() {
    await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await admin.end({ timeout: 2 })
    await stop()
  },
})

/** A fresh database, cloned from a template that is migrated once per state of the migrations. */
export async function testDatabase(): Promise<TestDatabase> {
  const { url, stop } = await server()
  const admin = postgres(url, { max: 1, onnotice: () => undefined })
  const digests = (await migrationFiles()).map(f => f.digest).join()
  const template = `template_${createHash('sha256').update(digests).digest('hex').slice(0, 40)}`
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await admin`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`
  try {
    const there = await admin`SELECT 1 FROM pg_database WHERE datname = ${template}`
    if (there.length === 0) {
      const draft = `draft_${randomUUID().replaceAll('-', '')}`
      await admin.unsafe(`CREATE DATABASE ${draft}`)
      await migrate(withDatabase(url, draft))
      await admin.unsafe(`ALTER DATABASE ${draft} RENAME TO ${template}`)
    }
    await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${template}`)
  } finally {
    await admin`SELECT pg_advisory_unlock(${TEMPLATE_LOCK})`
  }
  return dropped(admin, withDatabase(url, name), name, stop)
}

/** A database with the migrations before the named one, for tests of that migration: fill it as older releases did, then `migrate` it. */
export async function databaseBefore(migration: string): Promise<TestDatabase> {
  const { url, stop } = await server()
  const admin = postgres(url, { max: 1, onnotice: () => undefined })
  const name = `old_${randomUUID().replaceAll('-', '')}`
  await admin.unsafe(`CREATE DATABASE ${name}`)
  await migrate(withDatabase(url, name), file => file.name < migration)
  return {
    url: withDatabase(url, name),
    async close() {
      await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await admin.end({ timeout: 2 })
      await stop()
    },
  }
}
