import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { z } from 'zod'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import { defineEvent } from '#server/platform/define-event.ts'
import { type TestKernel, testKernel, untilEventsReadable } from '#server/platform/testing.ts'
import { catchUp as catchUpNow, type Reaction, reactToEvents } from './react-to-events.ts'

let kernel: TestKernel
let scope: ProjectScope
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'silent'
  scope = await kernel.project()
})
after(() => kernel.close())

const emit = (type: string, word: string) =>
  change(kernel, systemActor('test'), c =>
    c.record({
      projectId: scope.projectId,
      event: defineEvent(type, 'blob', z.object({ word: z.string() })),
      subject: { kind: 'blob', id: newId() },
      payload: { word },
    }),
  )
const catchUp = async (at: TestKernel, reaction: Reaction) => {
  await untilEventsReadable(at.db)
  await catchUpNow(at, reaction)
}
const recorder = (name: string, fail: (word: string) => boolean = () => false) => {
  const seen: string[] = []
  const reaction: Reaction = {
    name,
    types: ['test.thing-made'],
    async react(_kernel, where, event) {
      assert.equal(where.projectId, scope.projectId)
      const word = String(event.payload?.word)
      if (fail(word)) throw new Error('no')
      seen.push(word)
    },
  }
  return { reaction, seen }
}

describe('reactions to events', () => {
  it('each event of its types once, in order, also those from before it was there', async () => {
    const { reaction, seen } = recorder('test.all')
    await emit('test.thing-made', 'a')
    await emit('test.thing-lost', 'b')
    await catchUp(kernel, reaction)
    await emit('test.thing-made', 'c')
    await catchUp(kernel, reaction)
    await catchUp(kernel, reaction)
    assert.deepEqual(seen, ['a', 'c'])
  })

  it('one that fails does not hold up those after it, nor another reaction', async () => {
    const failing = recorder('test.failing', word => word === 'a')
    const other = recorder('test.other')
    await catchUp(kernel, failing.reaction)
    await catchUp(kernel, other.reaction)
    assert.deepEqual([failing.seen, other.seen], [['c'], ['a', 'c']])
  })

  it('an event of a project that is gone is passed over', async () => {
    const { reaction, seen } = recorder('test.gone')
    await change(kernel, systemActor('test'), c =>
      c.record({
        projectId: newId(),
        event: defineEvent('test.thing-made', 'blob', z.object({})),
        subject: { kind: 'blob', id: newId() },
        payload: {},
      }),
    )
    await catchUp(kernel, reaction)
    assert.deepEqual(seen, ['a', 'c'])
  })

  it('wakes up when something happens, and not after it was stopped', async () => {
    const { reaction, seen } = recorder('test.live')
    const stop = await reactToEvents(kernel, [reaction])
    await emit('test.thing-made', 'd')
    for (let i = 0; i < 400 && !seen.includes('d'); i++) await new Promise(resolve => setTimeout(resolve, 25))
    assert.deepEqual(seen, ['a', 'c', 'd'])
    await stop()
    await emit('test.thing-made', 'e')
    await new Promise(resolve => setTimeout(resolve, 100))
    assert.deepEqual(seen, ['a', 'c', 'd'])
  })
})
