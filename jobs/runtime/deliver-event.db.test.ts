import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { openDatabase } from '#db/client.ts'
import { eventDeliveries, jobs } from '#db/schema/index.ts'
import { derivedId, newId } from '#server/kernel/ids.ts'
import { type ProjectScope, systemActor } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import { type Consumer, type DeliverPayload, defineConsumer } from '#server/platform/define-consumer.ts'
import { defineEvent } from '#server/platform/define-event.ts'
import { skipDeadDelivery } from '#server/platform/deliveries.ts'
import { dispatchEvents, startDispatcher } from '#server/platform/dispatch-events.ts'
import { loadCursor, writeEvent } from '#server/platform/events.ts'
import { type TestKernel, testKernel, untilEventsReadable } from '#server/platform/testing.ts'
import type { JobContext } from '../handler.ts'
import { deliverTo } from './deliver-event.ts'
import { startWorkerLoop, type WorkerLoop } from './worker-loop.ts'

const actor = systemActor('test')
const made = defineEvent('test.thing-made', 'blob', z.object({ word: z.string() }))
const lost = defineEvent('test.thing-lost', 'blob', z.object({ word: z.string() }))

let kernel: TestKernel
let scope: ProjectScope
let loop: WorkerLoop | undefined
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'silent'
  scope = await kernel.project()
})
afterEach(async () => {
  await loop?.stop()
  loop = undefined
})
after(() => kernel.close())

const record = (word: string, id = newId(), event: typeof made | typeof lost = made) =>
  change(kernel, actor, c =>
    c.record({ projectId: scope.projectId, event, subject: { kind: 'blob', id }, payload: { word } }),
  )
const dispatch = async (consumer: Consumer) => {
  await untilEventsReadable(kernel.db)
  await dispatchEvents(kernel, [consumer])
}
/** A consumer of its own cursor that starts now and writes down what it handles. */
async function recorder(fails: (word: string) => boolean = () => false) {
  const seen: string[] = []
  const consumer = defineConsumer({
    name: `test.consumer-${newId().slice(-6)}`,
    title: 'Handle a thing',
    events: [made],
    async handle(_c, { event }) {
      if (fails(event.payload.word)) throw new Error('no')
      seen.push(event.payload.word)
    },
  }) as unknown as Consumer
  await dispatch(consumer)
  await kernel.db.delete(eventDeliveries).where(eq(eventDeliveries.consumer, consumer.name))
  await kernel.sql`DELETE FROM jobs WHERE name = ${consumer.name}`
  return { consumer, seen }
}
const jobsOf = (consumer: Consumer) => kernel.db.select().from(jobs).where(eq(jobs.name, consumer.name))
const openOf = (consumer: Consumer) =>
  kernel.db.select().from(eventDeliveries).where(eq(eventDeliveries.consumer, consumer.name))

const work = async (...consumers: Consumer[]) => {
  const slots = { interactive: 2, compute: 1, maintenance: 1 }
  loop = await startWorkerLoop(kernel, newId(), slots, consumers.map(deliverTo) as never)
}
async function until(good: () => boolean | Promise<boolean>) {
  for (let i = 0; i < 1200; i++) {
    if (await good()) return
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('it did not happen')
}
/** Runs the handler of a delivery as an attempt would, without a worker. */
const deliver = (consumer: Consumer, payload: unknown) => {
  const context: Partial<JobContext<DeliverPayload>> = {
    kernel,
    scope,
    payload: payload as DeliverPayload,
    line: () => undefined,
    finish: write => change(kernel, actor, write),
  }
  return deliverTo(consumer).run(context as JobContext<DeliverPayload>)
}

describe('consumers of events', () => {
  it('each event of its types is handled once, in order within its subject', async () => {
    const { consumer, seen } = await recorder()
    const [a, b] = [newId(), newId()]
    for (const [word, id] of [
      ['a1', a],
      ['b1', b],
      ['a2', a],
      ['a3', a],
    ] as const)
      await record(word, id)
    await record('never', a, lost)
    await dispatch(consumer)
    assert.deepEqual(
      (await jobsOf(consumer)).map(j => (j.payload as DeliverPayload).event.payload.word).sort(),
      ['a1', 'b1'],
      'one job per subject at a time',
    )
    const stop = await startDispatcher(kernel, [consumer])
    await work(consumer)
    await until(async () => seen.length === 4 && (await openOf(consumer)).length === 0)
    await stop()
    assert.deepEqual(
      seen.filter(word => word.startsWith('a')),
      ['a1', 'a2', 'a3'],
    )
    assert.deepEqual(await openOf(consumer), [])
  })

  it('two transactions that commit in reverse order are both delivered, in commit order', async () => {
    const { consumer, seen } = await recorder()
    const id = newId()
    const other = openDatabase(kernel.url, { max: 1 })
    const written = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const slow = other.db.transaction(async tx => {
      await writeEvent(tx, actor, made, { projectId: scope.projectId, id, payload: { word: 'first' } })
      written.resolve()
      await release.promise
    })
    await written.promise
    await record('second', id)
    await dispatchEvents(kernel, [consumer])
    assert.deepEqual(await jobsOf(consumer), [], 'the later transaction waits for the earlier one')
    release.resolve()
    await slow
    await other.close()
    await dispatch(consumer)
    for (const job of await jobsOf(consumer)) await deliver(consumer, job.payload)
    await dispatch(consumer)
    for (const job of await jobsOf(consumer)) await deliver(consumer, job.payload)
    assert.deepEqual(seen, ['first', 'second'])
  })

  it('a consumer that fails is retried, then dead; only later events of that subject wait, until it is skipped', async () => {
    let broken = true
    let tries = 0
    const { consumer, seen } = await recorder(word => word === 'a1' && broken && ++tries > 0)
    const [a, b] = [newId(), newId()]
    for (const [word, id] of [
      ['a1', a],
      ['a2', a],
      ['b1', b],
    ] as const)
      await record(word, id)
    const stop = await startDispatcher(kernel, [consumer])
    await work(consumer)
    await until(async () => (await openOf(consumer)).some(d => d.state === 'dead'))
    assert.equal(tries, 3)
    await record('b2', b)
    await until(() => seen.includes('b2'))
    assert.deepEqual(seen, ['b1', 'b2'])

    const dead = (await openOf(consumer)).find(d => d.state === 'dead')!
    const foreign = await kernel.project()
    await change(kernel, actor, async c => {
      assert.equal(await skipDeadDelivery(c.tx, foreign, dead.jobId!), undefined)
      assert.equal((await skipDeadDelivery(c.tx, scope, dead.jobId!))!.seq, dead.seq)
      c.wakeAfter({ topic: 'events' })
    })
    await until(() => seen.includes('a2'))
    assert.deepEqual(seen, ['b1', 'b2', 'a2'])

    broken = false
    await deliver(consumer, { v: 1, event: dead.event })
    assert.deepEqual(seen, ['b1', 'b2', 'a2'], 'what was skipped is not handled later')
    await stop()
  })

  it('a dead delivery that is delivered again is handled, and lets the next one go', async () => {
    let broken = true
    const { consumer, seen } = await recorder(word => word === 'a1' && broken)
    const id = newId()
    await record('a1', id)
    await record('a2', id)
    await dispatch(consumer)
    const [job] = await jobsOf(consumer)
    await assert.rejects(deliver(consumer, job!.payload), /no/)
    await kernel.db.transaction(tx =>
      deliverTo(consumer).settle!(tx, job!, { state: 'failed', reasonCode: 'failed', reason: 'no' }),
    )
    await dispatch(consumer)
    assert.equal((await jobsOf(consumer)).length, 1)
    broken = false
    await deliver(consumer, job!.payload)
    await dispatch(consumer)
    assert.deepEqual([seen, (await jobsOf(consumer)).length], [['a1'], 2])
  })

  it('an event that is delivered twice is handled once', async () => {
    const { consumer, seen } = await recorder()
    await record('a')
    await dispatch(consumer)
    await dispatch(consumer)
    const [job, ...more] = await jobsOf(consumer)
    assert.deepEqual(more, [])
    const { at, seq } = (job!.payload as DeliverPayload).event
    assert.equal(job!.id, derivedId(Date.parse(at), consumer.name, seq))
    await Promise.all([deliver(consumer, job!.payload), deliver(consumer, job!.payload)])
    await deliver(consumer, job!.payload)
    assert.deepEqual(seen, ['a'])
  })

  it('a process that dies between the sends and the cursor has sent nothing', async () => {
    const { consumer, seen } = await recorder()
    await record('a')
    await record('b')
    await untilEventsReadable(kernel.db)
    const before = await loadCursor(kernel.db, consumer.name)
    let sent = 0
    const queue = {
      ...kernel.queue,
      enqueue: (...args: Parameters<typeof kernel.queue.enqueue>) => {
        if (++sent === 2) throw new Error('killed')
        return kernel.queue.enqueue(...args)
      },
    }
    await assert.rejects(dispatchEvents({ ...kernel, queue }, [consumer]), /killed/)
    assert.deepEqual(
      [await jobsOf(consumer), await openOf(consumer), await loadCursor(kernel.db, consumer.name)],
      [[], [], before],
    )
    await dispatch(consumer)
    for (const job of await jobsOf(consumer)) await deliver(consumer, job.payload)
    assert.deepEqual(seen.sort(), ['a', 'b'])
  })

  it('a second dispatcher leaves the work to the one that has the lock', async () => {
    const { consumer } = await recorder()
    await record('a')
    await untilEventsReadable(kernel.db)
    await Promise.all([1, 2, 3, 4].map(() => dispatchEvents(kernel, [consumer])))
    assert.equal((await jobsOf(consumer)).length, 1)
  })

  it('events of a project that is gone are left out', async () => {
    const { consumer } = await recorder()
    await change(kernel, actor, c =>
      c.record({ projectId: newId(), event: made, subject: { kind: 'blob', id: newId() }, payload: { word: 'x' } }),
    )
    await dispatch(consumer)
    assert.deepEqual([await openOf(consumer), await jobsOf(consumer)], [[], []])
  })
})
