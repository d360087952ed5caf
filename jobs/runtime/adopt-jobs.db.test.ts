import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import { PgBoss } from 'pg-boss'
import postgres from 'postgres'
import { z } from 'zod'
import { migrate } from '#db/migrate.ts'
import { attempts, jobs } from '#db/schema/index.ts'
import { oldDatabase, type TestDatabase } from '#db/testing.ts'
import { newId } from '#server/kernel/ids.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import { defineJob } from '#server/platform/define-job.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { defineHandler } from '../handler.ts'
import { adoptJobs } from './adopt-jobs.ts'
import { startWorkerLoop } from './worker-loop.ts'

const definition = defineJob({ name: 'test.work', lane: 'compute', payload: z.object({}), attemptsAllowed: 3 })
const [project, queued, running, cancelling, ended, schedule] = Array.from({ length: 6 }, newId) as string[]

/** Jobs, attempts, wake-up messages and a schedule as the code before pg-boss delivered left them. */
async function writeOldState(url: string, db: postgres.Sql): Promise<void> {
  await db`INSERT INTO instance (id, key_check, blob_store_id, min_code) VALUES (1, 'k', 'b', 1)`
  await db`INSERT INTO projects (id, slug, name) VALUES (${project!}, 'old', 'old')`
  const job = (id: string, state: string, made: number, cancelled: boolean) => db`
    INSERT INTO jobs (project_id, id, name, lane, title, subject_kind, subject_id, payload, state, attempts_made, attempts_allowed,
      cancel_requested_at, created_by)
    VALUES (${project!}, ${id}, 'test.work', 'compute', 'Work', 'thing', ${newId()}, '{}', ${state}, ${made}, 3,
      ${cancelled ? new Date() : null}, 'user:x')`
  await job(queued!, 'queued', 0, false)
  await job(running!, 'running', 1, false)
  await job(cancelling!, 'queued', 0, true)
  await job(ended!, 'succeeded', 1, false)
  await db`
    INSERT INTO attempts (project_id, id, job_id, number, worker_id, state, lease_until)
    VALUES (${project!}, ${newId()}, ${running!}, 1, ${newId()}, 'running', now() + interval '10 seconds')`
  await db`
    INSERT INTO schedules (project_id, id, name, cron, zone, job, subject_kind, subject_id, payload, next_at, created_by)
    VALUES (${project!}, ${schedule!}, 'nightly', '0 3 * * *', 'Europe/Berlin', 'test.work', 'thing', ${newId()}, '{}', now(), 'user:x')`
  const boss = await new PgBoss({ connectionString: url, schedule: false }).start()
  await boss.createQueue('dead-letter')
  await boss.createQueue('compute', { deadLetter: 'dead-letter', retryLimit: 3, expireInSeconds: 60 })
  for (const id of [queued, running, ended]) await boss.send('compute', { v: 1, jobId: id })
  await boss.stop({ graceful: false })
}

let database: TestDatabase
let db: postgres.Sql
let kernel: TestKernel | undefined
before(async () => {
  database = await oldDatabase('0013')
  db = postgres(database.url, { max: 2, onnotice: () => undefined })
  await writeOldState(database.url, db)
})
after(async () => {
  await db.end({ timeout: 2 })
  await (kernel ?? database).close()
})

describe('an instance of the code whose pg-boss only woke workers', { concurrency: false }, () => {
  it('is not migrated while a worker of that code sends heartbeats', async () => {
    const id = newId()
    const beat = () => db`
      INSERT INTO processes (id, kind, host, pid, version, cores) VALUES (${id}, 'worker', 'old-host', 17, '0.1.0', 2)
      ON CONFLICT (id) DO UPDATE SET heartbeat_at = clock_timestamp()`
    await beat()
    const beating = setInterval(() => void beat().execute(), 300)
    try {
      await assert.rejects(migrate(database.url), /worker of an older version still runs \(host old-host, process 17\)/)
    } finally {
      clearInterval(beating)
    }
    const columns = await db`SELECT 1 FROM information_schema.columns WHERE column_name = 'lease_until'`
    assert.equal(columns.length, 1, 'nothing was changed')
    await db`UPDATE processes SET heartbeat_at = now() - interval '1 minute'`
  })

  it('gets its open jobs delivered under their ids, its running ones as the next attempt, its schedules timed', async () => {
    await migrate(database.url)
    await db`DELETE FROM instance`
    kernel = await testKernel({}, database)
    const settled: string[] = []
    const done: [string, number][] = []
    const loop = await startWorkerLoop(kernel, newId(), { interactive: 1, compute: 1, maintenance: 1 }, [
      defineHandler({
        definition,
        run: async ({ job, attempt }) => void done.push([job.id, attempt.number]),
        settle: async (_tx, job, { state }) => void settled.push(`${job.id} ${state}`),
      }) as never,
    ])
    try {
      for (let i = 0; i < 400; i++) {
        const open = await kernel.db.$count(jobs, sql`state IN ('queued', 'running')`)
        if (open === 0) break
        await new Promise(resolve => setTimeout(resolve, 25))
      }
    } finally {
      await loop.stop()
    }
    const rows = new Map((await kernel.db.select().from(jobs)).map(j => [j.id, j]))
    assert.deepEqual(
      [queued, running, cancelling, ended].map(id => rows.get(id!)!.state),
      ['succeeded', 'succeeded', 'cancelled', 'succeeded'],
    )
    assert.deepEqual(
      new Map(done),
      new Map([
        [queued!, 1],
        [running!, 2],
      ]),
    )
    assert.deepEqual(new Set(settled), new Set([`${running} queued`, `${cancelling} cancelled`]))
    const kept = await kernel.db.select().from(attempts).where(eq(attempts.jobId, running!)).orderBy(attempts.number)
    assert.deepEqual(
      kept.map(a => [a.number, a.state]),
      [
        [1, 'lost'],
        [2, 'succeeded'],
      ],
    )
    const timed = await kernel.db.execute(sql`SELECT name, key, cron, timezone FROM pgboss.schedule`)
    assert.deepEqual([...timed], [{ name: 'schedules', key: schedule, cron: '0 3 * * *', timezone: 'Europe/Berlin' }])
  })

  it('is adopted once: a second start sends nothing again', async () => {
    const { db: handle } = kernel!
    const count = async () => (await handle.execute(sql`SELECT count(*)::int AS n FROM pgboss.job`))[0]!.n as number
    await change(kernel!, systemActor('test'), c =>
      c.enqueue(definition, {
        projectId: project!,
        title: 'New',
        subject: { kind: 'thing', id: newId() },
        payload: {},
      }),
    )
    const before = await count()
    await Promise.all([adoptJobs(kernel!, new Map()), adoptJobs(kernel!, new Map())])
    assert.equal(await count(), before)
  })
})
