import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import type { AddDatasetInput } from '#server/data/contract.ts'
import {
  addDataset,
  listDatasets,
  previewSource,
  reviewSchema,
  showDataset,
  showIngestion,
  showSourcePreview,
} from '#server/data/index.ts'
import { describeComparison } from '#server/data/previews/contract.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'
import { ingestFile } from './ingest-file.ts'
import { previewSource as previewHandler } from './preview-source.ts'

let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  const lanes = { interactive: 2, compute: 1, maintenance: 1 }
  loop = await startWorkerLoop(kernel, newId(), lanes, [ingestFile, previewHandler])
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

async function upload(content: string | Uint8Array) {
  const blob = await kernel.blobs.put(typeof content === 'string' ? new TextEncoder().encode(content) : content)
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  return blob.digest
}
async function until<T extends { state: string }>(ask: () => Promise<T>): Promise<T> {
  for (let i = 0; i < 4000; i++) {
    const answer = await ask()
    if (answer.state === 'succeeded' || answer.state === 'failed') return answer
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('it did not end')
}
async function add(name: string, content: string | Uint8Array, more: Partial<AddDatasetInput> = {}) {
  const digest = await upload(content)
  const { id } = await addDataset(kernel, caller, { name, fileName: 'file.csv', digest, ...more })
  return until(() => showIngestion(kernel, caller, id))
}
const show = (name: string) => showDataset(kernel, caller, name)
const lines = (n: number, row: (i: number) => string) => `${Array.from({ length: n }, (_, i) => row(i)).join('\n')}\n`
const base = (kinds: string[], from = 0) => `kind,x\n${lines(60, i => `${kinds[i % kinds.length]},${from + i / 4}`)}`

describe('appending', () => {
  it('rows go below, columns by name, differences in words; the same rows again make no version', async () => {
    await add('grow', 'a,b\n1,x\n2,y\n')
    const next = await add('grow', 'b,a,c\nz,3,7\n', { append: true })
    assert.deepEqual([next.state, next.created, next.version, next.rows], ['succeeded', true, 2, 3], next.reason ?? '')
    assert.match(next.warnings.join('\n'), /“c” is new; the cells are missing in the rows of v1\./)
    const again = await add('grow', 'b,a,c\nz,3,7\n', { append: true })
    assert.deepEqual([again.created, again.version], [false, 2])
    // Alone, the same rows are another table than below the first ones.
    const alone = await add('grow', 'b,a,c\nz,3,7\n')
    assert.deepEqual([alone.created, alone.version, alone.rows], [true, 3, 1])
  })

  it('numbers that become words are words from then on, and no cell is lost', async () => {
    await add('mixed', `a\n${lines(30, i => String(i))}`)
    const next = await add('mixed', `a\n${lines(30, i => `w${i % 3}`)}`, { append: true })
    assert.match(next.warnings.join('\n'), /“a” holds numbers in v1 and text in the new rows/)
    assert.equal((await show('mixed')).schema[0]!.missing, 0)
  })

  it('the rows of the version itself are not put below themselves', async () => {
    await add('self', 'a,b\n1,x\n2,y\n')
    const again = await add('self', 'a,b\n1,x\n2,y\n', { append: true })
    assert.deepEqual([again.state, again.created, again.version], ['succeeded', false, 1])
  })
})

describe('contract of a dataset', () => {
  it('decisions hold for later versions; one that breaks them is kept and says where', async () => {
    await add('held', base(['a', 'b']))
    await reviewSchema(kernel, caller, {
      dataset: 'held',
      columns: [
        { name: 'kind', domain: ['a', 'b'], nullable: false },
        { name: 'x', role: 'target', domain: { min: 0, max: 20 } },
      ],
    })
    const fine = await add('held', base(['b', 'a'], 1))
    assert.equal(fine.version, 2)
    const second = await show('held')
    assert.deepEqual(second.breaks, [])
    assert.equal(second.schema.find(c => c.name === 'x')!.role, 'target')
    assert.equal(second.contract.length, 2)
    const broken = await add('held', base(['a', 'b', 'c', ''], 10))
    assert.deepEqual([broken.state, broken.version], ['succeeded', 3])
    const { breaks } = await show('held')
    assert.match(breaks.join('\n'), /“kind” is not nullable, but 15 of 60 cells are missing\./)
    assert.match(breaks.join('\n'), /“kind” has “c”, which is not among its 2 allowed values\./)
    assert.match(breaks.join('\n'), /“x” ranges from 10 to 24\.75; allowed is 0 to 20\./)
  })

  it('a range for words, and words for numbers, are refused', async () => {
    await add('domains', base(['a', 'b']))
    const review = (name: string, domain: string[] | { min: number; max: number }) =>
      reviewSchema(kernel, caller, { dataset: 'domains', columns: [{ name, domain }] })
    await assert.rejects(review('kind', { min: 0, max: 1 }), /a list of values, not a range/)
    await assert.rejects(review('x', ['a']), /a range, not a list of values/)
  })

  it('what was decided before adding holds at once', async () => {
    await add('decided', base(['a', 'b']), { target: 'x', columns: [{ name: 'kind', role: 'group' }] })
    const { schema, contract } = await show('decided')
    assert.deepEqual(
      schema.map(c => c.role),
      ['group', 'target'],
    )
    assert.deepEqual(contract.map(c => c.role).sort(), ['group', 'target'])
  })
})

describe('preview of an upload', () => {
  it('shows rows, guesses with reasons and warnings, and registers nothing', async () => {
    const digest = await upload(
      zstdCompressSync(Buffer.from(`when,n\n${lines(50, i => `2020-01-01,${i % 5 ? i : '?'}`)}`)),
    )
    const { id } = await previewSource(kernel, caller, { fileName: 'f.csv.zst', digest })
    const { state, result, reason } = await until(() => showSourcePreview(kernel, caller, { id }))
    assert.equal(state, 'succeeded', reason ?? '')
    assert.deepEqual([result!.rows, result!.cells.length, result!.cells[1]], [50, 20, ['2020-01-01', '1']])
    assert.match(result!.warnings.join('\n'), /n: 10 of 50 cells are “\?” and are read as missing\./)
    assert.ok(result!.schema.every(c => c.reason !== ''))
    assert.ok(!(await listDatasets(kernel, caller)).items.some(d => d.dataset.startsWith('f')))
  })

  it('of a file for an existing dataset keeps its decisions and compares with the newest version', async () => {
    await add('staff', base(['HR', 'IT']), { target: 'x' })
    const digest = await upload(base(['HR', 'Legal', '']))
    const { id } = await previewSource(kernel, caller, { fileName: 'staff.csv', digest, name: 'staff' })
    const shown = await until(() => showSourcePreview(kernel, caller, { id, name: 'staff' }))
    assert.equal(shown.result?.schema.find(c => c.role === 'target')?.name, 'x')
    const { version, target, complete, changes } = shown.comparison!
    assert.deepEqual([version, target, complete], [1, 'x', true])
    assert.deepEqual(
      changes.map(c => [c.code, c.column]),
      [
        ['new-categories', 'kind'],
        ['missing-share', 'kind'],
      ],
    )
    assert.match(describeComparison(shown.comparison!), /^\d+ rows; v1 has \d+ rows\.$/)
    assert.equal((await showSourcePreview(kernel, caller, { id })).comparison, null)
    assert.equal((await showSourcePreview(kernel, caller, { id, name: 'nobody' })).comparison, null)
  })

  it('says which version is of the same bytes; fewer rows are never “no difference”', async () => {
    await add('twin', base(['a', 'b']))
    const compare = async (text: string) => {
      const { id } = await previewSource(kernel, caller, {
        fileName: 'twin.csv',
        digest: await upload(text),
        name: 'twin',
      })
      const { comparison } = await until(() => showSourcePreview(kernel, caller, { id, name: 'twin' }))
      return comparison!
    }
    const same = await compare(base(['a', 'b']))
    assert.equal(describeComparison(same), 'The same file as twin v1; adding it makes no version.')
    assert.equal(
      describeComparison(same, false),
      `Columns and shares are as in v1. ${same.rows} rows; v1 has ${same.rows} rows.`,
    )
    const half = await compare(base(['a', 'b']).split('\n').slice(0, 31).join('\n'))
    assert.equal(half.sameAs, null)
    assert.match(describeComparison(half), new RegExp(`30 rows; v1 has ${half.rows} rows\\.`))
    assert.notEqual(half.rows, 30)
    const again = await add('twin', base(['a', 'b']), { reading: {} })
    assert.equal(again.version, 1)
  })

  it('follows a format that was edited: first rows and counts are those of the decided format', async () => {
    const digest = await upload(`w\n${lines(40, i => `"${i + 1},${String(100 + i)}"`)}`)
    const first = async (format?: { number: { decimal: '.' | ','; group?: '.' | ',' } }) => {
      const columns = format && [{ name: 'w', type: 'number' as const, format }]
      const { id } = await previewSource(kernel, caller, { fileName: 'w.csv', digest, columns })
      const { result, reason } = await until(() => showSourcePreview(kernel, caller, { id }))
      assert.ok(result, reason ?? '')
      return result.cells[0]![0]
    }
    assert.equal(String(await first({ number: { decimal: ',' } })), '1.1')
    assert.equal(String(await first({ number: { decimal: '.', group: ',' } })), '1100')
  })

  it('a file that cannot be read says why', async () => {
    const { id } = await previewSource(kernel, caller, { fileName: 'f.csv', digest: await upload('a,b\n1,2\n1\n') })
    const { state, reason, offer } = await until(() => showSourcePreview(kernel, caller, { id }))
    assert.equal(state, 'failed')
    assert.match(reason!, /Line 3 of f\.csv has 1 cell.* Or skip 1 bad line\.$/)
    assert.deepEqual(offer, { option: 'skipBadLines', value: 1 })
  })

  it('the option that a failure offers mends it, in the preview and when the file is added', async () => {
    const text = `${base(['a', 'b'])}c\n1,2,3\n`
    const refused = await add('bad', text)
    assert.deepEqual([refused.state, refused.offer], ['failed', { option: 'skipBadLines', value: 2 }])
    const reading = { skipBadLines: refused.offer!.value }
    const { id } = await previewSource(kernel, caller, { fileName: 'bad.csv', digest: await upload(text), reading })
    const seen = await until(() => showSourcePreview(kernel, caller, { id }))
    assert.deepEqual([seen.offer, seen.result?.rows, seen.result?.detected], [null, 60, { badLines: 2 }])
    const added = await add('bad', text, { reading })
    assert.deepEqual([added.state, added.rows, added.offer], ['succeeded', 60, null])
  })

  it('a preview says what its options could decide otherwise', async () => {
    const preview = async (fileName: string, content: string | Uint8Array) => {
      const { id } = await previewSource(kernel, caller, { fileName, digest: await upload(content) })
      return (await until(() => showSourcePreview(kernel, caller, { id }))).result?.detected
    }
    const nested = lines(30, i => JSON.stringify({ a: i, user: { age: i % 7 } }))
    assert.deepEqual(await preview('n.ndjson', nested), { nested: ['user'] })
    const latin = Buffer.from(`name,x\n${lines(30, i => `M\u00fcller,${i}`)}`, 'latin1')
    assert.deepEqual(await preview('l.csv', latin), { encoding: 'windows-1252' })
    const titled = `Sales of 2024\n\na,b\n${lines(30, i => `${i},x`)}`
    assert.deepEqual(await preview('t.csv', titled), { skippedLines: 2 })
  })

  it('a viewer may not upload, so not preview', async () => {
    const viewer: Caller = { ...caller, role: 'viewer' }
    await assert.rejects(previewSource(kernel, viewer, { fileName: 'f.csv', digest: 'e'.repeat(64) }), /needs engineer/)
  })
})

describe('guesses on real files, and on columns made after them', () => {
  it('bike sharing: the counter is an id, the only dates are the time, leaks stay features', async () => {
    await add('bikes', await readFile(new URL('../../bin/sample-data/bike-sharing-hourly.csv', import.meta.url)))
    const roles = Object.fromEntries((await show('bikes')).schema.map(c => [c.name, `${c.type}/${c.role}`]))
    assert.deepEqual(
      [roles.instant, roles.dteday, roles.hr, roles.temp, roles.cnt],
      ['id/id', 'datetime/time', 'integer/feature', 'number/feature', 'integer/feature'],
    )
    const [instant, dteday] = (await show('bikes')).schema
    assert.match(instant!.reason, /counts the rows → id/)
    assert.match(dteday!.reason, /the only date column → time/)
  })

  it('titanic: missing cells are counted, true and false are told from words', async () => {
    await add('titanic', await readFile(new URL('./testing-data/titanic.csv', import.meta.url)))
    const { schema, warnings } = await show('titanic')
    const of = (name: string) => schema.find(c => c.name === name)!
    assert.deepEqual([of('age').missing, of('deck').missing, of('embarked').missing], [177, 688, 2])
    assert.deepEqual([of('adult_male').type, of('class').type, of('fare').type], ['boolean', 'category', 'number'])
    assert.deepEqual([of('alive').type, of('alive').domain], ['category', ['no', 'yes']], 'yes stays yes')
    assert.match(warnings.join('\n'), /deck: 77\.2 % of the cells are missing\./)
  })

  it('census, hotels, telephone, states: ? and blanks are missing, not_applicable and NA among codes are words', async () => {
    const states = ['CA', 'NV', 'NA', 'DE', 'FR']
    await add(
      'alike',
      `workclass,company,total_charges,country,zip,fnlwgt,customer_id\n${lines(500, i =>
        [
          i % 20 === 0 ? '?' : ['Private', 'State-gov', 'Self-emp'][i % 3],
          i % 3 === 0 ? 'not_applicable' : `company_${i % 7}`,
          i % 45 === 0 ? '" "' : (i * 1.35 + 0.25).toFixed(2),
          states[i % 5],
          String(1000 + (i % 90)).padStart(5, '0'),
          String(20_000 + ((i * 7919) % 90_001)),
          `u${i % 100}`,
        ].join(','),
      )}`,
    )
    const { schema, warnings } = await show('alike')
    assert.deepEqual(
      schema.map(c => `${c.name} ${c.type}/${c.role} ${c.missing}`),
      [
        'workclass category/feature 25',
        'company category/feature 0',
        'total_charges number/feature 12',
        'country category/feature 0',
        'zip category/feature 0',
        'fnlwgt integer/weight 0',
        'customer_id category/group 0',
      ],
    )
    const text = warnings.join('\n')
    assert.match(text, /workclass: 25 of 500 cells are “\?” and are read as missing\./)
    assert.match(text, /company: “not_applicable” looks like a missing value but is kept as text\./)
    assert.match(text, /total_charges: 12 of 500 cells are blank and are read as missing\./)
    assert.match(text, /country: “NA” is kept as text/)
    assert.match(text, /zip: numbers with leading zeros are kept as text/)
  })
})
