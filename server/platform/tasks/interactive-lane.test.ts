import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { AppError } from '#server/kernel/errors.ts'
import { defineTask, type Task } from './define-task.ts'
import { createInteractiveLane, LANE_LIMITS, type LaneLimits } from './interactive-lane.ts'

interface Answer {
  pid: number
  begun: number
  ended: number
}

let folder: string
let task: Task<{ ms: number }, Answer>
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-lane-'))
  const module = join(folder, 'task.mjs')
  await writeFile(
    module,
    `export async function run({ ms }) {
      const begun = Date.now()
      await new Promise(resolve => setTimeout(resolve, ms))
      return { pid: process.pid, begun, ended: Date.now() }
    }`,
  )
  task = defineTask({
    name: 'nap',
    module: pathToFileURL(module),
    input: z.object({ ms: z.number() }),
    result: z.object({ pid: z.number(), begun: z.number(), ended: z.number() }),
    memoryMb: 512,
    memoryHint: 'Sleep less.',
  })
})
after(() => rm(folder, { recursive: true, force: true }))

const open = (limits: Partial<LaneLimits> = {}) => createInteractiveLane({ ...LANE_LIMITS, ...limits })
const request = (projectId: string, signal?: AbortSignal) => ({
  projectId,
  signal,
  what: 'Reading these rows',
  hint: 'Use fewer conditions.',
})
const mostAtOnce = (answers: Answer[]) =>
  Math.max(...answers.map(a => answers.filter(b => b.begun <= a.begun && a.begun < b.ended).length))

describe('the lane for people who wait', () => {
  it('keeps its process warm', async () => {
    const lane = open()
    const first = await lane.run(task, { ms: 1 }, request('a'))
    const second = await lane.run(task, { ms: 1 }, request('a'))
    assert.equal(second.pid, first.pid)
    assert.notEqual(first.pid, process.pid)
  })

  it('runs only so many at once, in all and of one project', async () => {
    const lane = open({ running: 3, runningPerProject: 2 })
    // Processes start one after another on a busy machine: measure when all are warm.
    const warm = (ms: number) => ['a', 'b', 'c'].map(project => lane.run(task, { ms }, request(project)))
    for (let ms = 200, pids = 0; pids < 3 && ms < 20_000; ms *= 2)
      pids = new Set((await Promise.all(warm(ms))).map(a => a.pid)).size
    const own = Array.from({ length: 5 }, () => lane.run(task, { ms: 150 }, request('a')))
    const other = lane.run(task, { ms: 150 }, request('b'))
    const answers = await Promise.all(own)
    assert.equal(mostAtOnce(answers), 2)
    assert.ok((await other).begun < answers[4]!.begun, 'the other project did not wait for all of the first')
    assert.ok(mostAtOnce([...answers, await other]) <= 3)
  })

  it('refuses with a time to try again when too many wait, and recovers', async () => {
    const lane = open({ running: 1, runningPerProject: 1, waiting: 3, waitingPerProject: 2 })
    const ask = (project: string) => lane.run(task, { ms: 100 }, request(project))
    const taken = [ask('a'), ask('a'), ask('a')]
    await assert.rejects(ask('a'), (error: AppError) => {
      assert.deepEqual([error.code, error.retryAfterSeconds], ['too_many_requests', 3])
      return true
    })
    taken.push(ask('b'))
    await assert.rejects(ask('c'), { code: 'too_many_requests' })
    await Promise.all(taken)
    await ask('a')
  })

  it('says in words that the time limit was reached, and frees the slot', async () => {
    const lane = open({ running: 1, runningPerProject: 1, milliseconds: 300 })
    await assert.rejects(lane.run(task, { ms: 60_000 }, request('a')), {
      code: 'too_large',
      message: 'Reading these rows took longer than 0.3 s and was stopped.',
      hint: 'Use fewer conditions.',
    })
    await lane.run(task, { ms: 1 }, request('a'))
  })

  it('stops for a caller that went away, running or waiting', async () => {
    const lane = open({ running: 1, runningPerProject: 1 })
    const stop = new AbortController()
    const running = lane.run(task, { ms: 60_000 }, request('a', stop.signal))
    const waiting = lane.run(task, { ms: 60_000 }, request('a', stop.signal))
    stop.abort(new Error('gone'))
    await assert.rejects(running, /gone/)
    await assert.rejects(waiting, /gone/)
    await lane.run(task, { ms: 1 }, request('a'))
  })
})
