import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from 'drizzle-orm'
import { openDatabase } from '#db/client.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { change } from './change.ts'
import { currentCursor, loadCursor, readEvents, saveCursor, writeEvent } from './events.ts'
import { type TestKernel, testKernel, untilEventsReadable } from './testing.ts'

const actor = systemActor('test')
let kernel: TestKernel
before(async () => {
  kernel = await testKernel()
})
after(() => kernel.close())

describe('events', () => {
  it('two transactions that commit in reverse order are both read, once, by a reader with a cursor', async () => {
    const { projectId } = await kernel.project()
    let cursor = await currentCursor(kernel.db)
    const event = (type: string) => ({ projectId, type, subjectKind: 'test', subjectId: '1' })
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
      await writeEvent(tx, actor, event('test.first-begun'))
      written()
      await held
    })
    await firstWritten
    await change(kernel, actor, c => c.emit(event('test.second-begun')))

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
    assert.deepEqual(seen, ['test.first-begun', 'test.second-begun'])
    await other.close()
  })

  it('a change that fails tells of nothing', async () => {
    const { projectId } = await kernel.project()
    await untilEventsReadable(kernel.db)
    const cursor = await currentCursor(kernel.db)
    await assert.rejects(
      change(kernel, actor, async c => {
        await c.emit({ projectId, type: 'test.never', subjectKind: 'test', subjectId: '1' })
        throw new Error('no')
      }),
    )
    assert.deepEqual(await readEvents(kernel.db, cursor), [])
  })

  it('cursors are kept', async () => {
    assert.deepEqual(await loadCursor(kernel.db, 'nobody'), { xid: '0', seq: 0 })
    await saveCursor(kernel.db, 'reader', { xid: '77', seq: 5 })
    await saveCursor(kernel.db, 'reader', { xid: '78', seq: 1 })
    assert.deepEqual(await loadCursor(kernel.db, 'reader'), { xid: '78', seq: 1 })
  })

  it('the audit log refuses to be changed', async () => {
    await change(kernel, actor, c =>
      c.audit({ projectId: null, action: 'test.audited', subjectKind: 'test', subjectId: '1' }),
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
