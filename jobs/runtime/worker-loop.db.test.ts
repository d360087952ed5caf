import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { attempts, jobs } from '#db/schema/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { type ProjectScope, systemActor } from '#server/kernel/scope.ts'
import { redriveJob } from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import { defineJob } from '#server/platform/define-job.ts'
import { readLines } from '#server/platform/job-log.ts'
import { listSchedules, removeSchedule, saveSchedule } from '#server/platform/schedules.ts'
import { loseHeartbeat, type TestKernel, testKernel } from '#server/platform/testing.ts'
import { defineHandler, type JobContext } from '../handler.ts'
import { startWorkerLoop, type WorkerLoop } from './worker-loop.ts'

type Payload = { n: number }
const definition = defineJob({
  name: 'test.work',
  lane: 'compute',
  payload: z.object({ n: z.number() }),
  attemptsAllowed: 2,
})

let kernel: TestKernel
let loop: WorkerLoop | undefined
before(async () => {
  kernel = await testKernel()
})
afterEach(async () => {
  await loop?.stop()
  loop = undefined
})
after(() => kernel.close())

const work = async (run: (context: JobContext<Payload>) => Promise<void>, settled: string[] = []) => {
  loop = await startWorkerLoop(kernel, newId(), { interactive: 1, compute: 2, maintenance: 1 }, [
    defineHandler<Payload>({ definition, run, settle: async (_tx, _job, s) => void settled.push(s.state) }) as never,
  ])
}
const enqueue = async (n = 1) => {
  const { projectId } = await kernel.project()
  return change(kernel, systemActor('test'), c =>
    c.enqueue(definition, { projectId, title: 'Work', subject: { kind: 'thing', id: newId() }, payload: { n } }),
  )
}
/** Waits for a condition in the database, not for a time. */
async function until(id: string, good: (job: typeof jobs.$inferSelect) => boolean) {
  for (let i = 0; i < 600; i++) {
    const [job] = await kernel.db.select().from(jobs).where(eq(jobs.id, id))
    if (good(job!)) return job!
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the job did not get there')
}

describe('the worker', () => {
  it('runs a job as soon as it is committed, and keeps its log', async () => {
    await work(async context => {
      context.line('info', 'half way')
      context.progress(0.5)
    })
    const job = await enqueue()
    await until(job.id, j => j.state === 'succeeded')
    const [project] = await kernel.db.select().from(jobs).where(eq(jobs.id, job.id))
    const lines = await readLines(kernel.db, { projectId: project!.projectId } as never, job.id)
    assert.deepEqual(
      lines.map(l => [l.level, l.text, l.attempt]),
      [['info', 'half way', 1]],
    )
  })

  it('what will not get better by trying again fails once, with the reason in words', async () => {
    const settled: string[] = []
    await work(async () => {
      throw new AppError('invalid', 'The file is empty.', { hint: 'Choose another.' })
    }, settled)
    const job = await until((await enqueue()).id, j => j.state === 'failed')
    assert.equal(job.reason, 'The file is empty. Choose another.')
    assert.equal(job.attemptsMade, 1)
    assert.deepEqual(settled, ['failed'])
  })

  it('a passing cause is tried again, then fails with a reason', async () => {
    const settled: string[] = []
    await work(async () => {
      throw new Error('flaky')
    }, settled)
    const job = await until((await enqueue()).id, j => j.state === 'failed')
    assert.match(job.reason!, /flaky Tried 2 times/)
    assert.deepEqual(settled, ['queued', 'failed'])
  })

  it('a cancelled job stops within two seconds', async () => {
    await work(
      context =>
        new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason))),
    )
    const job = await enqueue()
    await until(job.id, j => j.state === 'running')
    const asked = performance.now()
    await kernel.db.update(jobs).set({ cancelRequestedAt: sql`now()` }).where(eq(jobs.id, job.id))
    kernel.notifier.wake({ topic: 'cancel', id: job.id })
    await until(job.id, j => j.state === 'cancelled')
    assert.ok(performance.now() - asked < 2_000)
  })

  it('a queued job that is cancelled ends with its subject and is never begun', async () => {
    const settled: string[] = []
    let begun = 0
    const job = await enqueue()
    const { projectId } = job
    const scope = { projectId } as ProjectScope
    const asked = await change(kernel, systemActor('test'), c => c.cancelJob(scope, job.id))
    assert.equal(asked?.id, job.id)
    await work(async () => void begun++, settled)
    const ended = await until(job.id, j => j.state === 'cancelled')
    assert.equal(ended.reason, 'Cancelled before it started.')
    assert.deepEqual([begun, settled], [0, ['cancelled']])
    assert.equal(await change(kernel, systemActor('test'), c => c.cancelJob(scope, job.id)), undefined)
  })

  it('a job of another project cannot be cancelled', async () => {
    const job = await enqueue()
    const other = await kernel.project()
    assert.equal(await change(kernel, systemActor('test'), c => c.cancelJob(other, job.id)), undefined)
    await work(async () => undefined)
    await until(job.id, j => j.state === 'succeeded')
  })

  it('work of a stopped worker goes back to the queue without using up a try', async () => {
    await work(
      context =>
        new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason))),
    )
    const job = await enqueue()
    await until(job.id, j => j.state === 'running')
    await loop!.stop()
    const after = await until(job.id, j => j.state === 'queued')
    assert.equal(after.reasonCode, 'worker_stopped')
    assert.equal(after.attemptsAllowed - after.attemptsMade, 2)
    await work(async () => undefined)
    await until(job.id, j => j.state === 'succeeded')
  })

  it('a worker that was silent too long cannot write, and the job is done once', async () => {
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    const wrote: number[] = []
    await work(async context => {
      if (context.attempt.number === 1) await held
      await context.finish(async () => void wrote.push(context.attempt.number))
    })
    const job = await enqueue()
    await until(job.id, j => j.state === 'running')
    await loseHeartbeat(kernel, job.id)
    await until(job.id, j => j.state === 'succeeded')
    release()
    await new Promise(resolve => setTimeout(resolve, 200))
    const states = await kernel.db
      .select({ n: attempts.number, state: attempts.state })
      .from(attempts)
      .where(eq(attempts.jobId, job.id))
      .orderBy(attempts.number)
    assert.deepEqual(states, [
      { n: 1, state: 'lost' },
      { n: 2, state: 'succeeded' },
    ])
    assert.deepEqual(wrote, [2])
  })

  it('a job whose last attempt is lost fails with its subject; redriven, it gets one more attempt under the same id', async () => {
    const settled: string[] = []
    const held: (() => void)[] = []
    await work(async context => {
      if (context.attempt.number <= 2) await new Promise<void>(resolve => held.push(resolve))
    }, settled)
    const job = await enqueue()
    for (const number of [1, 2]) {
      await until(job.id, j => j.state === 'running' && j.attemptsMade === number)
      await loseHeartbeat(kernel, job.id)
    }
    const dead = await until(job.id, j => j.state === 'failed')
    assert.equal(dead.reasonCode, 'worker_lost')
    assert.match(dead.reason!, /Tried 2 times/)
    assert.ok(dead.deadLetteredAt)
    assert.deepEqual(settled, ['queued', 'failed'])
    for (const release of held) release()

    const scope = { projectId: job.projectId } as ProjectScope
    await change(kernel, systemActor('test'), async c =>
      c.queue.sendAgain(c.tx, (await redriveJob(c.tx, scope, job.id))!),
    )
    const after = await until(job.id, j => j.state === 'succeeded')
    assert.deepEqual([after.attemptsMade, after.deadLetteredAt, after.reason], [3, null, null])
    assert.deepEqual(settled, ['queued', 'failed', 'queued'])
  })

  it('a job that failed for good in its last attempt is a dead letter; one whose input is wrong is not', async () => {
    await work(async context => {
      throw context.payload.n === 1 ? new Error('flaky') : new AppError('invalid', 'The file is empty.')
    })
    const flaky = await enqueue()
    const invalid = await enqueue(2)
    await until(flaky.id, j => j.state === 'failed' && j.deadLetteredAt !== null)
    assert.equal((await until(invalid.id, j => j.state === 'failed')).deadLetteredAt, null)
  })

  it('a lost attempt that was to be cancelled ends as cancelled and is not retried', async () => {
    const settled: string[] = []
    let started = 0
    await work(context => {
      started++
      return new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))
    }, settled)
    const job = await enqueue()
    await until(job.id, j => j.state === 'running')
    // As after the death of its worker: no process receives the cancel signal.
    await kernel.db.update(jobs).set({ attemptsMade: 1, cancelRequestedAt: sql`now()` }).where(eq(jobs.id, job.id))
    await loseHeartbeat(kernel, job.id)
    await until(job.id, j => j.state === 'cancelled')
    assert.deepEqual([started, settled], [1, ['cancelled']])
  })

  it('starts the job of a schedule once for all occurrences that nobody was there for', async () => {
    const scope = await kernel.project()
    const schedule = {
      name: 'every minute',
      cron: '* * * * *',
      zone: 'UTC',
      job: definition.name,
      subject: { kind: 'thing', id: newId() },
      payload: { n: 1 },
      createdBy: 'system:test',
    }
    const id = await saveSchedule(kernel.queue, kernel.db, scope, schedule, new Date())
    await kernel.db.execute(sql`UPDATE pgboss.schedule SET created_on = now() - interval '3 hours' WHERE key = ${id}`)
    await kernel.db.execute(sql`UPDATE pgboss.version SET cron_on = now() - interval '2 hours'`)
    let runs = 0
    await work(async () => void runs++)
    const started = () => kernel.db.select().from(jobs).where(eq(jobs.projectId, scope.projectId))
    for (let i = 0; i < 600 && runs < 2; i++) await new Promise(resolve => setTimeout(resolve, 25))
    // One for the two hours, and the one of the minute that is due now.
    assert.deepEqual([runs, (await started()).length], [2, 2])
    assert.equal((await started())[0]!.createdBy, 'system:scheduler')
    const [row] = await listSchedules(kernel.db, scope)
    assert.ok(row!.lastAt && row!.nextAt!.getTime() > Date.now() - 1_000)
    await removeSchedule(kernel.queue, kernel.db, scope, schedule.name)
    assert.equal((await kernel.db.execute(sql`SELECT key FROM pgboss.schedule WHERE key = ${id}`)).length, 0)
  })

  it('a job that no worker knows fails and says so', async () => {
    loop = await startWorkerLoop(kernel, newId(), { interactive: 1, compute: 1, maintenance: 1 }, [])
    const job = await until((await enqueue()).id, j => j.state === 'failed')
    assert.match(job.reason!, /No handler is known/)
  })
})
