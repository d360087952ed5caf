import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { profileDataset, showColumn, showDataset, showDiff, showLeaks } from './index.ts'

let kernel: TestKernel
let caller: Caller
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'viewer' }
  await storeOldRows()
  await kernel.sql.unsafe(await readFile('db/migrations/0015_store_codes_and_facts.sql', 'utf8'))
})
after(() => kernel.close())

const [datasetId, versionId] = [newId(), newId()]
const column = {
  name: 'b',
  type: 'number',
  role: 'target',
  missing: 0,
  distinct: 9,
  nullable: false,
  reason: 'numbers',
}

/** A version with all that is stored about it, in the shape from before codes and facts. */
async function storeOldRows(): Promise<void> {
  const { sql } = kernel
  const { projectId } = caller.scope
  const shared = { project_id: projectId }
  await sql`INSERT INTO datasets ${sql({ ...shared, id: datasetId, name: 'old', created_by: 'user:x' })}`
  await sql`INSERT INTO dataset_versions ${sql({
    ...{ ...shared, id: versionId, dataset_id: datasetId, number: 1, digest: 'd'.repeat(64) },
    ...{ source_digest: 's'.repeat(64), bytes: 1, rows: 9, column_count: 1, created_by: 'user:x' },
    schema: JSON.stringify([column]),
    source: JSON.stringify({ kind: 'upload', fileName: 'old.csv' }),
    warnings: JSON.stringify(['b: says nothing.', 'b: 3 cells are blank.']),
    breaks: JSON.stringify(['“b” reaches from 0 to 9.']),
  })}`
  const warnings = [{ kind: 'correlated', severity: 'low', column: 'b', other: 'c', sentence: 'b and c go together.' }]
  await sql`INSERT INTO version_profiles ${sql({
    ...{ ...shared, version_id: versionId, relations_state: 'succeeded' },
    profile: JSON.stringify({
      ...{ v: 1, rows: 9, duplicateRows: 0 },
      columns: [{ name: 'b', type: 'number', quantiles: {}, top: [], histogram: [], warnings: ['b is skewed.'] }],
      warnings: [{ kind: 'skewed', severity: 'low', column: 'b', sentence: 'b is skewed.' }],
    }),
    relations: JSON.stringify({ v: 1, target: 'b', numbers: [], groups: [], targetRelations: [], warnings }),
  })}`
  await sql`INSERT INTO data_leaks ${sql({
    ...{ ...shared, id: newId(), version_id: versionId, target: 'b', split: 'random', state: 'succeeded' },
    findings: JSON.stringify({
      v: 1,
      items: [
        {
          ...{ columns: ['c'], kind: 'copy', severity: 'block', strength: 1 },
          ...{ words: 'equals b', evidence: '“c” equals b in all 9 rows.' },
        },
      ],
    }),
  })}`
  await sql`INSERT INTO data_diffs ${sql({
    ...{ ...shared, id: newId(), before_id: versionId, after_id: versionId, key: '[]', state: 'succeeded' },
    created_by: 'user:x',
    result: JSON.stringify({ v: 1, notes: ['The versions have no column in common.'], columns: [] }),
  })}`
}

describe('text that was stored before codes and facts', () => {
  it('of an ingestion and of contract breaks is shown as it was', async () => {
    const { warnings, breaks } = await showDataset(kernel, caller, 'old')
    assert.deepEqual(warnings, ['b: says nothing.', 'b: 3 cells are blank.'])
    assert.deepEqual(breaks, ['“b” reaches from 0 to 9.'])
  })
  it('of a profile is shown as it was, at the table and at the column', async () => {
    const { warnings, correlations } = await profileDataset(kernel, caller, 'old')
    assert.deepEqual(
      warnings.map(w => [w.kind, w.severity, w.column, w.other, w.sentence]),
      [
        ['skewed', 'low', 'b', undefined, 'b is skewed.'],
        ['correlated', 'low', 'b', 'c', 'b and c go together.'],
      ],
    )
    assert.equal(correlations!.warnings[0]!.sentence, 'b and c go together.')
    assert.deepEqual((await showColumn(kernel, caller, { dataset: 'old', column: 'b' })).warnings, ['b is skewed.'])
  })
  it('of leaks keeps kind, severity and evidence', async () => {
    const { findings } = await showLeaks(kernel, caller, { dataset: 'old' })
    assert.deepEqual(
      findings.map(f => [f.column, f.kind, f.severity, f.words, f.evidence]),
      [['c', 'copy', 'block', 'equals b', '“c” equals b in all 9 rows.']],
    )
  })
  it('of a comparison is shown as it was', async () => {
    const { result } = await showDiff(kernel, caller, { before: 'old@1', after: 'old@1', key: [] })
    assert.deepEqual(result!.notes, ['The versions have no column in common.'])
  })
  it('has the code legacy', async () => {
    const [row] = await kernel.sql<{ warnings: unknown; breaks: unknown }[]>`
      SELECT warnings, breaks FROM dataset_versions WHERE id = ${versionId}`
    assert.deepEqual(row!.breaks, [{ code: 'legacy', legacyText: '“b” reaches from 0 to 9.' }])
  })
})
