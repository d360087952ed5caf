import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import type { Schema } from '#ml/index.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { frameQuery } from '#tables/read/read-frame.ts'
import { writeTables } from './write-tables.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-tables-'))
})
after(() => rm(folder, { recursive: true, force: true }))

for (const name of ['x', 'place', 'c0', 'c1', 'kept', 'given', 'numbered', 'data'])
  it(`the rows keep their order when a column is named ${name}`, async () => {
    const path = join(folder, 'all.parquet')
    await withDuckDb({ folders: [folder] }, db =>
      db.run(`COPY (SELECT 100 - i AS "${name}", i AS "order" FROM range(50) r(i)) TO '${path}' (FORMAT parquet)`),
    )
    const columns = [name, 'order'].map(column => ({ name: column, type: 'number', role: 'feature' }))
    await writeTables(
      {
        ...{ path, query: frameQuery(path, columns as never), schema: { columns } as unknown as Schema },
        ...{ folder, memoryMb: 256, threads: 2 },
      },
      { train: { rows: Int32Array.from([1, 5, 30, 49]) } },
      new AbortController().signal,
    )
    const written = join(folder, 'train.parquet')
    const cells = await withDuckDb({ files: [written] }, async db =>
      (await db.runAndReadAll(`FROM read_parquet('${written}')`)).getRowsJson(),
    )
    assert.deepEqual(cells, [
      [99, 1],
      [95, 5],
      [70, 30],
      [51, 49],
    ])
  })
