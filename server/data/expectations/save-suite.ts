import { canonicalJson } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { WrittenCheck } from '#tables/expectations/check-written.ts'
import { expectationsSaved } from '../events.ts'
import { type DatasetVersion, versionOf } from '../read-datasets.ts'
import { findVersion } from '../store.ts'
import { checkWrittenTask, readTable } from '../tables/read-table.ts'
import { type Expectation, type NewExpectation, type SaveSuiteInput, saveSuiteInput } from './contract.ts'
import { insertSuite, lockSuite } from './store.ts'
import { queueValidation } from './validate-version.ts'

const writtenOf = (e: NewExpectation): WrittenCheck[] =>
  e.type === 'sql'
    ? [{ type: 'sql', predicate: e.parameters.predicate }]
    : e.type === 'regex'
      ? [{ type: 'regex', pattern: e.parameters.pattern }]
      : []

/** Throws for a predicate or pattern that cannot be evaluated, before anything is stored. */
async function requireReadable(
  scope: ProjectScope,
  { schema }: DatasetVersion,
  expectations: readonly NewExpectation[],
): Promise<void> {
  const written = expectations.flatMap(writtenOf)
  if (written.length === 0) return
  await readTable(
    checkWrittenTask,
    scope,
    { schema, written },
    { what: 'Reading the expectations', hint: 'Save fewer expectations with a predicate or pattern.' },
  )
}

/** Keeps the ids of expectations that give one, or that check the same as a previous one. */
function withIds(list: readonly NewExpectation[], before: readonly Expectation[]): Expectation[] {
  const sameAs = (e: NewExpectation | Expectation) => canonicalJson([e.type, e.column, e.parameters])
  const known = new Map(before.map(e => [sameAs(e), e.id]))
  const ids = new Set(before.map(e => e.id))
  const taken = new Set<string>()
  return list.map(e => {
    const wanted = e.id !== undefined && ids.has(e.id) ? e.id : known.get(sameAs(e))
    const name = wanted !== undefined && !taken.has(wanted) ? wanted : newId()
    taken.add(name)
    const { id: _, ...rest } = e
    return { ...rest, id: name } as Expectation
  })
}

/**
 * Saves the expectations of a dataset as its next suite, and validates its newest version. An unchanged suite is not saved again. Throws
 * `conflict` if the suite was changed in the meantime.
 */
export async function saveSuite(
  kernel: Kernel,
  caller: Caller,
  input: SaveSuiteInput,
): Promise<{ suite: number; created: boolean; validation: string | null }> {
  await authorize(kernel, caller, 'data:write')
  const { dataset, expectations, basedOn } = saveSuiteInput.parse(input)
  const { scope } = caller
  const version = await versionOf(kernel, scope, dataset)
  await requireReadable(scope, version, expectations)
  return change(kernel, caller.actor, async c => {
    const before = await lockSuite(c.tx, scope, version.datasetId)
    if (basedOn !== undefined && (before?.number ?? 0) !== basedOn)
      throw new AppError('conflict', `The expectations of ${version.datasetName} were changed in the meantime.`, {
        hint: 'Load them again, then repeat your change.',
      })
    const list = withIds(expectations, before?.body.expectations ?? [])
    if (before && canonicalJson(before.body.expectations) === canonicalJson(list))
      return { suite: before.number, created: false, validation: null }
    const suite = await insertSuite(c.tx, scope, {
      datasetId: version.datasetId,
      number: (before?.number ?? 0) + 1,
      body: { v: 1, expectations: list },
      createdBy: actorKey(c.actor),
    })
    await c.record({
      projectId: scope.projectId,
      event: expectationsSaved,
      subject: { kind: 'dataset', id: version.datasetId },
      payload: {
        dataset: version.datasetName,
        suite: suite.number,
        expectations: list.length,
        blocking: list.filter(e => e.enabled && e.severity === 'block').length,
      },
      audit: { action: 'data.save-expectations' },
    })
    if (!list.some(e => e.enabled)) return { suite: suite.number, created: true, validation: null }
    const newest = await findVersion(c.tx, scope, version.datasetId)
    const target = newest ? { ...newest, datasetName: version.datasetName } : version
    const queued = await queueValidation(c, scope, target, suite)
    // Validate the shown version too.
    if (target.id !== version.id) await queueValidation(c, scope, version, suite)
    return { suite: suite.number, created: true, validation: queued.id }
  })
}
