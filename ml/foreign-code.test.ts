import assert from 'node:assert/strict'
import test from 'node:test'
import { packFiles } from './format/bundle.ts'
import { EngineError, peekManifest, runsForeignCode } from './predict.ts'

test('models of our own code run in process; ONNX, unknown ones and ensembles with such a member run apart', () => {
  const apart = (trainer: string, ...members: string[]) =>
    runsForeignCode({ trainer, config: { members: members.map(each => ({ trainer: each })) } })
  assert.deepEqual(
    ['linear', 'gbdt', 'mlp', 'xgboost'].map(name => apart(name)),
    [false, false, false, false],
  )
  assert.deepEqual(
    ['onnx', 'tomorrow', 'constructor'].map(name => apart(name)),
    [true, true, true],
  )
  assert.equal(apart('ensemble', 'linear', 'gbdt'), false)
  assert.equal(apart('ensemble', 'linear', 'onnx'), true)
  assert.equal(runsForeignCode({ trainer: 'ensemble', config: {} }), true)
})

test('the description of a bundle is read without its weights, and damage is said', async () => {
  const manifest = {
    format: 'fleximl-bundle',
    v: 1,
    trainer: 'onnx',
    task: 'regression',
    target: { name: 'y' },
    signature: { columns: [] },
    recipe: { v: 1, inputs: [], steps: [], outputs: [] },
    config: {},
  }
  const json = new TextEncoder().encode(JSON.stringify(manifest))
  const bytes = packFiles({ 'model.json': json, 'weights.safetensors': new Uint8Array(1000) })
  const read: number[] = []
  const from = (source: Uint8Array) => async (begin: number, end: number) => {
    read.push(end)
    return source.subarray(begin, end)
  }
  assert.equal((await peekManifest(from(bytes))).trainer, 'onnx')
  assert.ok(Math.max(...read) <= bytes.length - 1000)
  await assert.rejects(peekManifest(from(new Uint8Array(500))), EngineError)
  const huge = bytes.slice()
  new DataView(huge.buffer).setBigUint64(8, 2n ** 60n, true)
  await assert.rejects(peekManifest(from(huge)), /too large/)
})
