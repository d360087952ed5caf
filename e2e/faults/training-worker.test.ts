import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { after, afterEach, before, describe, it } from 'node:test'
import { sql } from 'drizzle-orm'
import {
  attemptsOf,
  BRIEF,
  bikes,
  ENDLESS,
  ended,
  hasEnded,
  isAlive,
  pointsOf,
  queueRun,
  setParams,
  spawnWorker,
  trainingPid,
  until,
} from '#jobs/training/testing.ts'
import type { Caller } from '#server/access/caller.ts'
import { newId } from '#server/kernel/ids.ts'
import { HEARTBEAT_SECONDS } from '#server/platform/queues.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { addData } from '#server/training/testing.ts'

let kernel: TestKernel
let caller: Caller
const workers: ChildProcess[] = []
const spawn = async () => {
  const worker = await spawnWorker(kernel)
  workers.push(worker)
  return worker
}
const stopWorkers = async () => {
  for (const worker of workers) {
    worker.kill('SIGCONT')
    worker.kill('SIGTERM')
  }
  await Promise.all(workers.map(hasEnded))
  workers.length = 0
}

before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  await spawn()
  await addData(kernel, caller, 'bikes', await bikes(800), { target: 'cnt', time: 'dteday' })
  await stopWorkers()
})
afterEach(stopWorkers)
after(() => kernel.close())

const artifacts = async () => {
  const [row] = (await kernel.db.execute(
    sql`SELECT count(*)::int AS n FROM links WHERE project_id = ${caller.scope.projectId} AND from_kind = 'run' AND relation = 'uses'`,
  )) as unknown as [{ n: number }]
  return row.n
}
const states = async (run: string) => (await attemptsOf(kernel, caller, run)).map(a => a.state)

describe('a worker that fails while it trains', () => {
  it('killed: its training process goes with it, and another worker does the run', async () => {
    const run = await queueRun(kernel, caller, ENDLESS)
    const first = await spawn()
    const pid = await trainingPid(kernel, caller, run)
    await setParams(kernel, run, BRIEF)
    first.kill('SIGKILL')
    await until(async () => !(await isAlive(pid)), 'the end of the training process')
    await spawn()
    const done = await ended(kernel, caller, run)
    assert.equal(done.status, 'succeeded', done.reason ?? '')
    assert.deepEqual(await states(run), ['lost', 'succeeded'])
    assert.equal(done.series.length > 0, true)
    // The curves are those of the second attempt alone: four metrics, five epochs.
    assert.equal(await pointsOf(kernel, run), 20)
  })

  it('asleep for three heartbeats: another finishes, and when it wakes its writes are refused', async () => {
    const before = await artifacts()
    const run = await queueRun(kernel, caller, ENDLESS)
    const sleeper = await spawn()
    const pid = await trainingPid(kernel, caller, run)
    await setParams(kernel, run, BRIEF)
    const slept = new Date()
    sleeper.kill('SIGSTOP')
    const other = await spawn()
    const done = await ended(kernel, caller, run)
    assert.equal(done.status, 'succeeded', done.reason ?? '')
    await until(async () => {
      const [row] = (await kernel.db.execute(
        sql`SELECT now() > ${slept.toISOString()}::timestamptz + make_interval(secs => ${3 * HEARTBEAT_SECONDS}) AS over`,
      )) as unknown as [{ over: boolean }]
      return row.over
    }, 'three heartbeats')
    const points = await pointsOf(kernel, run)
    sleeper.kill('SIGCONT')
    await until(async () => !(await isAlive(pid)), 'the end of the first training process')
    assert.deepEqual(await states(run), ['lost', 'succeeded'])
    const after = await ended(kernel, caller, run)
    assert.deepEqual([after.status, after.digest, await pointsOf(kernel, run)], ['succeeded', done.digest, points])
    // Its model and the scores of its validation rows.
    assert.equal(await artifacts(), before + 2)
    // Awake again it is as good as new.
    other.kill('SIGTERM')
    await hasEnded(other)
    const next = await queueRun(kernel, caller, BRIEF)
    assert.equal((await ended(kernel, caller, next)).status, 'succeeded')
  })

  it('stopped: it gives the run back without using up a try', async () => {
    const run = await queueRun(kernel, caller, ENDLESS)
    const first = await spawn()
    const pid = await trainingPid(kernel, caller, run)
    await setParams(kernel, run, BRIEF)
    first.kill('SIGTERM')
    await hasEnded(first)
    await until(async () => !(await isAlive(pid)), 'the end of the training process')
    const [attempt] = await attemptsOf(kernel, caller, run)
    assert.equal(attempt!.reasonCode, 'worker_stopped')
    await spawn()
    assert.equal((await ended(kernel, caller, run)).status, 'succeeded')
  })
})
