import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import {
  addDataset,
  browseRows,
  listDatasets,
  profileDataset,
  reviewSchema,
  showDataset,
  showIngestion,
  storeUpload,
} from '#server/data/index.ts'
import { versionOf } from '#server/data/service.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { frameQuery } from '#tables/read/read-frame.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

let count = 0
async function add(
  content: string | Uint8Array,
  options: { fileName?: string; name?: string; target?: string; time?: string } = {},
) {
  const blob = await kernel.blobs.put(typeof content === 'string' ? new TextEncoder().encode(content) : content)
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  const name = options.name ?? `d${++count}`
  const { id } = await addDataset(kernel, caller, {
    name,
    fileName: options.fileName ?? 'file.csv',
    digest: blob.digest,
    target: options.target,
    time: options.time,
  })
  for (let i = 0; i < 4000; i++) {
    const ingestion = await showIngestion(kernel, caller, id)
    if (ingestion.state === 'succeeded' || ingestion.state === 'failed') return { ...ingestion, name }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the ingestion did not end')
}
async function profileOf(name: string) {
  for (let i = 0; i < 4000; i++) {
    const profile = await profileDataset(kernel, caller, name)
    if (profile.state === 'succeeded') return profile
    assert.notEqual(profile.state, 'failed', profile.reason ?? '')
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the profile did not come')
}
const rows = (n: number, row: (i: number) => string) => Array.from({ length: n }, (_, i) => row(i)).join('\n')
const good = `day,kind,x,y\n${rows(100, i => `2011-01-${String((i % 28) + 1).padStart(2, '0')},${['a', 'b', 'c'][i % 3]},${i / 7},${i % 5}`)}\n`
const roleOf = async (name: string) =>
  Object.fromEntries((await showDataset(kernel, caller, name)).schema.map(c => [c.name, `${c.type}/${c.role}`]))

describe('data: from a file to a version', () => {
  it('a CSV becomes version 1 with types and roles, and its profile follows', async () => {
    const made = await add(good, { name: 'good', target: 'y', time: 'day' })
    assert.deepEqual(
      [made.state, made.created, made.version, made.rows, made.columns],
      ['succeeded', true, 1, 100, 4],
      made.reason ?? '',
    )
    assert.deepEqual(await roleOf('good'), {
      day: 'datetime/time',
      kind: 'category/feature',
      x: 'number/feature',
      y: 'integer/target',
    })
    const profile = await profileOf('good')
    const x = profile.columns.find(c => c.name === 'x')!
    assert.equal(profile.rows, 100)
    assert.equal(x.distinct, 100)
    assert.ok(Math.abs(x.mean! - 49.5 / 7) < 1e-9)
    assert.ok(Math.abs(x.quantiles['0.5']! - 49.5 / 7) < 1e-9)
    assert.equal(
      x.histogram.reduce((sum, b) => sum + b.count, 0),
      100,
    )
    assert.deepEqual(profile.columns.find(c => c.name === 'kind')!.top[0], { value: 'a', count: 34 })
  })

  it('the same bytes again make no version and say so; other bytes make the next', async () => {
    const again = await add(good, { name: 'good' })
    assert.deepEqual([again.created, again.version], [false, 1])
    const withTarget = await add(good, { name: 'good', target: 'x' })
    assert.deepEqual([withTarget.created, withTarget.version], [false, 1])
    assert.equal((await roleOf('good')).x, 'number/target')
    const more = await add(`${good}2011-02-01,a,1,1\n`, { name: 'good', target: 'y' })
    assert.deepEqual([more.created, more.version, more.rows], [true, 2, 101])
    assert.equal((await showDataset(kernel, caller, 'good@1')).rows, 100)
  })

  const readable: [string, string | Uint8Array, string, number][] = [
    ['semicolons', good.replaceAll(',', ';'), 'f.csv', 4],
    ['tabs', good.replaceAll(',', '\t'), 'f.tsv', 4],
    ['a BOM', `\ufeff${good}`, 'f.csv', 4],
    ['CRLF line ends', good.replaceAll('\n', '\r\n'), 'f.csv', 4],
    ['UTF-16 with BOM', new Uint8Array(Buffer.from(`\ufeff${good}`, 'utf16le')), 'f.csv', 4],
    ['UTF-16 without BOM', new Uint8Array(Buffer.from(good, 'utf16le')), 'f.csv', 4],
    [
      'Windows-1252',
      new Uint8Array(Buffer.from(`a,b\n${rows(9, i => (i === 4 ? 'M\xfcller,1' : 'x,1'))}\n`, 'latin1')),
      'f.csv',
      2,
    ],
    ['gzip', new Uint8Array(gzipSync(good)), 'f.csv.gz', 4],
    ['gzipped UTF-16', new Uint8Array(gzipSync(Buffer.from(`\ufeff${good}`, 'utf16le'))), 'f.csv.gz', 4],
    ['old Mac line ends', good.replaceAll('\n', '\r'), 'f.csv', 4],
    ['quoted cells with delimiters and line breaks', `a,b\n${rows(30, i => `"x, ""${i}""\nmore",${i}`)}\n`, 'f.csv', 2],
    ['a # that is no comment', `a,b\n${rows(30, i => `#${i % 4},${i}`)}\n`, 'f.csv', 2],
    ['gzipped NDJSON', new Uint8Array(gzipSync(rows(30, i => JSON.stringify({ a: i, b: [i] })))), 'f.ndjson.gz', 2],
    ['NDJSON', rows(30, i => JSON.stringify({ a: i, b: `w${i % 3}` })), 'f.ndjson', 2],
    ['JSON', JSON.stringify(Array.from({ length: 30 }, (_, i) => ({ a: i, b: `w${i % 3}` }))), 'f.json', 2],
    [
      '5,000 columns',
      `${Array.from({ length: 5000 }, (_, i) => `c${i}`).join(',')}\n${rows(3, r => Array.from({ length: 5000 }, (_, i) => r + i).join(','))}\n`,
      'f.csv',
      5000,
    ],
  ]
  for (const [what, content, fileName, columns] of readable)
    it(`reads ${what}`, async () => {
      const made = await add(content, { fileName })
      assert.deepEqual([made.state, made.columns], ['succeeded', columns], made.reason ?? '')
    })

  const refused: [string, string | Uint8Array, RegExp][] = [
    ['an empty file', '', /file\.csv is empty\. Choose a file/],
    ['blank lines', '\n\n  \n', /only blank lines/],
    ['binary junk', new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]), /binary data/],
    ['a broken Parquet file', `PAR1${'x'.repeat(100)}`, /cannot be read/],
    [
      'ragged rows',
      `a,b,c\n${rows(30, i => (i === 20 ? '1,2,3,4,5' : '1,2,3'))}\n`,
      /Line 22 of file\.csv has 5 cells where the header has 3/,
    ],
    ['short rows', `a,b,c\n${rows(30, i => (i === 7 ? '1,2' : '1,2,3'))}\n`, /Line 9 of file\.csv has 2 cells/],
    [
      'a header with another delimiter than the rows',
      `a,b,c\n${rows(30, () => '1;2;3')}\n`,
      /Line 2 of file\.csv has 1 cell where the header has 3, divided by commas\. Use the same delimiter/,
    ],
    [
      'a quote that is not closed',
      `a,b\n${rows(9, i => (i === 4 ? '"x,1' : 'x,1'))}\n`,
      /Line 6 .* a quote that is not/,
    ],
    [
      'UTF-8 text with a damaged letter',
      new Uint8Array(
        Buffer.concat([
          Buffer.from(`a,b\n${rows(9, () => 'Müller,1')}\n`),
          Buffer.from('M\xfcller,1\n', 'latin1'),
          Buffer.from(`${rows(9, () => 'Müller,1')}\n`),
        ]),
      ),
      /Line 11 of file\.csv is not UTF-8/,
    ],
    ['gzip that was cut off', new Uint8Array(gzipSync(good)).subarray(0, 100), /damaged or cut off/],
    [
      '20,000 columns',
      `${Array.from({ length: 20_000 }, (_, i) => `c${i}`).join(',')}\n1\n`,
      /20000 columns; at most 10000/,
    ],
    ['doubled names', 'a,b,a\n1,2,3\n', /“a” appears more than once/],
    ['an empty name', 'a,,c\n1,2,3\n', /Column 2 of file\.csv has no name/],
    ['a header without rows', 'a,b,c\n', /no rows/],
  ]
  it('refuses JSON that nests deeper than its reader bears', async () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    for (const [content, fileName] of [
      [deep, 'f.ndjson'],
      [`{"a":"\n${deep}`, 'f.json'],
      [new Uint8Array(gzipSync(`[${deep}]`)), 'f.json.gz'],
    ] as const) {
      const { state, reason } = await add(content, { fileName })
      assert.equal(state, 'failed')
      assert.match(reason ?? '', /nests deeper than 64 levels/)
    }
  })

  for (const [what, content, message] of refused)
    it(`refuses ${what} in words, and registers nothing`, async () => {
      const before = (await listDatasets(kernel, caller)).items.length
      const made = await add(content)
      assert.equal(made.state, 'failed')
      assert.match(made.reason!, message)
      assert.equal((await listDatasets(kernel, caller)).items.length, before)
    })

  it('a number column with three words in it stays numbers, and the words are named', async () => {
    const made = await add(`n,m\n${rows(1000, i => `${i % 300 === 299 ? 'oops' : i},${i}`)}\n`)
    assert.match(made.warnings.join(), /n: 3 of 1000 cells are not numbers \(“oops”\) and are read as missing/)
    const { schema } = await showDataset(kernel, caller, made.name)
    assert.deepEqual([schema[0]!.type, schema[0]!.missing], ['integer', 3])
  })

  it('a number column with many words in it is words', async () => {
    const made = await add(`n,m\n${rows(1000, i => `${i % 10 === 9 ? 'oops' : i},${i}`)}\n`)
    assert.notEqual((await showDataset(kernel, caller, made.name)).schema[0]!.type, 'number')
  })

  it('? and NA are missing, and the report says so', async () => {
    const made = await add(
      `n,w,d\n${rows(1000, i => `${i % 10 ? i : '?'},${i % 4 ? 'yes' : 'NA'},${i % 5 ? `2011-01-0${(i % 5) + 1} 10:00` : 'NA'}`)}\n`,
    )
    assert.match(made.warnings.join(' '), /n: 100 of 1000 cells are “\?” and are read as missing/)
    assert.match(made.warnings.join(' '), /w: 250 of 1000 cells are “NA”/)
    const { schema } = await showDataset(kernel, caller, made.name)
    assert.deepEqual(
      schema.map(c => [c.type, c.missing, c.clock]),
      [
        ['integer', 100, undefined],
        ['constant', 250, undefined],
        ['datetime', 200, 'wall-clock'],
      ],
    )
  })

  it('a word far below the sample does not break the file', async () => {
    const made = await add(`n,m\n${rows(120_000, i => `${i === 119_990 ? 'oops' : i / 2},${i % 7}`)}\n`)
    assert.deepEqual([made.state, made.rows], ['succeeded', 120_000], made.reason ?? '')
    assert.match(made.warnings.join(), /n: 1 of 120000 cells are not numbers \(“oops”\)/)
    assert.deepEqual(
      (await showDataset(kernel, caller, made.name)).schema.map(c => c.type),
      ['number', 'integer'],
    )
  })

  it('instants are told from wall clocks', async () => {
    const made = await add(`a,b\n${rows(50, i => `2011-01-01T${10 + (i % 9)}:00:00+02:00,${i % 3}`)}\n`)
    const [column] = (await showDataset(kernel, caller, made.name)).schema
    assert.deepEqual([column!.type, column!.clock, column!.role], ['datetime', 'instant', 'time'])
  })

  it('training reads columns as numbers, milliseconds and words', async () => {
    const made = await add(
      `day,kind,x,flag\n${rows(5000, i => `2011-01-01,k${i % 3},${i},${i % 2 === 0}`)}\n2011-02-01,,,\n`,
    )
    const { schema, digest } = await versionOf(kernel, caller.scope, made.name)
    const path = await kernel.blobs.pathOf(digest)
    const read = ['x', 'day', 'kind', 'flag'].map(name => schema.find(c => c.name === name)!)
    const columns = await withDuckDb({ files: [path] }, async db =>
      (await db.runAndReadAll(frameQuery(path, read))).getColumns(),
    )
    assert.deepEqual(
      columns.map(c => [c.length, c[0], c[4999], c[5000]]),
      [
        [5001, 0, 4999, null],
        [5001, Date.UTC(2011, 0, 1), Date.UTC(2011, 0, 1), Date.UTC(2011, 1, 1)],
        [5001, 'k0', 'k1', null],
        [5001, true, false, null],
      ],
    )
  })

  it('a preview is a page of rows in file order', async () => {
    const page = await browseRows(kernel, caller, { dataset: 'good@1', offset: 98, rows: 50 })
    assert.deepEqual([page.rows, page.cells.length, page.cells[0]], [100, 2, ['2011-01-15', 'c', 14, 3]])
  })

  it('the profile has every field that is promised', async () => {
    await profileOf('good@1')
    const profile = await profileDataset(kernel, caller, 'good@1')
    assert.deepEqual(
      [profile.state, profile.rows, profile.duplicateRows, profile.columns.length],
      ['succeeded', 100, 0, 4],
    )
    assert.deepEqual(Object.keys(profile.columns[2]!.quantiles).sort(), ['0.05', '0.25', '0.5', '0.75', '0.95'])
  })

  it('what a person decides about columns sticks to the next version, and impossible types are refused', async () => {
    const made = await add(good, { target: 'y' })
    await reviewSchema(kernel, caller, {
      dataset: made.name,
      columns: [
        { name: 'kind', role: 'ignore' },
        { name: 'y', type: 'category' },
      ],
    })
    await add(`${good}2011-02-01,a,1,1\n`, { name: made.name })
    assert.deepEqual(await roleOf(made.name), {
      day: 'datetime/time',
      kind: 'category/ignore',
      x: 'number/feature',
      y: 'category/target',
    })
    await assert.rejects(
      reviewSchema(kernel, caller, { dataset: made.name, columns: [{ name: 'kind', type: 'number' }] }),
      /cannot be read as number/,
    )
    await assert.rejects(
      reviewSchema(kernel, caller, { dataset: made.name, columns: [{ name: 'x', role: 'target' }] }),
      /Only one column/,
    )
  })

  it('another format reads the same files again, as the next version', async () => {
    const made = await add(`price,n\n${rows(100, i => `${i % 12 === 0 ? 'tbd' : i / 4},${i}`)}\n`)
    const [price] = (await showDataset(kernel, caller, made.name)).schema
    assert.equal(price!.conversion?.cells, 9)
    const { type, format } = price!.conversion!
    const { ingestion } = await reviewSchema(kernel, caller, {
      dataset: made.name,
      columns: [{ name: 'price', type, format }],
    })
    for (let i = 0; i < 2000 && (await showIngestion(kernel, caller, ingestion!)).state !== 'succeeded'; i++)
      await new Promise(resolve => setTimeout(resolve, 25))
    const next = await showDataset(kernel, caller, made.name)
    assert.deepEqual([next.version, next.schema[0]!.type, next.schema[0]!.missing], [2, 'number', 9])
  })

  it('an upload that was cut off or changed on its way leaves nothing', async () => {
    const send = async function* () {
      yield new TextEncoder().encode('a,b\n1,2\n')
    }
    await assert.rejects(storeUpload(kernel, caller, send(), { expectedDigest: 'e'.repeat(64) }), /announced SHA-256/)
    await assert.rejects(storeUpload(kernel, caller, send(), { announcedBytes: 100 }), /8 of 100 bytes were received/)
    await assert.rejects(storeUpload(kernel, caller, send(), { maxBytes: 4 }), /larger than 4 bytes/)
  })

  it('huge numbers have a profile too', async () => {
    const made = await add(`n,m\n${rows(50, i => `${i % 2 ? '' : '-'}1.${i % 7}e308,${i}`)}\n`)
    assert.equal(made.state, 'succeeded', made.reason ?? '')
    assert.equal((await profileOf(made.name)).columns[0]!.count, 50)
  })

  it('a target or time that is not there is named with what is', async () => {
    assert.match(
      (await add(good, { target: 'Y2' })).reason!,
      /no column “Y2” to use as the target\. The columns are day, kind, x, y/,
    )
  })

  it("another project's digest, and an unknown one, are refused alike", async () => {
    const blob = await kernel.blobs.put(new TextEncoder().encode('a,b\n1,2\n'))
    await ownBlob(kernel.db, (await kernel.project()).projectId, blob)
    for (const digest of [blob.digest, 'e'.repeat(64)])
      await assert.rejects(
        addDataset(kernel, caller, { name: 'x', fileName: 'f.csv', digest }),
        /has no bytes with this digest/,
      )
  })

  it('a viewer may not add, and the refusal is audited', async () => {
    await assert.rejects(
      addDataset(kernel, { ...caller, role: 'viewer' }, { name: 'x', fileName: 'f.csv', digest: 'e'.repeat(64) }),
      /needs engineer/,
    )
  })
})
