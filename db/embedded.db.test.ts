import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import postgres from 'postgres'
import { startEmbedded } from './embedded.ts'

it('starts below a folder that only its owner may enter, and again on what it made, as root too', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-private-'))
  t.after(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'home'))
  for (const expected of [0, 1]) {
    const database = await startEmbedded({ folder: join(folder, 'home', 'postgres'), fast: true })
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined })
    try {
      await sql`CREATE TABLE IF NOT EXISTS kept (n int)`
      const [row] = await sql`SELECT count(*)::int AS n FROM kept`
      assert.equal(row!.n, expected)
      await sql`INSERT INTO kept VALUES (1)`
    } finally {
      await sql.end()
      await database.stop()
    }
  }
})
