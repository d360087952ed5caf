import type { Handle } from '#db/client.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { connectionTested } from '../events.ts'
import { testConnectionJob } from './jobs.ts'
import { findConnection, updateConnection } from './store.ts'

/** Queues a test of a connection; poll `connections` until it is no longer running. */
export async function testConnection(
  kernel: Kernel,
  caller: Caller,
  input: { name: string },
): Promise<{ name: string }> {
  await authorize(kernel, caller, 'data:write')
  await change(kernel, caller.actor, async c => {
    const row = await findConnection(c.tx, caller.scope, input)
    if (!row) throw new AppError('not_found', `There is no connection ${input.name} in this project.`)
    if (row.testState === 'running') return
    await updateConnection(c.tx, caller.scope.projectId, row.id, { testState: 'running', testSentence: null })
    await c.enqueue(testConnectionJob, {
      projectId: caller.scope.projectId,
      title: `Test the connection ${row.name}`,
      subject: { kind: 'connection', id: row.id },
      payload: { v: 1, connectionId: row.id },
    })
    await c.record({
      projectId: caller.scope.projectId,
      subject: { kind: 'connection', id: row.id },
      audit: { action: 'data.test-connection', details: { name: row.name } },
    })
  })
  return { name: input.name }
}

/** Stores the result of a test. A failed connection is a result too: the job succeeds. */
export async function completeTest(
  c: Change,
  scope: ProjectScope,
  connectionId: string,
  result: { passed: boolean; sentence: string },
): Promise<void> {
  await updateConnection(c.tx, scope.projectId, connectionId, {
    testState: result.passed ? 'passed' : 'failed',
    testSentence: result.sentence,
    testedAt: nowDate(),
  })
  await c.record({
    projectId: scope.projectId,
    event: connectionTested,
    subject: { kind: 'connection', id: connectionId },
    payload: { passed: result.passed },
  })
}

/** Fails a test in the transaction that settles its job. */
export const failTest = (tx: Handle, projectId: string, connectionId: string, reason: string): Promise<void> =>
  updateConnection(tx, projectId, connectionId, { testState: 'failed', testSentence: reason, testedAt: nowDate() })
