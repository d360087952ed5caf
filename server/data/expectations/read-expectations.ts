import { canonicalJson } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import { blockingOf, verdictSentence } from '#tables/expectations/judge-version.ts'
import { suggestExpectations } from '#tables/expectations/suggest-expectations.ts'
import { findProfile } from '../profile/store.ts'
import { versionOf } from '../read-datasets.ts'
import type { Suggestion } from './contract.ts'
import {
  findNewestValidation,
  findOverride,
  findSuite,
  findSuiteById,
  findValidation,
  listHistory,
  type SuiteRow,
  type ValidationRow,
} from './store.ts'

async function describeValidation(kernel: Kernel, scope: ProjectScope, row: ValidationRow, suite: SuiteRow) {
  const override = await findOverride(kernel.db, scope, row.versionId)
  const results = row.body?.results ?? []
  const covers = override !== undefined && blockingOf(results, override.expectations).length === 0
  return {
    id: row.id,
    state: row.state,
    reason: row.reason,
    suite: suite.number,
    verdict: row.verdict,
    sentence: row.state === 'succeeded' ? verdictSentence(results) : null,
    results,
    at: row.endedAt?.toISOString() ?? null,
    /** Who approved this failing version, and the reason; null without an approval or a failure. */
    override:
      override && covers && row.verdict === 'fail'
        ? { reason: override.reason, by: override.createdBy, at: override.createdAt.toISOString() }
        : null,
  }
}

/** Returns the newest suite of a dataset, the results of this version, and the verdicts of the others. */
export async function showExpectations(kernel: Kernel, caller: Caller, nameAtVersion: string) {
  await authorize(kernel, caller, 'data:read')
  return readSnapshot(kernel, snapshot => describeExpectations(snapshot, caller.scope, nameAtVersion))
}

async function describeExpectations(kernel: Kernel, scope: ProjectScope, nameAtVersion: string) {
  const version = await versionOf(kernel, scope, nameAtVersion)
  const suite = await findSuite(kernel.db, scope, version.datasetId)
  const [row, history] = await Promise.all([
    suite && findNewestValidation(kernel.db, scope, version.id),
    listHistory(kernel.db, scope, version.datasetId),
  ])
  const checked = row && (row.suiteId === suite!.id ? suite! : await findSuiteById(kernel.db, scope, row.suiteId))
  return {
    dataset: version.datasetName,
    version: version.number,
    suite: suite?.number ?? 0,
    expectations: suite?.body.expectations ?? [],
    validation: row && checked ? await describeValidation(kernel, scope, row, checked) : null,
    history: history.map(h => ({ ...h, at: h.at.toISOString() })),
  }
}

/** Returns a validation and its state. */
export async function showValidation(kernel: Kernel, caller: Caller, id: string) {
  await authorize(kernel, caller, 'data:read')
  const row = await findValidation(kernel.db, caller.scope, id)
  const suite = row && (await findSuiteById(kernel.db, caller.scope, row.suiteId))
  if (!row || !suite) throw new AppError('not_found', 'There is no such validation in this project.')
  return describeValidation(kernel, caller.scope, row, suite)
}

/**
 * Returns what the profile of a version suggests, without existing expectations. While the profile is being computed, `state` shows it and
 * the list is empty.
 */
export async function suggestSuite(
  kernel: Kernel,
  caller: Caller,
  nameAtVersion: string,
): Promise<{ dataset: string; version: number; state: string; reason: string | null; suggestions: Suggestion[] }> {
  await authorize(kernel, caller, 'data:read')
  const { scope } = caller
  const version = await versionOf(kernel, scope, nameAtVersion)
  const [row, suite] = await Promise.all([
    findProfile(kernel.db, scope, version.id),
    findSuite(kernel.db, scope, version.datasetId),
  ])
  // One per type and column: an expectation that a person changed is not suggested again in its original form.
  const key = (e: { type: string; column: string | null }) => canonicalJson([e.type, e.column])
  const known = new Set((suite?.body.expectations ?? []).map(key))
  const all = row ? suggestExpectations({ ...version, createdAtMs: version.createdAt.getTime() }, row.profile) : []
  return {
    dataset: version.datasetName,
    version: version.number,
    state: version.profileState,
    reason: version.profileReason,
    suggestions: all.filter(s => !known.has(key(s))),
  }
}
