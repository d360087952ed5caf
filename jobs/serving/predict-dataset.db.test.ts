import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { frameFromChunks, frameSpecs, loadPredictor, type Schema, trainPipeline } from '#ml/index.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { addDataset, showIngestion } from '#server/data/index.ts'
import { versionOf } from '#server/data/service.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { linksFrom } from '#server/platform/links.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { registerVersion } from '#server/registry/index.ts'
import { predictDataset, promoteVersion } from '#server/serving/index.ts'
import { callerOf, insertDoneRun } from '#server/serving/testing.ts'
import { quoteLiteral, withDuckDb } from '#tables/duckdb.ts'
import { type FrameCell, frameQuery } from '#tables/read/read-frame.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

/** A table as offices write it: padded words, decimal commas, codes with zeros, days first, own words for yes and no, placeholders. */
const ROWS = Array.from({ length: 240 }, (_, i) => {
  const kind = [' flat', 'house ', 'villa'][i % 3]!
  const area = 20 + ((i * 37) % 130) / 4
  const price = 100 + 3 * area + (i % 3) * 40 + (i % 2) * 25
  return {
    zip: ['02134', '00501', '10115', '01067'][i % 4]!,
    kind,
    area: i % 20 === 7 ? 'N/A' : area.toFixed(2).replace('.', ','),
    garden: i % 2 ? 'Ja' : 'Nein',
    since: `${String(1 + (i % 28)).padStart(2, '0')}.${String(1 + (i % 12)).padStart(2, '0')}.2023`,
    price: price.toFixed(2).replace('.', ','),
  }
})
const NAMES = ['zip', 'kind', 'area', 'garden', 'since']
const csv = (rows: readonly Record<string, string>[]) =>
  `${Object.keys(rows[0]!).join(';')}\n${rows.map(row => Object.values(row).join(';')).join('\n')}\n`

let kernel: TestKernel
let loop: WorkerLoop
let scope: ProjectScope
let bundle: Uint8Array
/** Predictions at the time of training, by row of the file. */
let trained: Float64Array
const caller = () => callerOf(scope)

async function ends(id: string) {
  for (let i = 0; i < 2400; i++) {
    const seen = await showIngestion(kernel, caller(), id)
    assert.notEqual(seen.state, 'failed', seen.reason ?? '')
    if (seen.state === 'succeeded') return seen
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the ingestion did not end')
}

async function addData(name: string, content: string) {
  const blob = await kernel.blobs.put(new TextEncoder().encode(content))
  await ownBlob(kernel.db, scope.projectId, blob)
  return ends((await addDataset(kernel, caller(), { name, fileName: `${name}.csv`, digest: blob.digest })).id)
}

async function readTable(digest: string, sql: (path: string) => string): Promise<FrameCell[][]> {
  const path = await kernel.blobs.pathOf(digest)
  return withDuckDb({ files: [path] }, async db => (await db.runAndReadAll(sql(path))).getColumns() as FrameCell[][])
}

before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  scope = await kernel.project()
  await addData('homes', csv(ROWS))
  const version = await versionOf(kernel, scope, 'homes')
  const schema: Schema = {
    columns: version.schema.map(c => ({ ...c, role: c.name === 'price' ? ('target' as const) : ('feature' as const) })),
  }
  const specs = frameSpecs(schema)
  const frame = frameFromChunks(specs, [await readTable(version.digest, path => frameQuery(path, version.schema))])
  const made = await trainPipeline({ frame, schema, target: 'price', trainerId: 'gbdt', seed: 1, now: () => 0 })
  bundle = made.bundle
  assert.equal(made.task, 'regression', 'prices with a decimal comma are numbers')
  trained = loadPredictor(bundle).predictFrame(frame)
  const run = await insertDoneRun(kernel, scope, bundle)
  await registerVersion(kernel, caller(), { run, name: 'homes' })
  await promoteVersion(kernel, caller(), { model: 'homes@1', endpoint: 'homes' })
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

describe('the rows of the training file', () => {
  it('as text and as JSON give the predictions of training', () => {
    const predictor = loadPredictor(bundle)
    const text = ROWS.map(row => Object.fromEntries(NAMES.map(name => [name, row[name as 'zip']])))
    const { predictions, report } = predictor.predictLenient(text)
    for (const [i, value] of predictions.entries())
      assert.ok(Math.abs((value as number) - trained[i]!) < 1e-9, `row ${i}: ${value} for ${trained[i]}`)
    assert.deepEqual(
      report?.warningCounts.map(c => c.code),
      ['missing'],
    )
    const typed = ROWS.map(({ kind, area, garden, since, zip }) => ({
      zip,
      kind: kind.trim(),
      area: area === 'N/A' ? null : Number(area.replace(',', '.')),
      garden,
      since: since.split('.').toReversed().join('-'),
    }))
    assert.deepEqual(predictor.predictLenient(typed).predictions, predictions)
  })

  it('as a batch give them too, beside their columns, with lineage and counts', async () => {
    const started = await predictDataset(kernel, caller(), { endpoint: 'homes', data: 'homes', to: 'homes-predicted' })
    const done = await ends(started.ingestion)
    assert.deepEqual([done.dataset, done.version, done.rows], ['homes-predicted', 1, ROWS.length])
    assert.deepEqual(done.predictions?.errors, 0)
    assert.deepEqual(done.predictions.warningCounts, [{ column: 'area', code: 'missing', rows: 12 }])
    const version = await versionOf(kernel, scope, 'homes-predicted')
    assert.deepEqual(
      version.schema.map(c => c.name),
      [...Object.keys(ROWS[0]!), 'prediction'],
    )
    const [values] = await readTable(
      version.digest,
      path => `SELECT prediction FROM read_parquet(${quoteLiteral(path)})`,
    )
    for (const [i, value] of values!.entries()) assert.ok(Math.abs((value as number) - trained[i]!) < 1e-9, `row ${i}`)
    const links = await linksFrom(kernel.db, scope, [{ kind: 'dataset-version', id: version.id }], 10)
    assert.deepEqual(links.map(l => `${l.relation} ${l.to.kind}`).toSorted(), [
      'made-from dataset-version',
      'read-from blob',
      'uses model-version',
    ])
  })
})

describe('a batch of other rows', () => {
  it('answers gaps and new levels; a row that cannot be understood has no prediction and a reason', async () => {
    const odd = [
      { ...ROWS[0]!, kind: 'castle', prediction: 'x' },
      { ...ROWS[1]!, area: '', prediction: 'x' },
      { ...ROWS[2]!, garden: 'vielleicht', prediction: 'x' },
    ]
    await addData('odd', csv([...odd, ...ROWS.slice(0, 60).map(row => ({ ...row, prediction: 'x' }))]))
    const started = await predictDataset(kernel, caller(), { endpoint: 'homes', data: 'odd@1', to: 'odd-predicted' })
    const done = await ends(started.ingestion)
    assert.deepEqual([done.rows, done.predictions?.errors], [63, 0])
    assert.ok(done.predictions!.warningCounts.some(c => c.column === 'kind' && c.code === 'unseen'))
    const version = await versionOf(kernel, scope, 'odd-predicted')
    assert.ok(
      version.schema.some(c => c.name === 'prediction_2'),
      'a column of the table is not hidden',
    )
  })

  it('that would be its own source, or of an unknown endpoint, is refused', async () => {
    const input = { endpoint: 'homes', data: 'homes', to: 'homes' }
    await assert.rejects(predictDataset(kernel, caller(), input), { code: 'invalid' })
    await assert.rejects(predictDataset(kernel, caller(), { ...input, endpoint: 'nowhere' }), { code: 'not_found' })
    await assert.rejects(predictDataset(kernel, callerOf(scope, 'viewer'), { ...input, to: 'x' }), {
      code: 'forbidden',
    })
  })
})
