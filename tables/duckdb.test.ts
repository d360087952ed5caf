import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { quoteLiteral as text, withDuckDb } from './duckdb.ts'

let home: string
let allowed: string
let other: string
let folder: string
before(async () => {
  home = await mkdtemp(join(tmpdir(), "fleximl-duck'db-"))
  allowed = join(home, 'allowed.csv')
  other = join(home, 'other.csv')
  folder = join(home, 'work')
  await mkdir(folder)
  await writeFile(allowed, 'a,b\n1,2\n')
  await writeFile(other, 'a,b\n3,4\n')
})
after(() => rm(home, { recursive: true, force: true }))

describe('DuckDB', () => {
  it('reads the one file and writes to the one folder, and nothing else', async () => {
    await withDuckDb({ files: [allowed], folders: [folder], limits: { temporaryFolder: folder } }, async db => {
      const rows = (
        await db.runAndReadAll(`SELECT a::INTEGER AS a FROM read_csv(${text(allowed)})`)
      ).getRowObjectsJson()
      assert.deepEqual(rows, [{ a: 1 }])
      await db.run(`COPY (SELECT 1 AS x) TO ${text(join(folder, 'x.parquet'))} (FORMAT parquet)`)
      const refused = [
        `SELECT * FROM read_csv(${text(other)})`,
        `SELECT * FROM read_csv(${text(join(folder, '../other.csv'))})`,
        `SELECT * FROM read_text('/etc/passwd')`,
        `SELECT * FROM glob('/etc/*')`,
        `COPY (SELECT 1) TO ${text(join(home, 'out.csv'))}`,
        `ATTACH ${text(join(home, 'x.db'))}`,
        'INSTALL httpfs',
        'LOAD httpfs',
        `SELECT * FROM read_csv('https://example.org/x.csv')`,
      ]
      for (const sql of refused) await assert.rejects(db.run(sql), () => true, sql)
    })
  })

  it('what was locked stays locked', async () => {
    await withDuckDb({ files: [allowed] }, async db => {
      for (const sql of [
        'SET enable_external_access = true',
        "SET allowed_paths = ['/etc/passwd']",
        "SET allowed_directories = ['/']",
        "SET max_memory = '900GB'",
        'SET lock_configuration = false',
        'RESET enable_external_access',
      ])
        await assert.rejects(db.run(sql), () => true, sql)
    })
  })
})
