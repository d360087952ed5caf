import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq } from 'drizzle-orm'
import { events, runs } from '#db/schema/index.ts'
import { createRandom, frameFromRows, frameSpecs, type Schema, trainPipeline } from '#ml/index.ts'
import { ROLES } from '#server/access/contract.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { addDataset, showIngestion } from '#server/data/index.ts'
import { listEvaluations, showEvaluation, startEvaluation } from '#server/evaluation/index.ts'
import { nameEvaluations } from '#server/evaluation/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { cancelJob } from '#server/orchestration/index.ts'
import { usersOf } from '#server/platform/links.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { callerOf, insertDoneRun } from '#server/serving/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

const HOMES: Schema = {
  columns: [
    { name: 'area', type: 'number', role: 'feature', nullable: true },
    { name: 'kind', type: 'category', role: 'feature', nullable: true },
    { name: 'price', type: 'number', role: 'target', nullable: true },
    { name: 'sold', type: 'boolean', role: 'target', nullable: true },
  ],
}
const homes = (count: number, noise: number, seed: number) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const area = Math.round(random.next() * 1000) / 10
    const kind = ['flat', 'house'][random.integer(2)]!
    const price = 2 * area + (kind === 'house' ? 30 : 0) + noise * random.normal()
    return { area, kind, price, sold: price > 100 }
  })
}
const csv = (rows: object[]) =>
  `${Object.keys(rows[0]!).join(',')}\n${rows.map(r => Object.values(r).join(',')).join('\n')}\n`

let kernel: TestKernel
let loop: WorkerLoop
let scope: ProjectScope
let regression: string
let binary: string

const slots = { interactive: 2, compute: 1, maintenance: 1 }
const caller = () => callerOf(scope)
const refused = (code: string, words?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AppError, String(error))
  assert.equal(error.code, code)
  if (words) assert.match(`${error.message} ${JSON.stringify(error.details ?? [])}`, words)
  return true
}

async function train(target: 'price' | 'sold') {
  const { bundle } = await trainPipeline({
    frame: frameFromRows(frameSpecs(HOMES), homes(400, 5, 1)),
    schema: { columns: HOMES.columns.filter(c => c.role !== 'target' || c.name === target) },
    target,
    trainerId: 'linear',
    seed: 1,
    now: () => 0,
  })
  return insertDoneRun(kernel, scope, bundle)
}
async function addData(name: string, content: string) {
  const blob = await kernel.blobs.put(new TextEncoder().encode(content))
  await ownBlob(kernel.db, scope.projectId, blob)
  const { id } = await addDataset(kernel, caller(), { name, fileName: `${name}.csv`, digest: blob.digest })
  for (let i = 0; i < 600; i++) {
    const { state, reason } = await showIngestion(kernel, caller(), id)
    assert.notEqual(state, 'failed', reason ?? '')
    if (state === 'succeeded') return
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the ingestion did not end')
}
async function ends(id: string) {
  for (let i = 0; i < 1200; i++) {
    const seen = await showEvaluation(kernel, caller(), id)
    if (seen.state !== 'queued' && seen.state !== 'running') return seen
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the evaluation did not end')
}

before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), slots, handlers)
  scope = await kernel.project()
  regression = await train('price')
  binary = await train('sold')
  await addData('homes', csv(homes(3000, 5, 2)))
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

describe('a model measured on the rows of a version', () => {
  it('regression: every metric with its interval, and curves', async () => {
    const started = await startEvaluation(kernel, caller(), { run: regression, data: 'homes' })
    assert.equal(started.created, true)
    const seen = await ends(started.id)
    assert.equal(seen.state, 'succeeded', seen.reason ?? '')
    const [named] = await nameEvaluations(kernel.db, scope, [started.id])
    assert.deepEqual(named, { id: started.id, name: `${seen.runName} on homes v1` })
    assert.deepEqual([seen.task, seen.target, seen.metric, seen.direction], ['regression', 'price', 'rmse', 'minimize'])
    assert.deepEqual([seen.rows, seen.rowsWithoutTarget, seen.rowsUnknownClass], [3000, 0, 0])
    const { value, low, high } = seen.intervals.rmse!
    assert.ok(value! > 4.5 && value! < 5.5, `${value}`)
    assert.ok(low! < value! && value! < high!)
    assert.ok(seen.intervals.r2!.value! > 0.98)
    assert.equal(seen.curves?.kind, 'regression')
    assert.ok(seen.measured?.value === value && seen.endedAt)
    const [item] = (await listEvaluations(kernel, caller())).items
    assert.deepEqual([item!.id, item!.rows, item!.measured?.value], [seen.id, 3000, value])
    const told = await kernel.db.select().from(events).where(eq(events.subjectId, seen.id))
    assert.deepEqual(told.map(e => e.type).sort(), ['evaluation.evaluation-completed', 'evaluation.evaluation-started'])
    assert.equal((await usersOf(kernel.db, scope, { kind: 'run', id: regression }))[0]?.relation, 'measures')
  })

  it('the same model on the same rows is not measured again', async () => {
    const again = await startEvaluation(kernel, caller(), { run: regression, data: 'homes@1' })
    assert.equal(again.created, false)
    assert.equal((await listEvaluations(kernel, caller())).items.length, 1)
  })

  it('classes: truth values of the file, rows without a target left out', async () => {
    const rows = homes(500, 5, 3).map((r, i) => ({ ...r, sold: i % 10 === 0 ? '' : r.sold ? 'true' : 'false' }))
    await addData('gaps', csv(rows))
    const seen = await ends((await startEvaluation(kernel, caller(), { run: binary, data: 'gaps' })).id)
    assert.equal(seen.state, 'succeeded', seen.reason ?? '')
    assert.deepEqual([seen.task, seen.metric, seen.rows, seen.rowsWithoutTarget], ['binary', 'roc_auc', 450, 50])
    assert.ok(seen.intervals.roc_auc!.value! > 0.95)
    assert.equal(seen.curves?.kind, 'classification')
  })

  it('a class that the model does not know is left out and counted', async () => {
    const rows = homes(100, 5, 3).map((r, i) => ({ ...r, sold: i < 3 ? 'maybe' : r.sold ? 'yes' : 'no' }))
    await addData('maybes', csv(rows))
    const seen = await ends((await startEvaluation(kernel, caller(), { run: binary, data: 'maybes' })).id)
    assert.equal(seen.state, 'succeeded', seen.reason ?? '')
    assert.deepEqual([seen.rows, seen.rowsUnknownClass], [97, 3])
  })

  it('a missing cell, a fraction, a new level or another order of columns fail no evaluation', async () => {
    const schema: Schema = {
      columns: HOMES.columns
        .filter(c => c.name !== 'sold')
        .map(c => ({ ...c, nullable: false, ...(c.name === 'area' ? { type: 'integer' as const } : {}) })),
    }
    const whole = homes(300, 5, 7).map(r => ({ ...r, area: Math.round(r.area) }))
    const { bundle } = await trainPipeline({
      frame: frameFromRows(frameSpecs(schema), whole),
      schema,
      target: 'price',
      trainerId: 'gbdt',
      seed: 1,
      now: () => 0,
    })
    const run = await insertDoneRun(kernel, scope, bundle)
    const odd = [{ kind: ' flat ', area: 10.5 }, { kind: 'castle' }, { area: '' }].map(change => ({
      ...whole[0]!,
      ...change,
    }))
    await addData('odd', csv([...odd, ...whole].map(({ kind, price, area }) => ({ price, kind, area }))))
    const seen = await ends((await startEvaluation(kernel, caller(), { run, data: 'odd' })).id)
    assert.equal(seen.state, 'succeeded', seen.reason ?? '')
    assert.equal(seen.rows, 303)
    assert.ok(Number.isFinite(seen.intervals.rmse!.value))
  })

  it('columns that are missing or hold something else are named before anything starts', async () => {
    await addData('bare', csv(homes(50, 5, 4).map(({ area, sold }) => ({ area, sold }))))
    await assert.rejects(
      startEvaluation(kernel, caller(), { run: regression, data: 'bare' }),
      refused('invalid', /bare v1.*2 columns do not fit.*kind.*price.*no such column/),
    )
    await addData('words', csv(homes(50, 5, 4).map(r => ({ ...r, area: `about ${r.area} sq` }))))
    await assert.rejects(
      startEvaluation(kernel, caller(), { run: regression, data: 'words' }),
      refused('invalid', /a column does not fit.*area.*a number.*a word/),
    )
  })

  it('a target that is nowhere known fails in words', async () => {
    const rows = homes(50, 5, 5).map(({ price: _, ...r }) => ({ ...r, price: '' }))
    await addData('empty', csv(rows))
    const seen = await ends((await startEvaluation(kernel, caller(), { run: regression, data: 'empty' })).id)
    assert.equal(seen.state, 'failed')
    assert.match(seen.reason!, /“price” is empty in every row of empty v1/)
    const again = await startEvaluation(kernel, caller(), { run: regression, data: 'empty' })
    assert.equal(again.created, true, 'a failed one may be tried again')
    await ends(again.id)
  })

  it('a run that is not done, or of another project, cannot be measured; roles hold', async () => {
    const id = await train('price')
    await kernel.db.update(runs).set({ state: 'running', modelDigest: null }).where(eq(runs.id, id))
    await assert.rejects(
      startEvaluation(kernel, caller(), { run: id, data: 'homes' }),
      refused('conflict', /is running; only a succeeded run/),
    )
    const stranger = callerOf(await kernel.project())
    await assert.rejects(startEvaluation(kernel, stranger, { run: regression, data: 'homes' }), refused('not_found'))
    const [item] = (await listEvaluations(kernel, caller())).items
    await assert.rejects(showEvaluation(kernel, stranger, item!.id), refused('not_found'))
    for (const role of ROLES) {
      const ask = startEvaluation(kernel, { ...caller(), role }, { run: regression, data: 'homes' })
      if (role === 'viewer' || role === 'predictor') await assert.rejects(ask, refused('forbidden'))
      else assert.equal((await ask).created, false)
      const list = listEvaluations(kernel, { ...caller(), role })
      if (role === 'predictor') await assert.rejects(list, refused('forbidden'))
      else await list
    }
  })

  it('a cancelled one says so', async () => {
    await loop.stop()
    const other = await train('sold')
    const started = await startEvaluation(kernel, caller(), { run: other, data: 'homes' })
    await cancelJob(kernel, caller(), started.jobId!)
    loop = await startWorkerLoop(kernel, newId(), slots, handlers)
    assert.equal((await ends(started.id)).state, 'cancelled')
  })
})
