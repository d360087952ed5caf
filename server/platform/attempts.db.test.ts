import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { attempts, jobs } from '#db/schema/index.ts'
import type { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { claimNext, endAttempt, heartbeat, reapLost, requireCurrent } from './attempts.ts'
import { change } from './change.ts'
import { defineJob } from './define-job.ts'
import { type TestKernel, testKernel } from './testing.ts'

const work = defineJob({ name: 'test.work', lane: 'compute', payload: z.object({ n: z.number() }), attemptsAllowed: 2 })
const actor = systemActor('test')

let kernel: TestKernel
before(async () => {
  kernel = await testKernel()
})
after(() => kernel.close())

const enqueue = (projectId: string, n = 1) =>
  change(kernel, actor, c =>
    c.enqueue(work, { projectId, title: 'Work', subject: { kind: 'thing', id: newId() }, payload: { n } }),
  )

const expire = (id: string) =>
  kernel.db.execute(sql`UPDATE attempts SET lease_until = now() - interval '1 second' WHERE id = ${id}`)

describe('attempts', () => {
  it('a job and its wake-up stand or fall with the change that asked for it', async () => {
    const project = await kernel.project()
    await assert.rejects(
      change(kernel, actor, async c => {
        await c.enqueue(work, {
          projectId: project.projectId,
          title: 'Work',
          subject: { kind: 'thing', id: newId() },
          payload: { n: 1 },
        })
        throw new Error('the change fails')
      }),
    )
    assert.equal(await kernel.db.$count(jobs, eq(jobs.projectId, project.projectId)), 0)
    assert.equal(await kernel.queue.takeWakeUps('compute', 10), 0)
    await enqueue(project.projectId)
    assert.equal(await kernel.queue.takeWakeUps('compute', 10), 1)
    const claim = await claimNext(kernel.db, 'compute', newId())
    await kernel.db.transaction(tx => endAttempt(tx, claim!.attempt, 'succeeded'))
  })

  it('two workers never get the same job', async () => {
    const { projectId } = await kernel.project()
    const made = await Promise.all(Array.from({ length: 12 }, () => enqueue(projectId)))
    const claims = await Promise.all(Array.from({ length: 16 }, () => claimNext(kernel.db, 'compute', newId())))
    const got = claims.flatMap(c => (c ? [c.job.id] : []))
    // SKIP LOCKED may leave one unclaimed in a race, never doubled.
    assert.equal(new Set(got).size, got.length)
    for (
      let next = await claimNext(kernel.db, 'compute', newId());
      next;
      next = await claimNext(kernel.db, 'compute', newId())
    )
      got.push(next.job.id)
    assert.deepEqual(new Set(got), new Set(made.map(j => j.id)))
    await kernel.db.execute(sql`UPDATE jobs SET state = 'succeeded' WHERE project_id = ${projectId}`)
  })

  it('the next job comes from the project with the fewest running', async () => {
    const [busy, quiet] = [await kernel.project(), await kernel.project()]
    for (let i = 0; i < 3; i++) await enqueue(busy.projectId)
    await enqueue(quiet.projectId)
    const order = []
    for (let i = 0; i < 4; i++) order.push((await claimNext(kernel.db, 'compute', newId()))!.job.projectId)
    assert.equal(order[0], busy.projectId)
    assert.equal(order[1], quiet.projectId)
    await kernel.db.execute(sql`UPDATE jobs SET state = 'succeeded' WHERE state = 'running'`)
  })

  it('a silent worker loses its attempt; what it writes afterwards is refused; the second attempt finishes', async () => {
    const { projectId } = await kernel.project()
    await enqueue(projectId)
    const first = (await claimNext(kernel.db, 'compute', newId()))!
    assert.equal(await heartbeat(kernel.db, first.attempt), 'ok')
    await expire(first.attempt.id)
    const settled = await reapLost(kernel.db, async () => undefined)
    assert.deepEqual(
      settled.map(j => [j.id, j.state, j.reasonCode]),
      [[first.job.id, 'queued', 'worker_lost']],
    )
    const second = (await claimNext(kernel.db, 'compute', newId()))!
    assert.equal(second.attempt.number, 2)

    assert.equal(await heartbeat(kernel.db, first.attempt), 'lost')
    await assert.rejects(
      kernel.db.transaction(tx => requireCurrent(tx, first.attempt)),
      (e: AppError) => e.code === 'superseded',
    )
    await assert.rejects(
      kernel.db.transaction(tx => endAttempt(tx, first.attempt, 'succeeded')),
      (e: AppError) => e.code === 'superseded',
    )
    await kernel.db.transaction(tx => endAttempt(tx, second.attempt, 'succeeded'))
    const states = await kernel.db
      .select({ number: attempts.number, state: attempts.state })
      .from(attempts)
      .where(eq(attempts.jobId, first.job.id))
      .orderBy(attempts.number)
    assert.deepEqual(states, [
      { number: 1, state: 'lost' },
      { number: 2, state: 'succeeded' },
    ])
  })

  it('a job whose tries are used up fails with a reason, and its subject is settled in the same transaction', async () => {
    const { projectId } = await kernel.project()
    const job = await enqueue(projectId)
    const seen: string[] = []
    for (let n = 1; n <= 2; n++) {
      const claim = (await claimNext(kernel.db, 'compute', newId()))!
      await expire(claim.attempt.id)
      await reapLost(kernel.db, async (_tx, row) => void seen.push(row.state))
    }
    assert.deepEqual(seen, ['queued', 'failed'])
    const [row] = await kernel.db.select().from(jobs).where(eq(jobs.id, job.id))
    assert.equal(row!.state, 'failed')
    assert.match(row!.reason!, /Tried 2 times/)
  })

  it('somebody asked to cancel: the heartbeat says so, and a lost attempt is not tried again', async () => {
    const { projectId } = await kernel.project()
    const job = await enqueue(projectId)
    const claim = (await claimNext(kernel.db, 'compute', newId()))!
    await kernel.db.update(jobs).set({ cancelRequestedAt: sql`now()` }).where(eq(jobs.id, job.id))
    assert.equal(await heartbeat(kernel.db, claim.attempt), 'cancel')
    await expire(claim.attempt.id)
    const [after] = await reapLost(kernel.db, async () => undefined)
    assert.equal(after!.state, 'cancelled')
  })
})
