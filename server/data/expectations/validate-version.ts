import type { Handle } from '#db/client.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { blockingOf, verdictOf, verdictSentence } from '#tables/expectations/judge-version.ts'
import { versionValidated } from '../events.ts'
import { type DatasetVersion, versionById, versionOf } from '../read-datasets.ts'
import { findVersionById } from '../store.ts'
import type { Expectation, ValidationBody } from './contract.ts'
import { validateVersionJob } from './jobs.ts'
import {
  findNewestValidation,
  findSuite,
  findSuiteById,
  findValidation,
  insertValidation,
  type SuiteRow,
  updateValidation,
  type ValidationRow,
} from './store.ts'

/** Queues the validation of a version against a suite. Returns an existing one that is queued or running. */
export async function queueValidation(
  c: Change,
  scope: ProjectScope,
  version: { id: string; number: number; datasetName: string },
  suite: SuiteRow,
): Promise<ValidationRow> {
  const before = await findNewestValidation(c.tx, scope, version.id, suite.id)
  if (before && (before.state === 'queued' || before.state === 'running')) return before
  const row = await insertValidation(c.tx, scope, {
    versionId: version.id,
    suiteId: suite.id,
    createdBy: actorKey(c.actor),
  })
  const job = await c.enqueue(validateVersionJob, {
    projectId: scope.projectId,
    title: `Validate ${version.datasetName} v${version.number}`,
    subject: { kind: 'dataset-validation', id: row.id },
    payload: { v: 1, validationId: row.id },
  })
  await updateValidation(c.tx, scope.projectId, row.id, { jobId: job.id })
  return { ...row, jobId: job.id }
}

/** Validates a new version automatically if its dataset has expectations. */
export async function validateNewVersion(c: Change, scope: ProjectScope, versionId: string): Promise<void> {
  const version = await findVersionById(c.tx, scope, versionId)
  const suite = version && (await findSuite(c.tx, scope, version.datasetId))
  if (!version || !suite?.body.expectations.some(e => e.enabled)) return
  if (await findNewestValidation(c.tx, scope, versionId, suite.id)) return
  await queueValidation(c, scope, version, suite)
}

/** Starts a validation on request and returns it; poll `showValidation` until it has ended. */
export async function validateVersion(kernel: Kernel, caller: Caller, nameAtVersion: string): Promise<{ id: string }> {
  await authorize(kernel, caller, 'data:write')
  const version = await versionOf(kernel, caller.scope, nameAtVersion)
  const suite = await findSuite(kernel.db, caller.scope, version.datasetId)
  if (!suite?.body.expectations.some(e => e.enabled))
    throw new AppError('conflict', `${version.datasetName} has no expectations yet.`, {
      hint: `Add those that its profile suggests: fleximl data expect ${version.datasetName} --suggest --apply`,
    })
  const row = await change(kernel, caller.actor, c => queueValidation(c, caller.scope, version, suite))
  return { id: row.id }
}

/** Loads what a worker needs: the version, its expectations, and the versions it is compared with. */
export async function startValidation(
  kernel: Kernel,
  scope: ProjectScope,
  id: string,
): Promise<{ version: DatasetVersion; suite: SuiteRow; others: Map<Expectation, DatasetVersion | string> }> {
  const row = await findValidation(kernel.db, scope, id)
  const suite = row && (await findSuiteById(kernel.db, scope, row.suiteId))
  if (!row || !suite) throw new AppError('not_found', 'This validation was deleted.')
  await updateValidation(kernel.db, scope.projectId, id, { state: 'running' })
  const version = await versionById(kernel, scope, row.versionId)
  const others = new Map<Expectation, DatasetVersion | string>()
  for (const e of suite.body.expectations) {
    if (!e.enabled || (e.type !== 'referential' && e.type !== 'drift')) continue
    const ref = e.type === 'drift' ? `${version.datasetName}@${e.parameters.against}` : e.parameters.dataset
    others.set(
      e,
      await versionOf(kernel, scope, ref).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'not_found') return error.message
        throw error
      }),
    )
  }
  return { version, suite, others }
}

export async function completeValidation(
  c: Change,
  scope: ProjectScope,
  id: string,
  version: DatasetVersion,
  body: ValidationBody,
): Promise<void> {
  const verdict = verdictOf(body.results)
  await updateValidation(c.tx, scope.projectId, id, {
    state: 'succeeded',
    reason: null,
    verdict,
    body,
    endedAt: nowDate(),
  })
  await c.record({
    projectId: scope.projectId,
    event: versionValidated,
    subject: { kind: 'dataset', id: version.datasetId },
    payload: {
      dataset: version.datasetName,
      version: version.number,
      verdict,
      sentence: verdictSentence(body.results),
      blocking: blockingOf(body.results).length,
    },
  })
}

/** Fails a validation in the transaction that settles its job. */
export async function failValidation(
  tx: Handle,
  projectId: string,
  id: string,
  state: 'queued' | 'failed' | 'cancelled',
  reason: string,
): Promise<void> {
  await updateValidation(
    tx,
    projectId,
    id,
    state === 'queued' ? { state, reason } : { state: 'failed', reason, endedAt: nowDate() },
  )
}
