import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'

const FOLDER = join(import.meta.dirname, 'migrations')
/** Advisory lock shared by all processes of an instance. */
const LOCK = 7_166_001

/** Version of the code's expectations; a database whose `min_code` is higher refuses this process. */
export const CODE_VERSION = 2
/** The oldest code that understands this schema (targets instead of one version per revision). */
export const MIN_CODE = 2

export interface MigrationFile {
  name: string
  digest: string
  text: string
}

export async function migrationFiles(): Promise<MigrationFile[]> {
  const names = (await readdir(FOLDER)).filter(n => /^\d{4}_[a-z0-9_]+\.sql$/.test(n)).sort()
  return Promise.all(
    names.map(async name => {
      const text = await readFile(join(FOLDER, name), 'utf8')
      return { name: name.replace(/\.sql$/, ''), text, digest: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

/**
 * Applies the migrations that the database lacks, each in its own transaction, under an advisory lock.
 * Throws when a migration that was applied has been edited since, and when the database is newer than this code.
 * @returns the names applied now
 */
export async function migrate(url: string, include: (file: MigrationFile) => boolean = () => true): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connection: { TimeZone: 'UTC' } })
  try {
    await sql`SELECT pg_advisory_lock(${LOCK})`
    await sql`CREATE TABLE IF NOT EXISTS schema_migrations (
      name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz(3) NOT NULL DEFAULT now())`
    const applied = new Map(
      (await sql`SELECT name, digest FROM schema_migrations`).map(r => [r.name as string, r.digest as string]),
    )
    const files = (await migrationFiles()).filter(include)
    const known = new Set(files.map(f => f.name))
    const strangers = [...applied.keys()].filter(n => !known.has(n))
    if (strangers.length > 0) {
      const [row] = (await sql`SELECT to_regclass('instance') IS NOT NULL AS there`) as unknown as [{ there: boolean }]
      const [instance] = row.there ? await sql`SELECT min_code FROM instance` : []
      if (instance && Number(instance.min_code) > CODE_VERSION)
        throw new Error(
          `The database needs code version ${instance.min_code}, this is ${CODE_VERSION}: upgrade FlexiML (unknown migrations: ${strangers.join(', ')}).`,
        )
    }
    const done: string[] = []
    for (const file of files) {
      const digest = applied.get(file.name)
      if (digest === file.digest) continue
      if (digest)
        throw new Error(
          `Migration ${file.name} was changed after it had been applied. Restore the file; write a new migration instead.`,
        )
      await sql.begin(async tx => {
        await tx.unsafe(file.text)
        await tx`INSERT INTO schema_migrations (name, digest) VALUES (${file.name}, ${file.digest})`
      })
      done.push(file.name)
    }
    return done
  } finally {
    await sql.end({ timeout: 5 })
  }
}
