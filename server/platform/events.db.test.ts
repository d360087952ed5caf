import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { openDatabase } from '#db/client.ts'
import { auditLog, links } from '#db/schema/index.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { change } from './change.ts'
import { defineEvent } from './define-event.ts'
import { currentCursor, loadCursor, payloadOf, readEvents, saveCursor, writeEvent } from './events.ts'
import type { Signal } from './notifier.ts'
import { type TestKernel, testKernel, untilEventsReadable } from './testing.ts'

const actor = systemActor('test')
const firstMade = defineEvent('test.first-made', 'blob', z.object({}))
const secondMade = defineEvent('test.second-made', 'blob', z.object({}))
const counted = defineEvent('test.counted', 'run', z.object({ v: z.literal(1).default(1), count: z.int() }))
let kernel: TestKernel
before(async () => {
  kernel = await testKernel()
})
after(() => kernel.close())

describe('events', () => {
  it('two transactions that commit in reverse order are both read, once, by a reader with a cursor', async () => {
    const { projectId } = await kernel.project()
    let cursor = await currentCursor(kernel.db)
    const other = openDatabase(kernel.url, { max: 1 })
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    let written = () => {}
    const firstWritten = new Promise<void>(resolve => {
      written = resolve
    })
    const slow = other.db.transaction(async tx => {
      await writeEvent(tx, actor, firstMade, { projectId, id: '1', payload: {} })
      written()
      await held
    })
    await firstWritten
    await change(kernel, actor, c =>
      c.record({ projectId, event: secondMade, subject: { kind: 'blob', id: '1' }, payload: {} }),
    )

    const seen: string[] = []
    const read = async () => {
      for (const e of await readEvents(kernel.db, cursor)) {
        seen.push(e.type)
        cursor = { xid: e.xid, seq: e.seq }
      }
    }
    await read()
    assert.deepEqual(seen, [], 'the later transaction waits for the earlier one')
    release()
    await slow
    await untilEventsReadable(kernel.db)
    await read()
    await read()
    assert.deepEqual(seen, ['test.first-made', 'test.second-made'])
    await other.close()
  })

  it('a change that fails leaves no event', async () => {
    const { projectId } = await kernel.project()
    await untilEventsReadable(kernel.db)
    const cursor = await currentCursor(kernel.db)
    await assert.rejects(
      change(kernel, actor, async c => {
        await c.record({ projectId, event: firstMade, subject: { kind: 'blob', id: '1' }, payload: {} })
        throw new Error('no')
      }),
    )
    assert.deepEqual(await readEvents(kernel.db, cursor), [])
  })

  it('a payload that its definition does not allow is refused', async () => {
    const { projectId } = await kernel.project()
    await assert.rejects(
      change(kernel, actor, c =>
        c.record({ projectId, event: counted, subject: { kind: 'run', id: '1' }, payload: { count: 0.5 } }),
      ),
      /payload of event test.counted/,
    )
  })

  it('one record writes event, audit entry and link, and wakes the subject after the commit', async () => {
    const { projectId } = await kernel.project()
    await untilEventsReadable(kernel.db)
    const cursor = await currentCursor(kernel.db)
    const woken: Signal[] = []
    const stop = await kernel.notifier.listen(signal => void (signal.projectId === projectId && woken.push(signal)))
    const subject = { kind: 'run', id: '7' } as const
    await change(kernel, actor, c =>
      c.record({
        projectId,
        event: counted,
        subject,
        payload: { count: 2 },
        reason: 'because',
        audit: { action: 'test.count' },
        links: [{ from: subject, relation: 'uses', to: { kind: 'blob', id: 'b' } }],
        wakes: [{ kind: 'experiment', id: '8' }],
      }),
    )
    await untilEventsReadable(kernel.db)
    const [stored] = await readEvents(kernel.db, cursor)
    assert.deepEqual(payloadOf(counted, stored!), { v: 1, count: 2 })
    assert.deepEqual(payloadOf(counted, { ...stored!, payload: { count: 3 } }), { v: 1, count: 3 }, 'a row from before')
    assert.equal(payloadOf(firstMade, stored!), undefined)
    const [audited] = await kernel.db.select().from(auditLog).where(eq(auditLog.action, 'test.count'))
    assert.deepEqual(
      [audited!.subjectKind, audited!.subjectId, audited!.details, audited!.reason],
      ['run', '7', { count: 2 }, 'because'],
    )
    assert.equal((await kernel.db.select().from(links).where(eq(links.fromId, '7'))).length, 1)
    for (let i = 0; i < 100 && woken.length < 2; i++) await new Promise(resolve => setTimeout(resolve, 20))
    await stop()
    assert.deepEqual(
      woken.map(s => [s.topic, s.id]),
      [
        ['run', '7'],
        ['experiment', '8'],
      ],
    )
  })

  it('cursors are kept', async () => {
    assert.deepEqual(await loadCursor(kernel.db, 'nobody'), { xid: '0', seq: 0 })
    await saveCursor(kernel.db, 'reader', { xid: '77', seq: 5 })
    await saveCursor(kernel.db, 'reader', { xid: '78', seq: 1 })
    assert.deepEqual(await loadCursor(kernel.db, 'reader'), { xid: '78', seq: 1 })
  })

  it('the audit log refuses to be changed', async () => {
    await change(kernel, actor, c =>
      c.record({ projectId: null, subject: { kind: 'blob', id: '1' }, audit: { action: 'test.audited' } }),
    )
    await assert.rejects(kernel.db.execute(sql`DELETE FROM audit_log`), e =>
      /append-only/.test(String((e as Error).cause ?? e)),
    )
    await assert.rejects(kernel.db.execute(sql`UPDATE audit_log SET action = 'x'`), e =>
      /append-only/.test(String((e as Error).cause ?? e)),
    )
  })

  it('a wake-up reaches a listener after the commit', async () => {
    const got = new Promise(
      resolve => void kernel.notifier.listen(signal => signal.topic === 'hello' && resolve(signal)),
    )
    await new Promise(resolve => setTimeout(resolve, 100))
    kernel.notifier.wake({ topic: 'hello', id: '1' })
    assert.deepEqual(await got, { topic: 'hello', id: '1' })
  })
})
