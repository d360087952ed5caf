import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { bundleToOnnx } from '#ml/index.ts'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { importVersion, showModel } from '#server/registry/index.ts'
import { changeRowPolicy, promoteVersion } from '#server/serving/index.ts'
import { bikeRow, callerOf, insertToken, trainBundle } from '#server/serving/testing.ts'
import { freePort, type RunningServe, spawnServe } from './testing.ts'

/** By bench/golden/make-onnx.py. */
const golden = JSON.parse(readFileSync(new URL('../bench/golden/onnx.json', import.meta.url), 'utf8')) as {
  cases: { name: string; file: string; rows: Record<string, number>[]; expected: number[] }[]
  refused: { name: string; file: string; words: string }[]
}

let kernel: TestKernel
let serve: RunningServe
let caller: Caller
let token: string
before(async () => {
  const port = await freePort()
  kernel = await testKernel({ LOG_LEVEL: 'fatal', INFERENCE_PORT: String(port) })
  caller = callerOf(await kernel.project())
  token = await insertToken(kernel, caller.scope, 'engineer')
  serve = await spawnServe({ DATABASE_URL: kernel.url, FLEXIML_HOME: kernel.home }, port)
})
after(async () => {
  await serve.end('SIGTERM')
  await kernel.close()
})

async function upload(bytes: Uint8Array): Promise<string> {
  const blob = await kernel.blobs.put(bytes)
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  return blob.digest
}
const fileOf = (text: string) => upload(new Uint8Array(Buffer.from(text, 'base64')))

async function ask(endpoint: string, rows: unknown[]) {
  const response = await fetch(`${serve.base}/${caller.scope.slug}/endpoints/${endpoint}/predict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ rows }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, never> }
}

describe('ONNX files as versions', () => {
  it('a classifier of scikit-learn is imported, promoted and answers as scikit-learn does', async () => {
    const { file, rows, expected } = golden.cases.find(each => each.name.startsWith('logistic'))!
    const digest = await fileOf(file)
    const input = { digest, name: 'sizes', target: 'size', columns: ['a', 'b', 'c'] }
    const made = await importVersion(kernel, caller, input)
    assert.deepEqual([made.version, made.task, made.columns, made.created], [1, 'multiclass', ['a', 'b', 'c'], true])
    assert.equal((await importVersion(kernel, caller, input)).created, false)
    await promoteVersion(kernel, caller, { model: 'sizes@1', endpoint: 'sizes' })
    const sent = rows.map(row => ({ a: row.x1, b: row.x2, c: row.x3 }))
    const { status, body } = await ask('sizes', sent)
    assert.equal(status, 200, JSON.stringify(body))
    const { predictions, probabilities, classes } = body as unknown as {
      predictions: string[]
      probabilities: number[][]
      classes: string[]
    }
    for (const [k, value] of probabilities.flat().entries()) assert.ok(Math.abs(value - expected[k]!) < 1e-5)
    assert.ok(predictions.every(each => classes.includes(each)))
    const missing = await ask('sizes', [sent[0]!, { a: null, b: 1, c: 1 }])
    assert.equal(missing.status, 200)
    const answered = missing.body as unknown as { predictions: unknown[]; errors: { row: number; got: string }[] }
    assert.deepEqual(answered.predictions, [predictions[0], null])
    assert.match(answered.errors[0]!.got, /gives no number: the model has no value for a missing a/)
    await changeRowPolicy(kernel, caller, { endpoint: 'sizes', policy: 'strict' })
    let refused = await ask('sizes', [{ a: null, b: 1, c: 1 }])
    for (const until = performance.now() + 10_000; refused.status === 200 && performance.now() < until; )
      refused = await ask('sizes', [{ a: null, b: 1, c: 1 }])
    assert.equal(refused.status, 422)
    assert.match(JSON.stringify(refused.body), /gives no number/)
  })

  it('what was exported here comes back as a version that predicts the same', async () => {
    const digest = await upload(bundleToOnnx(await trainBundle(10)))
    await importVersion(kernel, caller, { digest, name: 'back', target: 'count' })
    await promoteVersion(kernel, caller, { model: 'back', endpoint: 'back' })
    const { body } = await ask('back', [bikeRow(5)])
    const [value] = body.predictions as unknown as number[]
    const row = bikeRow(5)
    assert.ok(Math.abs(value! - (10 + row.temp * 2 + row.hour / 24)) < 0.1)
    assert.equal((await showModel(kernel, caller, 'back')).versions[0]!.run, null)
  })

  it('what is harmful, or answers nothing usable, is refused in words and becomes no version', async () => {
    for (const { file, words, name } of golden.refused) {
      const input = { digest: await fileOf(file), name: 'bad', target: 'y', classes: ['a', 'b'] }
      await assert.rejects(importVersion(kernel, caller, input), { code: 'invalid', message: new RegExp(words) }, name)
    }
    await assert.rejects(showModel(kernel, caller, 'bad'), { code: 'not_found' })
    const viewer = callerOf(caller.scope, 'viewer')
    await assert.rejects(importVersion(kernel, viewer, { digest: 'a'.repeat(64), name: 'bad', target: 'y' }), {
      code: 'forbidden',
    })
    await assert.rejects(importVersion(kernel, caller, { digest: 'a'.repeat(64), name: 'bad', target: 'y' }), {
      code: 'not_found',
    })
  })
})
