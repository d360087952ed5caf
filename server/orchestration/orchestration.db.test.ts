import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { attempts, auditLog, eventDeliveries, jobs } from '#db/schema/index.ts'
import type { Role } from '#server/access/contract.ts'
import { orchestrationRouter } from '#server/api/routers/orchestration.ts'
import { createCallerFactory, router } from '#server/api/trpc.ts'
import { newId } from '#server/kernel/ids.ts'
import { type ProjectScope, systemActor } from '#server/kernel/scope.ts'
import { deadLetterJob, endAttempt, lockJob, openAttempt, requeueLost } from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import { defineJob } from '#server/platform/define-job.ts'
import { appendLines } from '#server/platform/job-log.ts'
import { saveSchedule } from '#server/platform/schedules.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'

const definition = defineJob({ name: 'test.work', lane: 'compute', payload: z.object({}), attemptsAllowed: 2 })

let kernel: TestKernel
before(async () => {
  kernel = await testKernel()
})
after(() => kernel.close())

const api = (scope: ProjectScope, role: Role = 'engineer') =>
  createCallerFactory(router({ orchestration: orchestrationRouter }))({
    kernel,
    requestId: 'test',
    callerIn: async () => ({ actor: { kind: 'user', id: newId() }, scope, role }),
    requireAnyone: async () => undefined,
  }).orchestration

const enqueue = (scope: ProjectScope, title = 'Work') =>
  change(kernel, systemActor('test'), c =>
    c.enqueue(definition, {
      projectId: scope.projectId,
      title,
      subject: { kind: 'thing', id: newId() },
      payload: {},
    }),
  )
const code = (wanted: string) => (error: { code: string }) => error.code === wanted

describe('jobs of a project', () => {
  it('are listed newest first, by state, in pages', async () => {
    const scope = await kernel.project()
    const { id } = await enqueue(scope, 'a')
    for (const title of ['b', 'c']) await enqueue(scope, title)
    const claim = await openAttempt(kernel.db, id, 1, newId())
    await kernel.db.transaction(tx => endAttempt(tx, claim!.attempt, 'succeeded'))

    const first = await api(scope).list({ limit: 2 })
    assert.deepEqual(
      first.items.map(j => j.title),
      ['c', 'b'],
    )
    assert.deepEqual(first.counts, { queued: 2, succeeded: 1 })
    const second = await api(scope).list({ limit: 2, cursor: first.next! })
    assert.deepEqual([second.items.map(j => j.title), second.next], [['a'], null])
    const titles = async (state: 'active' | 'ended' | 'failed') =>
      (await api(scope).list({ state })).items.map(j => j.title)
    assert.deepEqual(await titles('active'), ['c', 'b'])
    assert.deepEqual(await titles('ended'), ['a'])
    assert.deepEqual(await titles('failed'), [])
    assert.equal((await api(scope).list({ name: 'test.' })).items.length, 3)
    assert.equal((await api(scope).list({ name: '%' })).items.length, 0)
  })

  it('show each attempt with what became of it and where it ran', async () => {
    const scope = await kernel.project()
    const { id } = await enqueue(scope)
    await openAttempt(kernel.db, id, 1, newId())
    await kernel.db.transaction(async tx => requeueLost(tx, (await lockJob(tx, id))!))
    await openAttempt(kernel.db, id, 2, newId())
    const shown = await api(scope, 'viewer').show({ job: id })
    assert.equal(shown.state, 'running')
    assert.deepEqual(
      shown.attempts.map(a => [a.number, a.state]),
      [
        [1, 'lost'],
        [2, 'running'],
      ],
    )
    assert.match(shown.attempts[0]!.reason!, /no heartbeat/)
    assert.match(shown.attempts[0]!.worker, /^worker /)

    const { lanes, from, to } = await api(scope).timeline({ minutes: 60 })
    assert.equal(lanes.length, 1)
    assert.equal(lanes[0]!.attempts.length, 2)
    for (const attempt of lanes[0]!.attempts) assert.ok(attempt.startedAt > from && attempt.startedAt <= to)
  })

  it('have a log that can be followed', async () => {
    const scope = await kernel.project()
    const job = await enqueue(scope)
    const attempt = { id: newId(), jobId: job.id, number: 1 }
    const line = (text: string) => ({ at: new Date(0).toISOString(), level: 'info' as const, text })
    await appendLines(kernel.db, job, attempt, [line('one'), line('two')])
    const first = await api(scope).log({ job: job.id })
    assert.deepEqual([first.lines.map(l => l.text), first.next], [['one', 'two'], 1])
    await appendLines(kernel.db, job, attempt, [line('three')])
    const more = await api(scope).log({ job: job.id, after: first.next })
    assert.deepEqual([more.lines.map(l => l.text), more.next], [['three'], 2])
    assert.deepEqual(await api(scope).log({ job: job.id, after: more.next }), { lines: [], next: 2 })
  })

  it('that holds an event back can be skipped by an engineer, once', async () => {
    const scope = await kernel.project()
    const job = await enqueue(scope)
    const { projectId } = scope
    const subject = { subjectKind: 'endpoint', subjectId: job.id }
    await kernel.db.insert(eventDeliveries).values({
      projectId,
      consumer: 'test.consume',
      seq: 1,
      xid: '1',
      ...subject,
      event: {},
      jobId: job.id,
      state: 'sent',
    })
    await assert.rejects(api(scope, 'viewer').skipEvent({ job: job.id }), code('FORBIDDEN'))
    await assert.rejects(api(await kernel.project()).skipEvent({ job: job.id }), code('NOT_FOUND'))
    await assert.rejects(api(scope).skipEvent({ job: job.id }), code('CONFLICT'), 'it has not failed for good')
    await kernel.db.update(eventDeliveries).set({ state: 'dead' })
    await kernel.db.update(jobs).set({ state: 'failed', deadLetteredAt: new Date() }).where(eq(jobs.id, job.id))
    const blocking = async () => (await api(scope).queues({})).deadLetters.map(j => [j.id, j.blocksEvent])
    assert.deepEqual(await blocking(), [[job.id, true]])
    assert.deepEqual(await api(scope).skipEvent({ job: job.id }), { job: job.id })
    assert.deepEqual(await kernel.db.select().from(eventDeliveries), [])
    assert.deepEqual(await blocking(), [[job.id, false]])
    await assert.rejects(api(scope).skipEvent({ job: job.id }), code('CONFLICT'))
    const audited = await kernel.db.select().from(auditLog).where(eq(auditLog.subjectId, job.id))
    assert.deepEqual(
      audited.map(a => [a.action, a.details]),
      [['orchestration.skip-event', { consumer: 'test.consume', event: 1 }]],
    )
  })

  it('can be cancelled by an engineer, once, and it is audited', async () => {
    const scope = await kernel.project()
    const job = await enqueue(scope)
    await assert.rejects(api(scope, 'viewer').cancel({ job: job.id }), code('FORBIDDEN'))
    const asked = await api(scope).cancel({ job: job.id })
    assert.deepEqual([asked.state, asked.cancelling], ['queued', true])
    const audited = await kernel.db.select().from(auditLog).where(eq(auditLog.subjectId, job.id))
    assert.deepEqual(
      audited.map(a => [a.action, a.outcome]),
      [['orchestration.cancel-job', 'done']],
    )
    const ended = await enqueue(scope)
    await kernel.db.update(jobs).set({ state: 'succeeded' }).where(eq(jobs.id, ended.id))
    await assert.rejects(api(scope).cancel({ job: ended.id }), code('CONFLICT'))
  })

  it('are counted by queue, with the times of those that ended', async () => {
    const scope = await kernel.project()
    const [ended, waiting] = [await enqueue(scope), await enqueue(scope)]
    const { attempt } = (await openAttempt(kernel.db, ended.id, 1, newId()))!
    await kernel.db.transaction(tx => endAttempt(tx, attempt, 'succeeded'))
    const at = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000)
    await kernel.db
      .update(jobs)
      .set({ createdAt: at(0), runAfter: at(0), startedAt: at(4) })
      .where(eq(jobs.id, ended.id))
    await kernel.db
      .update(attempts)
      .set({ startedAt: at(4), endedAt: at(10) })
      .where(eq(attempts.id, attempt.id))
    const { queues, deadLetters } = await api(scope, 'viewer').queues({})
    const compute = queues.find(q => q.lane === 'compute')!
    assert.deepEqual(
      [compute.queued, compute.running, compute.succeeded, compute.failed, compute.deadLetters],
      [1, 0, 1, 0, 0],
    )
    assert.deepEqual([compute.waitSeconds!.p50, compute.runSeconds!.p99], [4, 6])
    assert.ok(compute.oldestWaitSeconds >= 0 && compute.oldestWaitSeconds < 60)
    assert.deepEqual([queues.find(q => q.lane === 'interactive')!.waitSeconds, deadLetters], [null, []])
    assert.equal(waiting.state, 'queued')
  })

  it('that are dead letters can be redriven by an engineer, once, and it is audited', async () => {
    const scope = await kernel.project()
    const { id } = await enqueue(scope)
    await openAttempt(kernel.db, id, 1, newId())
    await assert.rejects(api(scope).redrive({ job: id }), code('CONFLICT'))
    await kernel.db.transaction(async tx => deadLetterJob(tx, (await lockJob(tx, id))!))
    const before = await api(scope).queues({})
    assert.deepEqual(
      before.deadLetters.map(j => [j.id, j.state, j.reasonCode]),
      [[id, 'failed', 'worker_lost']],
    )
    assert.equal(before.queues.find(q => q.lane === 'compute')!.deadLetters, 1)
    await assert.rejects(api(scope, 'viewer').redrive({ job: id }), code('FORBIDDEN'))
    await assert.rejects(api(await kernel.project()).redrive({ job: id }), code('NOT_FOUND'))
    const queued = await api(scope).redrive({ job: id })
    assert.deepEqual([queued.state, queued.attemptsAllowed - queued.attemptsMade], ['queued', 1])
    assert.deepEqual((await api(scope).queues({})).deadLetters, [])
    await assert.rejects(api(scope).redrive({ job: id }), code('CONFLICT'))
    const audited = await kernel.db.select().from(auditLog).where(eq(auditLog.subjectId, id))
    assert.deepEqual(
      audited.filter(a => a.outcome === 'done').map(a => a.action),
      ['orchestration.redrive-job'],
    )
  })

  it('of another project are not found', async () => {
    const job = await enqueue(await kernel.project())
    const other = api(await kernel.project())
    for (const ask of [other.show, other.log, other.cancel])
      await assert.rejects(ask({ job: job.id }), code('NOT_FOUND'))
    assert.deepEqual((await other.list({})).items, [])
    assert.deepEqual((await other.timeline({})).lanes, [])
  })

  it('schedules say when they run next', async () => {
    const scope = await kernel.project()
    await saveSchedule(
      kernel.queue,
      kernel.db,
      scope,
      {
        name: 'check bikes',
        cron: '0 6 * * *',
        zone: 'UTC',
        job: 'test.work',
        subject: { kind: 'thing', id: newId() },
        payload: {},
        createdBy: 'system:test',
      },
      new Date('2026-01-01T07:00:00Z'),
    )
    const { items } = await api(scope).schedules({})
    assert.deepEqual(
      items.map(s => [s.name, s.nextAt, s.enabled]),
      [['check bikes', '2026-01-02T06:00:00.000Z', true]],
    )
  })
})
