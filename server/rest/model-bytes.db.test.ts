import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { loadPredictor } from '#ml/index.ts'
import type { Caller } from '#server/access/caller.ts'
import { type TestWeb, testWebFor } from '#server/api/testing.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { registerVersion } from '#server/registry/index.ts'
import { bikeRow, callerOf, insertDoneRun, trainBundle } from '#server/serving/testing.ts'

let kernel: TestKernel
let web: TestWeb
let base: string
let caller: Caller
let bundle: Uint8Array
before(async () => {
  kernel = await testKernel()
  caller = callerOf(await kernel.project(), 'engineer')
  bundle = await trainBundle(10)
  await registerVersion(kernel, caller, { run: await insertDoneRun(kernel, caller.scope, bundle), name: 'bikes' })
  web = await testWebFor(kernel, () => caller)
  base = `${web.origin}/api/v1`
})
after(async () => {
  await web.close()
  await kernel.close()
})

describe('models as files', () => {
  it('a version comes as ONNX that predicts the same', async () => {
    const response = await fetch(`${base}/models/bikes/versions/1/model.onnx`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-disposition'), 'attachment; filename="bikes-v1.onnx"')
    const session = await InferenceSession.create(new Uint8Array(await response.arrayBuffer()))
    const rows = [bikeRow(1), bikeRow(2), { ...bikeRow(3), season: null }]
    const column = (name: 'temp' | 'hour') =>
      new Tensor(
        'float64',
        Float64Array.from(rows, row => row[name]),
        [rows.length, 1],
      )
    const theirs = await session.run({
      temp: column('temp'),
      hour: column('hour'),
      season: new Tensor(
        'string',
        rows.map(row => row.season ?? ''),
        [rows.length, 1],
      ),
    })
    const ours = loadPredictor(bundle).predictRows(rows).predictions as number[]
    for (const [i, value] of (theirs.prediction!.data as Float64Array).entries())
      assert.ok(Math.abs(value - ours[i]!) < 1e-9, `row ${i}`)
  })

  it('the bundle comes as it is, once', async () => {
    const response = await fetch(`${base}/projects/p/models/bikes/versions/latest/model.fmlb`)
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bundle)
    const again = await fetch(`${base}/models/bikes/versions/1/model.fmlb`, {
      headers: { 'if-none-match': response.headers.get('etag')! },
    })
    assert.equal(again.status, 304)
  })

  it('what is not there is said in words', async () => {
    const response = await fetch(`${base}/models/bikes/versions/7/model.onnx`)
    assert.equal(response.status, 404)
    assert.match(await response.text(), /bikes has no version 7/)
  })

  it('a version that cannot be opened is not exported', async () => {
    const run = await insertDoneRun(kernel, caller.scope, new TextEncoder().encode('a pickle'))
    await registerVersion(kernel, caller, { run, name: 'broken' })
    const response = await fetch(`${base}/models/broken/versions/1/model.onnx`)
    assert.equal(response.status, 422)
    assert.match(await response.text(), /cannot be served/)
  })
})
