import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Caller } from '#server/access/caller.ts'
import { addDataset, listDatasets, showDataset, showIngestion } from '#server/data/index.ts'
import { ownBlob } from '#server/kernel/blobs.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/kernel/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller
before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal' })
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
  for (let i = 0; i < 400; i++) {
    const ingestion = await showIngestion(kernel, caller, id)
    if (ingestion.state === 'done' || ingestion.state === 'failed') return { ...ingestion, name }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the ingestion did not end')
}
async function profileOf(name: string) {
  for (let i = 0; i < 400; i++) {
    const { profile, profileState, profileReason } = await showDataset(kernel, caller, name)
    if (profile) return profile
    assert.notEqual(profileState, 'failed', profileReason ?? '')
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
      ['done', true, 1, 100, 4],
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
    ['gzip', new Uint8Array(gzipSync(good)), 'f.csv.gz', 4],
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
      assert.deepEqual([made.state, made.columns], ['done', columns], made.reason ?? '')
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
    ['doubled names', 'a,b,a\n1,2,3\n', /“a” appears more than once/],
    ['an empty name', 'a,,c\n1,2,3\n', /Column 2 of file\.csv has no name/],
    ['a header without rows', 'a,b,c\n', /no rows/],
  ]
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
    assert.match(made.warnings.join(), /n: 3 of 1000 cells are no numbers \(“oops”\) and are read as missing/)
    const { schema } = await showDataset(kernel, caller, made.name)
    assert.deepEqual([schema[0]!.type, schema[0]!.missing], ['number', 3])
  })

  it('a target or time that is not there is named with what is', async () => {
    assert.match(
      (await add(good, { target: 'Y2' })).reason!,
      /no column “Y2” to be the target\. The columns are day, kind, x, y/,
    )
  })

  it("another project's digest, and an unknown one, are refused alike", async () => {
    const blob = await kernel.blobs.put(new TextEncoder().encode('a,b\n1,2\n'))
    await ownBlob(kernel.db, (await kernel.project()).projectId, blob)
    for (const digest of [blob.digest, 'e'.repeat(64)])
      await assert.rejects(
        addDataset(kernel, caller, { name: 'x', fileName: 'f.csv', digest }),
        /no such bytes in this project/,
      )
  })

  it('a viewer may not add, and the refusal is audited', async () => {
    await assert.rejects(
      addDataset(kernel, { ...caller, role: 'viewer' }, { name: 'x', fileName: 'f.csv', digest: 'e'.repeat(64) }),
      /needs engineer/,
    )
  })
})
