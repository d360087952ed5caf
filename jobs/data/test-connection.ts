import { isOutgoingRefusal, type OutgoingPolicy, outgoingPolicy } from '#server/adapters/outgoing/index.ts'
import { auditRefusal, completeTest, failTest, openConnection, testConnectionJob } from '#server/data/service.ts'
import type { Address, Secrets, SettingsOf, SourceKind } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { defineHandler } from '../handler.ts'
import { adapterOf } from './sources/registry.ts'

const MAX_MS = 30_000

/** Fills the settings about what to read with defaults, because a connection has none. */
const NOTHING = {
  url: { kind: 'url', format: 'auto', items: '', pages: { by: 'none' } },
  database: { kind: 'database', query: '' },
  objects: { kind: 'objects', prefix: '', pattern: '*' },
} as const

const testBy = <K extends SourceKind>(
  kind: K,
  address: Address,
  secrets: Secrets,
  policy: OutgoingPolicy,
  signal: AbortSignal,
) => adapterOf(kind).test({ ...NOTHING[kind], ...address } as unknown as SettingsOf<K>, secrets, policy, signal)

/** Tests a connection and stores the result as a sentence; a failed connection is a result as well. */
export const testConnection = defineHandler({
  definition: testConnectionJob,
  async run({ kernel, scope, payload, signal, finish }) {
    const { address, secrets } = await openConnection(kernel, scope, payload.connectionId)
    const limit = AbortSignal.timeout(MAX_MS)
    let result: { passed: boolean; sentence: string }
    try {
      const both = AbortSignal.any([signal, limit])
      result = { passed: true, sentence: await testBy(address.kind, address, secrets, outgoingPolicy(kernel), both) }
    } catch (error) {
      signal.throwIfAborted()
      if (isOutgoingRefusal(error)) await auditRefusal(kernel, scope, systemActor('worker'), address, error)
      if (limit.aborted) result = { passed: false, sentence: `No response within ${MAX_MS / 1000} s.` }
      else if (error instanceof AppError)
        result = { passed: false, sentence: `${error.message} ${error.hint ?? ''}`.trim() }
      else throw error
    }
    await finish(c => completeTest(c, scope, payload.connectionId, result))
  },
  settle: (tx, job, { state, reason }) =>
    state === 'queued' ? Promise.resolve() : failTest(tx, job.projectId, job.subjectId, reason),
})
