import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { bombGraph, bundleAround, doublingGraph, heavyGraph, slowGraph } from '#ml/interop/onnx/testing.ts'
import type { Caller } from '#server/access/caller.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { registerVersion } from '#server/registry/index.ts'
import { listEndpoints, promoteVersion, retryModel, showEndpoint } from '#server/serving/index.ts'
import type { ServedModel } from '#server/serving/models/contract.ts'
import { bikeRow, callerOf, insertDoneRun, insertToken, trainBundle } from '#server/serving/testing.ts'
import { freePort, type RunningServe, spawnServe } from './testing.ts'

const MB = 2 ** 20
const DEADLINE_MS = 1500
const MEMORY_MB = 400

let kernel: TestKernel
let serve: RunningServe
let caller: Caller
let token: string
before(async () => {
  const port = await freePort()
  kernel = await testKernel({ LOG_LEVEL: 'fatal', INFERENCE_PORT: String(port) })
  caller = callerOf(await kernel.project())
  token = await insertToken(kernel, caller.scope, 'engineer')
  serve = await spawnServe(
    {
      DATABASE_URL: kernel.url,
      FLEXIML_HOME: kernel.home,
      LOG_LEVEL: 'fatal',
      FLEXIML_FOREIGN_MODEL_DEADLINE_MS: String(DEADLINE_MS),
      FLEXIML_FOREIGN_MODEL_MEMORY_MB: String(MEMORY_MB),
      FLEXIML_MODEL_MEMORY_MB: '900',
      FLEXIML_MODEL_START_MS: '5000',
    },
    port,
  )
  await promote('normal', await trainBundle(100))
  await promote('double', bundleAround(doublingGraph()))
})
after(async () => {
  await serve.end('SIGTERM')
  await kernel.close()
})

/** Without the import, which refuses such files: an older instance may hold them. */
async function promote(name: string, bundle: Uint8Array) {
  const run = await insertDoneRun(kernel, caller.scope, bundle)
  const { version } = await registerVersion(kernel, caller, { run, name })
  return promoteVersion(kernel, caller, { model: `${name}@${version}`, endpoint: name })
}

type Answer = { predictions?: (number | null)[]; error?: { code: string; message: string; hint: string } }
async function ask(endpoint: string, ...rows: object[]) {
  const begun = performance.now()
  const response = await fetch(`${serve.base}/${caller.scope.slug}/endpoints/${endpoint}/predict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ rows }),
  })
  return { status: response.status, body: (await response.json()) as Answer, tookMs: performance.now() - begun }
}
const askX = (endpoint: string, x1: number) => ask(endpoint, { x1 })

/** Waits for the report of the server. */
async function modelOf(endpoint: string, fits: (model: ServedModel) => boolean): Promise<ServedModel> {
  for (const end = performance.now() + 8000; ; ) {
    const shown = await showEndpoint(kernel, caller, endpoint)
    const model = shown.models[0]?.models[0]
    if (model && fits(model)) return model
    assert.ok(performance.now() < end, JSON.stringify(shown.models))
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

const quantile = (values: number[], q: number) => values.toSorted((a, b) => a - b)[Math.floor(values.length * q)]!

/** Latencies of the normal endpoint and of the health page, one request after the other, until `end` resolves. */
async function measureNormal(end: Promise<unknown>) {
  const took: number[] = []
  const health: number[] = []
  let ended = false
  void end.finally(() => {
    ended = true
  })
  for (let i = 0; !ended || i < 100; i++) {
    const answer = await ask('normal', bikeRow(i))
    assert.equal(answer.status, 200)
    took.push(answer.tookMs)
    if (i % 10 > 0) continue
    const begun = performance.now()
    assert.equal((await fetch(`${serve.base}/healthz`)).status, 200)
    health.push(performance.now() - begun)
  }
  return { p99: quantile(took, 0.99), health: Math.max(...health), count: took.length }
}

/** Fires the same request again and again: also what follows the first must cost the others nothing. */
async function fireFor(ms: number, endpoint: string, x1: number, first: Promise<unknown>) {
  await first
  for (const end = performance.now() + ms; performance.now() < end; ) {
    await askX(endpoint, x1)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
const residentMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
const treeMb = () => [serve.child.pid!, ...childrenOf(serve.child.pid!)].reduce((sum, pid) => sum + residentMb(pid), 0)
const isLinux = process.platform === 'linux'

describe('models that run code of others', () => {
  it('run in a process of their own and are described with their memory; own models stay in the server', async () => {
    assert.deepEqual((await askX('double', 21)).body.predictions, [42])
    const apart = await modelOf('double', m => m.lastUsedAt !== null)
    assert.deepEqual([apart.state, apart.isolated, apart.outage], ['loaded', true, null])
    assert.ok(apart.memoryBytes > 30 * MB, String(apart.memoryBytes))
    await ask('normal', bikeRow(1))
    const own = await modelOf('normal', m => m.lastUsedAt !== null)
    assert.deepEqual([own.state, own.isolated], ['loaded', false])
    assert.ok(own.memoryBytes > 0 && own.memoryBytes < MB)
    if (isLinux) assert.equal(childrenOf(serve.child.pid!).length, 1)
  })

  it('cells that do not fit are reported by row and column as for own models', async () => {
    const { status, body } = await ask('double', { x1: 1 }, { x1: 'many' })
    assert.deepEqual([status, body.predictions], [200, [2, null]])
    assert.match(JSON.stringify(body), /"row":1,"column":"x1"/)
  })

  it('a killed process is replaced: the next request is answered', { skip: !isLinux }, async () => {
    const [pid] = childrenOf(serve.child.pid!)
    process.kill(pid!, 'SIGKILL')
    assert.deepEqual((await askX('double', 4)).body.predictions, [8])
    assert.notDeepEqual(childrenOf(serve.child.pid!), [pid])
  })
})

describe('a model that breaks its limits', () => {
  const hostile = [
    { name: 'bomb', graph: bombGraph, x1: 2.5e8, code: 'out-of-memory', words: /more than its 400 MB of memory/ },
    { name: 'slow', graph: slowGraph, x1: 6e4, code: 'deadline-exceeded', words: /one row within 1.5 s/ },
  ] as const
  for (const { name, graph, x1, code, words } of hostile)
    it(`${name}: leaves traffic with a reason; the others answer as before, and its memory returns`, async t => {
      await promote(name, bundleAround(graph()))
      assert.deepEqual((await askX(name, 1)).body.predictions, [1])
      const before = isLinux ? treeMb() : 0
      // A shared machine has hiccups of its own: the hostile model must leave one of three rounds undisturbed, and before the limits it blocked each.
      let fired = askX(name, 1)
      for (let round = 1; ; round++) {
        const usual = await measureNormal(new Promise(resolve => setTimeout(resolve, 1500)))
        fired = askX(name, x1)
        const during = await measureNormal(fireFor(2000, name, x1, fired))
        t.diagnostic(JSON.stringify({ usual, during }))
        if (during.p99 <= Math.max(2 * usual.p99, 20) && during.health < 250) break
        assert.ok(round < 3, JSON.stringify({ usual, during }))
        await retryModel(kernel, caller, { endpoint: name })
      }
      const { status, body, tookMs } = await fired
      assert.deepEqual([status, body.error?.code], [503, 'unavailable'], JSON.stringify(body))
      assert.match(body.error!.message, words)
      assert.match(body.error!.hint, /try this one again/)
      assert.ok(tookMs < DEADLINE_MS + 1000, `${tookMs}`)

      const again = await askX(name, 1)
      assert.equal(again.status, 503)
      assert.match(again.body.error!.message, words)
      assert.ok(again.tookMs < 200)
      const shown = await modelOf(name, m => m.state === 'out')
      assert.deepEqual([shown.outage?.code, shown.memoryBytes], [code, 0])
      assert.deepEqual((await askX('double', 1)).body.predictions, [2])
      if (isLinux) assert.ok(treeMb() < before + 50, `${treeMb()} MB after ${before} MB`)
    })

  it('is told by an event and by the metrics', async () => {
    const events = await kernel.sql`SELECT payload FROM events WHERE type = 'serving.model-taken-out' ORDER BY seq`
    const told = events.map(({ payload }) => `${payload.endpoint} ${payload.version} ${payload.code}`)
    assert.deepEqual([...new Set(told)], ['bomb 1 out-of-memory', 'slow 1 deadline-exceeded'])
    const metrics = await (await fetch(`${serve.base}/metrics`)).text()
    const metricOf = (name: string, endpoint: string) =>
      Number(new RegExp(`^${name}{[^}]*endpoint="${endpoint}"[^}]*} (\\S+)$`, 'm').exec(metrics)?.[1])
    assert.deepEqual([metricOf('fleximl_model_out', 'bomb'), metricOf('fleximl_model_out', 'double')], [1, 0])
    assert.ok(metricOf('fleximl_model_memory_bytes', 'double') > 30 * MB)
    assert.match(metrics, /^fleximl_models_budget_bytes 943718400$/m)
  })

  it('is tried again when a person asks for it, and by a new revision', async () => {
    const retried = await retryModel(kernel, caller, { endpoint: 'bomb', reason: 'fewer rows now' })
    assert.deepEqual([retried.servers.serving, retried.model], [1, 'bomb'])
    assert.deepEqual((await askX('bomb', 2)).body.predictions, [2])
    await assert.rejects(retryModel(kernel, callerOf(caller.scope, 'viewer'), { endpoint: 'bomb' }), {
      code: 'forbidden',
    })
    await assert.rejects(retryModel(kernel, caller, { endpoint: 'none' }), { code: 'not_found' })

    const { laggards } = await promoteVersion(kernel, caller, { model: 'slow@1', endpoint: 'slow' })
    assert.deepEqual(laggards, [])
    assert.deepEqual((await askX('slow', 2)).body.predictions, [2])
  })

  it('many slow rows are refused without taking the model out, until it happens again and again', async () => {
    const rows = Array.from({ length: 2000 }, () => ({ x1: 30_000 }))
    for (let k = 0; k < 2; k++) {
      const { status, body } = await ask('slow', ...rows)
      assert.equal(status, 503)
      assert.match(
        `${body.error!.message} ${body.error!.hint}`,
        /did not answer 2000 rows within 1.5 s. Send fewer rows/,
      )
      assert.deepEqual((await askX('slow', 2)).body.predictions, [2])
    }
    assert.match((await ask('slow', ...rows)).body.error!.message, /out of traffic/)
  })
})

describe('loading', () => {
  it('a model that is too slow to start is not promoted, and the revision before keeps answering', async () => {
    const heavy = bundleAround(heavyGraph(1500, 60))
    const begun = performance.now()
    const measuring = measureNormal(promote('double', heavy).then(done => assert.equal(done.laggards.length, 1)))
    const { p99, health } = await measuring
    assert.ok(performance.now() - begun < 15_000)
    assert.ok(p99 < 250 && health < 2000, JSON.stringify({ p99, health }))
    const [laggard] = (await showEndpoint(kernel, caller, 'double')).instances
    assert.match(laggard!.error!, /not loaded and warmed up within 5 s/)
    assert.deepEqual((await askX('double', 3)).body.predictions, [6])
    await promoteVersion(kernel, caller, { model: 'double@1', endpoint: 'double' })
  })

  it('a model of moderate speed is warmed up within its time, not for 200 rows', async () => {
    const done = await promote('heavy', bundleAround(heavyGraph(600, 20)))
    assert.deepEqual(done.laggards, [])
    assert.ok(done.switchedInMs! < 4000, `${done.switchedInMs}`)
  })

  it('the least recently used idle models make room, and come back when they are asked', async () => {
    for (let k = 0; k < 14; k++) await promote(`idle-${k}`, bundleAround(doublingGraph(k + 1)))
    const reports = async () => (await listEndpoints(kernel, caller)).items.map(each => each.models[0]!)
    await modelOf('idle-0', m => m.state === 'unloaded')
    for (const { loadedBytes, budgetBytes } of await reports()) assert.ok(loadedBytes <= budgetBytes, `${loadedBytes}`)
    assert.deepEqual((await askX('idle-0', 5)).body.predictions, [10])
    await modelOf('idle-0', m => m.state === 'loaded')
    const unloaded = (await reports()).filter(({ models }) => models[0]!.state === 'unloaded')
    assert.ok(unloaded.length > 0)
    const metrics = await (await fetch(`${serve.base}/metrics`)).text()
    assert.ok(Number(/^fleximl_models_unloaded_total (\d+)$/m.exec(metrics)?.[1]) > 0)
  })
})
