import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import {
  addDataset,
  browseRows,
  profileDataset,
  recomputeRelations,
  reviewSchema,
  showColumn,
  summarizeProfile,
  zoomHistogram,
} from '#server/data/index.ts'
import type { ProfileAnswer } from '#server/data/profile/contract.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
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

async function until<T>(ask: () => Promise<T>, there: (answer: T) => boolean): Promise<T> {
  for (let i = 0; i < 4000; i++) {
    const answer = await ask()
    if (there(answer)) return answer
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('it did not come')
}

/** A profile with its correlations. */
async function profiled(name: string, content: string | Uint8Array, target?: string): Promise<ProfileAnswer> {
  const blob = await kernel.blobs.put(typeof content === 'string' ? new TextEncoder().encode(content) : content)
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  await addDataset(kernel, caller, { name, fileName: 'file.csv', digest: blob.digest, target })
  return until(
    () => profileDataset(kernel, caller, name).catch(() => undefined),
    p => p?.relationsState === 'succeeded' || p?.state === 'failed' || p?.relationsState === 'failed',
  ) as Promise<ProfileAnswer>
}
const lines = (n: number, row: (i: number) => string) => Array.from({ length: n }, (_, i) => row(i)).join('\n')

describe('profile of a version', () => {
  it('warns of a real table as a statistician would, and relates its columns to the target', async () => {
    const file = await readFile(new URL('../../bin/sample-data/bike-sharing-hourly.csv', import.meta.url))
    const profile = await profiled('bikes', file, 'cnt')
    assert.equal(profile.state, 'succeeded', profile.reason ?? '')
    assert.deepEqual([profile.rows, profile.duplicateRows], [17_379, 0])
    assert.deepEqual(profile.warnings.map(w => `${w.kind} ${w.column}${w.other ? ` ${w.other}` : ''}`).sort(), [
      'correlated temp atemp',
      'dominant holiday',
      'skewed casual',
    ])
    const cnt = profile.columns.find(c => c.name === 'cnt')!
    // As pandas has them.
    assert.ok(Math.abs(cnt.mean! - 189.46308763450142) < 1e-9)
    assert.ok(Math.abs(cnt.sd! - 181.38759909186476) < 1e-9)
    assert.deepEqual([cnt.quantiles['0.25'], cnt.quantiles['0.5'], cnt.quantiles['0.75']], [40, 142, 281])
    assert.deepEqual([cnt.distinct, cnt.distinctExact], [869, true])
    const relations = profile.correlations!
    assert.deepEqual([relations.exact, relations.sampledRows, relations.target], [true, 17_379, 'cnt'])
    const by = new Map(relations.targetRelations.map(r => [r.column, r]))
    assert.ok(Math.abs(by.get('temp')!.value! - 0.40477227577740377) < 1e-9)
    assert.equal(by.get('temp')!.direction, 'up')
    assert.equal(by.get('hum')!.direction, 'down')
    assert.equal(relations.targetRelations[0]!.column, 'registered')
  })

  it('gives the page a line per column, and all of one column when it is opened', async () => {
    const summary = await summarizeProfile(kernel, caller, 'bikes')
    assert.equal(summary.columns.length, 17)
    const hour = summary.columns.find(c => c.name === 'hr')!
    assert.deepEqual([hour.type, hour.missing, hour.distinct, hour.barsOf], ['integer', 0, 24, 'histogram'])
    assert.match(hour.bars, /^[89]{12}$/)
    assert.ok(summary.columns.every(c => !('histogram' in c)))
    const open = await showColumn(kernel, caller, { dataset: 'bikes', column: 'hr' })
    assert.equal(
      open.histogram.reduce((sum, b) => sum + b.count, 0),
      17_379,
    )
    await assert.rejects(showColumn(kernel, caller, { dataset: 'bikes', column: 'gone' }), /no column “gone”/)
  })

  it('a bar of a finer histogram holds as many rows as the browser shows for it', async () => {
    const { bins } = await zoomHistogram(kernel, caller, { dataset: 'bikes', column: 'temp', from: 0.3, to: 0.7 })
    assert.equal(bins.length, 40)
    const bin = bins[17]!
    const shown = await browseRows(kernel, caller, {
      dataset: 'bikes',
      filters: [{ is: 'between', column: 'temp', from: bin.from, to: bin.to }],
    })
    assert.equal(shown.matching, bin.count)
    const whole = await zoomHistogram(kernel, caller, { dataset: 'bikes', column: 'hr', from: 5, to: 9 })
    assert.deepEqual(
      whole.bins.map(b => b.from),
      [5, 6, 7, 8],
    )
    const days = (await showColumn(kernel, caller, { dataset: 'bikes', column: 'dteday' })).histogram
    const time = await zoomHistogram(kernel, caller, {
      dataset: 'bikes',
      column: 'dteday',
      from: days[0]!.from,
      to: days.at(-1)!.to,
    })
    assert.equal(
      time.bins.reduce((sum, b) => sum + b.count, 0),
      17_379,
    )
    await assert.rejects(
      zoomHistogram(kernel, caller, { dataset: 'bikes', column: 'hr', from: 9, to: 5 }),
      /must be below its end/,
    )
  })

  it('columns are related anew to another target', async () => {
    await reviewSchema(kernel, caller, {
      dataset: 'bikes',
      columns: [
        { name: 'casual', role: 'target' },
        { name: 'cnt', role: 'feature' },
      ],
    })
    assert.equal((await summarizeProfile(kernel, caller, 'bikes')).relationsStale, true)
    await recomputeRelations(kernel, caller, 'bikes')
    const after = await until(
      () => summarizeProfile(kernel, caller, 'bikes'),
      s => s.relationsState === 'succeeded',
    )
    assert.deepEqual([after.relationsStale, after.relations!.target], [false, 'casual'])
  })

  it('a strange table: empty, constant, infinite, repeated, mostly one value, words for missing', async () => {
    const row = (i: number) =>
      `${i % 7 === 0 ? '?' : `k${i % 5}`},same,,${i < 5 ? 'inf' : i % 9},${i % 40 === 0 ? 1 : 0}`
    const profile = await profiled('strange', `kind,one,none,far,rare\n${lines(300, row)}\n${row(1)}\n`, 'rare')
    const found = profile.warnings.map(w => `${w.kind} ${w.column}`)
    for (const wanted of ['constant one', 'constant none', 'duplicates null', 'imbalance rare'])
      assert.ok(found.includes(wanted), `${wanted} in ${found.join(', ')}`)
    const severities = profile.warnings.map(w => w.severity)
    const own = severities.slice(0, profile.warnings.length - profile.correlations!.warnings.length)
    assert.deepEqual(
      own,
      [...own].sort((a, b) => 'high medium low'.indexOf(a) - 'high medium low'.indexOf(b)),
    )
  })
})

describe('rows of a version', () => {
  const ask = (more: object) => browseRows(kernel, caller, { dataset: 'rows', ...more })
  before(async () => {
    await profiled(
      'rows',
      `day,word,n,i,flag\n${lines(1000, i => `2024-01-${String(1 + (i % 28)).padStart(2, '0')},${i % 10 === 0 ? '' : `Word ${i % 3}`},${i / 4},${(i * 37) % 1000},${i % 2 === 0}`)}\n`,
    )
  })

  it('come in file order, a page at a time, with their places', async () => {
    const page = await ask({ offset: 998, rows: 50 })
    assert.deepEqual([page.matching, page.places], [1000, [998, 999]])
    assert.deepEqual(page.cells[1], ['2024-01-20', 'Word 0', 249.75, 963, false])
  })

  it('are sorted by a column, missing ones last, equal ones in file order', async () => {
    const up = await ask({ sort: { column: 'i', down: false }, rows: 3 })
    assert.deepEqual(
      up.cells.map(r => r[3]),
      [0, 1, 2],
    )
    const words = await ask({ sort: { column: 'word', down: true }, rows: 3 })
    assert.deepEqual(words.places, [2, 5, 8])
    const last = await ask({ sort: { column: 'word', down: true }, offset: 999, rows: 1 })
    assert.equal(last.cells[0]![1], null)
  })

  it('are filtered by every kind of condition, together', async () => {
    const matching = async (...filters: object[]) => (await ask({ filters, rows: 1 })).matching
    assert.equal(await matching({ is: 'missing', column: 'word' }), 100)
    assert.equal(await matching({ is: 'present', column: 'word' }), 900)
    assert.equal(await matching({ is: 'contains', column: 'word', text: 'wORD 1' }), 300)
    assert.equal(await matching({ is: 'equal', column: 'word', value: 'Word 1' }), 300)
    assert.equal(await matching({ is: 'equal', column: 'i', value: '37' }), 1)
    assert.equal(await matching({ is: 'equal', column: 'n', value: 2.25 }), 1)
    assert.equal(await matching({ is: 'equal', column: 'flag', value: 'true' }), 500)
    assert.equal(await matching({ is: 'equal', column: 'day', value: '2024-01-03' }), 36)
    assert.equal(await matching({ is: 'between', column: 'n', from: 10, to: 20 }), 40)
    assert.equal(await matching({ is: 'between', column: 'n', from: 10, to: 20, withEnd: true }), 41)
    assert.equal(await matching({ is: 'between', column: 'day', from: Date.UTC(2024, 0, 27) }), 70)
    assert.equal(
      await matching({ is: 'equal', column: 'flag', value: 'true' }, { is: 'between', column: 'n', to: 1 }),
      2,
    )
    assert.equal(await matching({ is: 'equal', column: 'word', value: "x' OR 'a'='a" }), 0)
    assert.equal(await matching({ is: 'equal', column: 'n', value: 'no number' }), 0)
  })

  it('refuse columns that are not there', async () => {
    await assert.rejects(ask({ sort: { column: 'gone', down: true } }), /no column “gone”/)
    await assert.rejects(ask({ filters: [{ is: 'missing', column: 'gone' }] }), /no column “gone”/)
  })
})
