import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import type { DiffInput } from '#server/data/diff/contract.ts'
import { compareTwo, listDatasets, reviewSchema, searchLeaks, showDiff, showLeaks } from '#server/data/index.ts'
import type { LeaksInput } from '#server/data/leaks/contract.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { readLaunchOptions } from '#server/training/index.ts'
import { addData } from '#server/training/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller
let bikes: string
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  bikes = await readFile('bin/sample-data/bike-sharing-hourly.csv', 'utf8')
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

async function until<T extends { state: string; reason: string | null }>(ask: () => Promise<T>): Promise<T> {
  for (let i = 0; i < 2000; i++) {
    const answer = await ask()
    if (answer.state === 'succeeded') return answer
    assert.notEqual(answer.state, 'failed', answer.reason ?? '')
    await new Promise(resolve => setTimeout(resolve, 30))
  }
  throw new Error('the work did not end')
}
const leaksOf = (input: LeaksInput) => until(() => showLeaks(kernel, caller, input))
const diffOf = async (input: DiffInput) => {
  await compareTwo(kernel, caller, input)
  const { result, ...answer } = await until(() => showDiff(kernel, caller, input))
  return { ...answer, ...result! }
}

describe('leaks', () => {
  it('bike sharing: the two that add up are found by themselves once the target is known', async () => {
    await addData(kernel, caller, 'bikes', bikes, { target: 'cnt', time: 'dteday' })
    const found = await leaksOf({ dataset: 'bikes' })
    assert.deepEqual([found.target, found.split], ['cnt', 'time'])
    assert.deepEqual(
      found.findings.map(f => [f.column, f.kind, f.severity, f.ignored]),
      [['casual + registered', 'sum', 'block', false]],
    )
    assert.equal(found.findings[0]!.evidence, 'casual + registered = cnt in all 17,379 rows where the three are known.')
    assert.deepEqual([found.verdict, found.evidence!.unscored], ['found', null])
    assert.ok(found.evidence!.columns > 10 && found.evidence!.strongest.length === 5)
    const [listed] = (await listDatasets(kernel, caller)).items
    assert.deepEqual(listed!.leaks, { state: 'checked', found: 1 })
  })

  it('an ignored part does no harm, and training warns of what is used only', async () => {
    const warned = async () =>
      (await readLaunchOptions(kernel, caller, { data: 'bikes', target: 'cnt' })).columns
        .filter(c => c.warning)
        .map(c => c.name)
    assert.deepEqual(await warned(), ['casual', 'registered'])
    await reviewSchema(kernel, caller, { dataset: 'bikes@1', columns: [{ name: 'casual', role: 'ignore' }] })
    const { state, findings } = await showLeaks(kernel, caller, { dataset: 'bikes' })
    assert.deepEqual([state, findings[0]!.ignored], ['succeeded', true])
    assert.deepEqual((await listDatasets(kernel, caller)).items[0]!.leaks.found, 0)
    assert.deepEqual(await warned(), [])
  })

  it('titanic: another target is looked at as soon as it has the role', async () => {
    await addData(kernel, caller, 'titanic', await readFile('jobs/data/testing-data/titanic.csv', 'utf8'))
    assert.deepEqual((await showLeaks(kernel, caller, { dataset: 'titanic' })).state, 'absent')
    await reviewSchema(kernel, caller, { dataset: 'titanic', columns: [{ name: 'survived', role: 'target' }] })
    const found = await leaksOf({ dataset: 'titanic' })
    assert.deepEqual(
      found.findings.filter(f => f.severity !== 'info').map(f => [f.column, f.kind, f.severity]),
      [['alive', 'other-words', 'block']],
    )
    await searchLeaks(kernel, caller, { dataset: 'titanic', target: 'alive' })
    const other = await leaksOf({ dataset: 'titanic', target: 'alive' })
    assert.deepEqual([other.target, other.findings[0]!.column], ['alive', 'survived'])
  })

  it('without a target there is nothing to ask, and an unknown one is refused in words', async () => {
    await addData(
      kernel,
      caller,
      'plain',
      `a,b\n${Array.from({ length: 40 }, (_, i) => `${i % 7},x${i % 3}`).join('\n')}\n`,
    )
    assert.equal((await showLeaks(kernel, caller, { dataset: 'plain' })).target, null)
    await assert.rejects(searchLeaks(kernel, caller, { dataset: 'plain' }), /No column of plain v1 is the target/)
    await assert.rejects(showLeaks(kernel, caller, { dataset: 'plain', target: 'c' }), /has no column “c”/)
  })

  it('another project sees nothing of it', async () => {
    const stranger: Caller = { ...caller, scope: await kernel.project() }
    await assert.rejects(showLeaks(kernel, stranger, { dataset: 'bikes' }), /There is no dataset/)
    await assert.rejects(compareTwo(kernel, stranger, { before: 'bikes', after: 'bikes' }), /There is no dataset/)
  })
})

describe('what differs between two versions', () => {
  const lines = (rows: (string | number)[][]) => `${rows.map(r => r.join(',')).join('\n')}\n`
  const table = (n: number, row: (i: number) => (string | number)[]) => Array.from({ length: n }, (_, i) => row(i))
  const add = (name: string, head: string[], rows: (string | number)[][]) =>
    addData(kernel, caller, name, lines([head, ...rows]))

  it('rows by a key: added, removed, changed, with the cells that changed', async () => {
    const row = (i: number) => [`k${i}`, i % 11, `word ${i % 4}`]
    await add('keyed', ['id', 'x', 'kind'], table(300, row))
    const changed = table(310, row)
      .slice(10)
      .map((r, i) => (i < 5 ? [r[0]!, 99, r[2]!] : r))
    await add('keyed', ['id', 'x', 'kind'], changed)
    const diff = await diffOf({ before: 'keyed@1', after: 'keyed@2', key: ['id'] })
    assert.deepEqual(diff.rows, { added: 10, removed: 10, changed: 5, same: 285 })
    const moved = diff.sample.rows.filter(r => r.change === 'changed')
    assert.equal(moved.length, 5)
    assert.deepEqual(
      moved.map(r => r.cells.map(k => [diff.sample.columns[k], r.before![k], r.after![k]])),
      Array.from({ length: 5 }, (_, i) => [['x', (10 + i) % 11, 99]]),
    )
    assert.equal(diff.columns.find(c => c.name === 'x')!.changed, 5)
    const whole = await diffOf({ before: 'keyed@1', after: 'keyed@2', key: [] })
    assert.deepEqual(whole.rows, { added: 15, removed: 15, changed: 0, same: 285 })
  })

  it('is made once, and the second question finds it', async () => {
    const jobs = async () =>
      (await kernel.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM jobs WHERE name = 'data.diff-versions'`)[0]!.n
    const before = await jobs()
    const again = await compareTwo(kernel, caller, { before: 'keyed@1', after: 'keyed@2', key: ['id'] })
    assert.deepEqual([again.state, again.result!.rows.changed, await jobs()], ['succeeded', 5, before])
  })

  it('a version with itself differs in nothing', async () => {
    const diff = await diffOf({ before: 'keyed@1', after: 'keyed@1', key: [] })
    assert.deepEqual(diff.rows, { added: 0, removed: 0, changed: 0, same: 300 })
    assert.deepEqual(
      diff.columns.filter(c => c.drifted || c.statistic !== 0),
      [],
    )
  })

  it('a key that repeats is said, and whole rows are compared as often as they come', async () => {
    await add(
      'repeated',
      ['k', 'x'],
      table(100, i => [`g${i % 20}`, i % 5]),
    )
    await add(
      'repeated',
      ['k', 'x'],
      table(120, i => [`g${i % 20}`, i % 5]),
    )
    const diff = await diffOf({ before: 'repeated@1', after: 'repeated@2', key: ['k'] })
    assert.deepEqual([diff.key, diff.rows], [[], { added: 20, removed: 0, changed: 0, same: 100 }])
    assert.match(
      diff.notes[0]!,
      /“k” is not a unique key: 20 values in repeated v1 and 20 values in repeated v2 occur more than once/,
    )
  })

  it('columns that came, went and changed their type, under hostile names', async () => {
    const [quote, drop, kept] = ['"""say ""hi"""""', "'; DROP TABLE x; --", 'file_row_number']
    await add(
      'shape',
      [quote!, kept!, 'n'],
      table(60, i => [`q${i % 3}`, i, i % 9]),
    )
    await add(
      'shape',
      [drop!, kept!, 'n'],
      table(60, i => [`q${i % 3}`, i, i === 7 ? 'seven' : i % 9]),
    )
    const { schema, rows, notes } = await diffOf({ before: 'shape@1', after: 'shape@2', key: [kept!] })
    assert.deepEqual([schema.removed.length, schema.added.length, schema.changed], [1, 1, ['n']])
    assert.deepEqual([schema.removed[0], schema.added[0]], ['"say "hi""', drop])
    assert.deepEqual(rows, { added: 0, removed: 0, changed: 1, same: 59 })
    assert.ok(notes.some(n => /“n” changed type and is compared as text/.test(n)))
  })

  it('nothing in common: every row went and came', async () => {
    await add(
      'apart',
      ['a', 'b'],
      table(30, i => [i, i % 3]),
    )
    await add(
      'apart',
      ['c', 'd'],
      table(40, i => [i * 2, i % 4]),
    )
    const diff = await diffOf({ before: 'apart@1', after: 'apart@2' })
    assert.deepEqual(diff.rows, { added: 40, removed: 30, changed: 0, same: 0 })
    assert.deepEqual([diff.columns, diff.sample.rows], [[], []])
    assert.match(diff.notes[0]!, /no column in common/)
    await assert.rejects(
      compareTwo(kernel, caller, { before: 'apart@1', after: 'apart@2', key: ['a'] }),
      /Rows cannot be matched by “a”: apart v2 has no such column/,
    )
  })

  it('a shifted column is told from a stable one, each by its own test, on shared bins', async () => {
    await add(
      'shift',
      ['x', 'y', 'kind'],
      table(900, i => [(i * 37) % 499, (i * 53) % 701, 'abc'[i % 3]!]),
    )
    await add(
      'shift',
      ['x', 'y', 'kind'],
      table(900, i => [((i * 37) % 499) + 200, (i * 53) % 701, i % 3 ? 'a' : 'z']),
    )
    const { columns } = await diffOf({ before: 'shift@1', after: 'shift@2' })
    const of = (name: string) => columns.find(c => c.name === name)!
    assert.deepEqual(
      ['x', 'y', 'kind'].map(name => [of(name).test, of(name).drifted]),
      [
        ['ks', true],
        ['ks', false],
        ['psi', true],
      ],
    )
    const spread = of('x').spread
    assert.ok(spread.kind === 'bins' && spread.bins[0]!.after === 0 && spread.bins.at(-1)!.before === 0)
    const sum = (list: number[]) => Math.round(1000 * list.reduce((a, b) => a + b, 0)) / 1000
    assert.deepEqual([sum(spread.bins.map(b => b.before)), sum(spread.bins.map(b => b.after))], [1, 1])
    const kinds = of('kind').spread
    assert.ok(kinds.kind === 'values' && kinds.values.some(v => v.value === 'z' && v.before === 0 && v.after > 0.3))
  })
})
