import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import type { PgBoss } from 'pg-boss'
import { z } from 'zod'
import { attempts, jobs } from '#db/schema/index.ts'
import type { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { systemActor } from '#server/kernel/scope.ts'
import {
  cancelIdle,
  checkAttempt,
  deadLetterJob,
  endAttempt,
  lockJob,
  openAttempt,
  requeueLost,
  requireCurrent,
} from './attempts.ts'
import { change } from './change.ts'
import { defineJob } from './define-job.ts'
import { type TestKernel, testKernel } from './testing.ts'

const work = defineJob({ name: 'test.work', lane: 'compute', payload: z.object({ n: z.number() }), attemptsAllowed: 2 })
const actor = systemActor('test')

let kernel: TestKernel
let boss: PgBoss
before(async () => {
  kernel = await testKernel()
  boss = await kernel.queue.openWorkers()
})
after(async () => {
  await boss.stop({ graceful: false })
  await kernel.close()
})

const enqueue = (projectId: string, n = 1) =>
  change(kernel, actor, c =>
    c.enqueue(work, { projectId, title: 'Work', subject: { kind: 'thing', id: newId() }, payload: { n } }),
  )
const open = async (jobId: string, number: number) => {
  const opened = await openAttempt(kernel.db, jobId, number, newId())
  assert.ok(opened, `attempt ${number} is opened`)
  return opened
}
const onJob = <T>(jobId: string, work: (...args: Parameters<typeof requeueLost>) => Promise<T>) =>
  kernel.db.transaction(async tx => work(tx, (await lockJob(tx, jobId))!))
const statesOf = (jobId: string) =>
  kernel.db
    .select({ number: attempts.number, state: attempts.state })
    .from(attempts)
    .where(eq(attempts.jobId, jobId))
    .orderBy(attempts.number)
const isSuperseded = (e: AppError) => e.code === 'superseded'

describe('the queue', () => {
  it('has a job exactly when the change that enqueued it was committed, under the same id', async () => {
    const { projectId } = await kernel.project()
    await assert.rejects(
      change(kernel, actor, async c => {
        await c.enqueue(work, { projectId, title: 'Work', subject: { kind: 'thing', id: newId() }, payload: { n: 1 } })
        throw new Error('the change fails')
      }),
    )
    assert.equal(await kernel.db.$count(jobs, eq(jobs.projectId, projectId)), 0)
    assert.deepEqual(await boss.fetch('compute'), [])
    const job = await enqueue(projectId)
    const fetched = await boss.fetch('compute')
    assert.deepEqual(
      fetched.map(f => [f.id, f.retryCount]),
      [[job.id, 0]],
    )
  })

  it('two workers never get the same job', async () => {
    const { projectId } = await kernel.project()
    const made = await Promise.all(Array.from({ length: 12 }, () => enqueue(projectId)))
    const got = (await Promise.all(Array.from({ length: 16 }, () => boss.fetch('compute')))).flat().map(j => j.id)
    // SKIP LOCKED may leave one unclaimed in a race, never doubled.
    assert.equal(new Set(got).size, got.length)
    for (let next = await boss.fetch('compute'); next.length > 0; next = await boss.fetch('compute'))
      got.push(next[0]!.id)
    assert.deepEqual(new Set(got), new Set(made.map(j => j.id)))
    await kernel.db.execute(sql`UPDATE pgboss.job SET state = 'completed' WHERE name = 'compute'`)
  })

  it('projects take turns: a backlog of one delays another by one job', async () => {
    const [busy, quiet] = [await kernel.project(), await kernel.project()]
    for (let i = 0; i < 4; i++) await enqueue(busy.projectId)
    for (let i = 0; i < 2; i++) await enqueue(quiet.projectId)
    const order: string[] = []
    const next = async () => {
      const [job] = await boss.fetch('compute')
      order.push(job!.groupId === busy.projectId ? 'busy' : 'quiet')
    }
    for (let i = 0; i < 4; i++) await next()
    assert.deepEqual(order, ['busy', 'quiet', 'busy', 'quiet'])
    // One that comes later goes next, not before all that wait.
    await enqueue(quiet.projectId)
    for (let i = 0; i < 3; i++) await next()
    assert.deepEqual(order.slice(4).sort(), ['busy', 'busy', 'quiet'])
    assert.notEqual(order[6], 'quiet')
    await kernel.db.execute(sql`UPDATE pgboss.job SET state = 'completed' WHERE name = 'compute'`)
  })
})

describe('attempts', () => {
  it('one that was lost writes nothing more; the second attempt finishes', async () => {
    const { id } = await enqueue((await kernel.project()).projectId)
    const first = await open(id, 1)
    assert.equal(await checkAttempt(kernel.db, first.attempt, { childPid: 7, peakMemoryBytes: 100 }), 'ok')
    assert.equal(await openAttempt(kernel.db, id, 1, newId()), undefined, 'a number is opened once')
    const lost = await onJob(id, requeueLost)
    assert.deepEqual([lost.state, lost.reasonCode], ['queued', 'worker_lost'])
    const second = await open(id, 2)

    assert.equal(await checkAttempt(kernel.db, first.attempt), 'lost')
    await assert.rejects(
      kernel.db.transaction(tx => requireCurrent(tx, first.attempt)),
      isSuperseded,
    )
    await assert.rejects(
      kernel.db.transaction(tx => endAttempt(tx, first.attempt, 'succeeded')),
      isSuperseded,
    )
    await kernel.db.transaction(tx => endAttempt(tx, second.attempt, 'succeeded'))
    assert.deepEqual(await statesOf(id), [
      { number: 1, state: 'lost' },
      { number: 2, state: 'succeeded' },
    ])
  })

  it('a job without retries left fails with a reason and is a dead letter', async () => {
    const { id } = await enqueue((await kernel.project()).projectId)
    await open(id, 1)
    await onJob(id, requeueLost)
    await open(id, 2)
    const after = await onJob(id, deadLetterJob)
    assert.equal(after.state, 'failed')
    assert.match(after.reason!, /Tried 2 times/)
    const [row] = await kernel.db.select().from(jobs).where(eq(jobs.id, id))
    assert.ok(row!.deadLetteredAt)
    assert.deepEqual(
      (await statesOf(id)).map(a => a.state),
      ['lost', 'lost'],
    )
  })

  it('a cancel request reaches the attempt, and nothing is opened after it', async () => {
    const { id } = await enqueue((await kernel.project()).projectId)
    const { attempt } = await open(id, 1)
    await kernel.db.update(jobs).set({ cancelRequestedAt: sql`now()` }).where(eq(jobs.id, id))
    assert.equal(await checkAttempt(kernel.db, attempt), 'cancel')
    await onJob(id, requeueLost)
    assert.equal(await openAttempt(kernel.db, id, 2, newId()), undefined)
    assert.equal((await onJob(id, cancelIdle)).state, 'cancelled')
  })
})
