import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import postgres from 'postgres'
import { migrate } from '#db/migrate.ts'
import { databaseBefore } from '#db/testing.ts'
import type { Caller } from '#server/access/caller.ts'
import { readAudit } from '#server/access/index.ts'
import { listDatasets, profileDataset, showDataset, showLeaks } from '#server/data/index.ts'
import { newId } from '#server/kernel/ids.ts'
import { scopeOf } from '#server/kernel/scope.ts'
import { listMonitors, readStatus } from '#server/monitoring/index.ts'
import { listJobs, readSchedules } from '#server/orchestration/index.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { showModel } from '#server/registry/index.ts'
import { listEndpoints, readHistory } from '#server/serving/index.ts'
import { listExperiments, showExperiment, showRun } from '#server/training/index.ts'

/** The tables of the sample project's instance as release 0.1.0 (migration 0011) left them; of its predictions the first 400. */
const INSTANCE = new URL('./instance-0011.json.gz', import.meta.url)
const NEXT_MIGRATION = '0012_rename_done'

let kernel: TestKernel
let caller: Caller

before(async () => {
  const database = await databaseBefore(NEXT_MIGRATION)
  const tables = JSON.parse(gunzipSync(await readFile(INSTANCE)).toString()) as Record<string, unknown[]>
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined })
  // Rows refer to each other in circles; they were consistent when they were read.
  await sql`SET session_replication_role = replica`
  for (const [table, rows] of Object.entries(tables))
    await sql.unsafe(
      `INSERT INTO "${table}" OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::"${table}", $1::text::json)`,
      [JSON.stringify(rows)],
    )
  await sql.end()
  await migrate(database.url)
  kernel = await testKernel({}, database)
  const [project] = await kernel.db.query.projects.findMany()
  caller = { actor: { kind: 'user', id: newId() }, scope: scopeOf(project!), role: 'owner' }
})
after(() => kernel.close())

describe('an instance of release 0.1.0 after the upgrade', () => {
  it('has its datasets with profile and leaks', async () => {
    const { items } = await listDatasets(kernel, caller)
    assert.deepEqual(
      items.map(d => d.dataset),
      ['bike-sharing'],
    )
    const shown = await showDataset(kernel, caller, 'bike-sharing')
    assert.equal(shown.columns, 17)
    assert.equal((await profileDataset(kernel, caller, 'bike-sharing@1')).state, 'succeeded')
    const leaks = await showLeaks(kernel, caller, { dataset: 'bike-sharing@1', target: 'cnt', split: 'time' })
    assert.equal(leaks.state, 'succeeded')
    assert.match(JSON.stringify(leaks.findings), /casual \+ registered = cnt in all 8,645 rows/)
  })

  it('has its experiments and runs, which succeeded', async () => {
    const { items } = await listExperiments(kernel, caller)
    const experiment = await showExperiment(kernel, caller, 'bike-demand-2011')
    assert.equal(experiment.status, 'succeeded')
    assert.ok(items.length === 3 && experiment.items.length > 0)
    assert.ok(experiment.items.every(run => run.status === 'succeeded' && run.digest))
    const run = await showRun(kernel, caller, experiment.items.at(-1)!.run)
    assert.ok(run.recipe.length > 0 && run.rowsValidation! > 0)
    assert.equal(run.direction, 'minimize')
  })

  it('has its model, whose champion is what its primary endpoint serves', async () => {
    const model = await showModel(kernel, caller, 'bike-demand')
    assert.deepEqual([model.versions.length, model.aliases], [2, { champion: 1 }])
    const [endpoint] = (await listEndpoints(kernel, caller)).items
    assert.deepEqual(
      endpoint!.targets.map(t => [t.version, t.role, t.weight]),
      [[1, 'champion', 100]],
    )
    assert.equal(endpoint!.primary, true)
    const history = await readHistory(kernel, caller, { endpoint: 'bike-demand' })
    assert.deepEqual(
      history.items.map(i => [i.revision, i.action, i.version]),
      [
        [3, 'rollback', 1],
        [2, 'promote', 2],
        [1, 'promote', 1],
      ],
    )
  })

  it('has its verdict with the stored sentence, and windows with their error', async () => {
    const [monitor] = (await listMonitors(kernel, caller)).items
    assert.equal(monitor!.verdict, 'alert')
    assert.match(monitor!.sentence, /Measured RMSE rose from 60\.4 at validation to 120 in 2012-12/)
    const status = await readStatus(kernel, caller, { endpoint: 'bike-demand', grain: 'month' })
    assert.equal(status.windows.length, 12)
    assert.equal(status.metric?.direction, 'minimize')
  })

  it('has its jobs, schedules and audit', async () => {
    const jobs = await listJobs(kernel, caller, { state: 'succeeded', limit: 100 })
    assert.ok(jobs.items.length >= 20)
    assert.equal((await listJobs(kernel, caller, { state: 'active', limit: 100 })).items.length, 0)
    assert.equal((await readSchedules(kernel, caller)).items.length, 2)
    const audit = await readAudit(kernel, caller, { limit: 100 })
    assert.ok(audit.items.some(entry => entry.action === 'serving.promote-version' && entry.outcome === 'done'))
  })
})
