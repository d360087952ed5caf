import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import { events, jobs, monitorWindows, predictionLog } from '#db/schema/index.ts'
import type { Caller } from '#server/access/caller.ts'
import { ROLES } from '#server/access/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { checkEndpoint, listMonitors, readStatus } from '#server/monitoring/index.ts'
import {
  logPredictions,
  projectIn,
  promoteRentals,
  rentalRows,
  rentalsOf,
  sendTruth,
} from '#server/monitoring/testing.ts'
import { dispatchEvents } from '#server/platform/dispatch-events.ts'
import { listSchedules } from '#server/platform/schedules.ts'
import { type TestKernel, testKernel, untilEventsReadable } from '#server/platform/testing.ts'
import { registerVersion } from '#server/registry/index.ts'
import { versionOf } from '#server/registry/service.ts'
import { promoteVersion, showEndpoint } from '#server/serving/index.ts'
import { resolveInstant, upsertStats } from '#server/serving/service.ts'
import { callerOf, insertDoneRun, trainBundle } from '#server/serving/testing.ts'
import { consumers } from '../consumers.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

const ZONE = 'America/New_York'
let kernel: TestKernel
let loop: WorkerLoop
let scope: ProjectScope
let caller: Caller
let endpoint: { id: string; versionId: string }
/** Rows of the prediction log with their truth, by month of the project's zone. */
const logged = new Map<string, { id: string; actual: number }[]>()

const status = (grain: 'month' | 'day' = 'month') => readStatus(kernel, caller, { endpoint: 'rentals', grain })

async function check() {
  const { jobId } = await checkEndpoint(kernel, caller, { endpoint: 'rentals' })
  return jobEnds(jobId)
}
async function jobEnds(id: string) {
  for (let i = 0; i < 1200; i++) {
    const [job] = await kernel.db.select().from(jobs).where(eq(jobs.id, id))
    if (job && job.state !== 'queued' && job.state !== 'running') return job
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the check did not end')
}
async function traffic(from: string, count: number, shift: { temp?: number }, error: number) {
  const rows = rentalRows(from, count, 6, shift, 7).map(row => ({
    ...row,
    instant: new Date(resolveInstant(row.at, ZONE)).toISOString(),
  }))
  const ids = await logPredictions(kernel, scope, endpoint, rows, error)
  for (const [i, row] of rows.entries()) {
    const month = row.at.slice(0, 7)
    logged.set(month, [...(logged.get(month) ?? []), { id: ids[i]!, actual: rentalsOf(row) }])
  }
}

before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), { interactive: 1, compute: 1, maintenance: 1 }, handlers)
  scope = await projectIn(kernel, ZONE)
  caller = await promoteRentals(kernel, scope)
  const { version } = await versionOf(kernel.db, scope, 'rentals@1')
  endpoint = { id: (await showEndpoint(kernel, caller, 'rentals')).id, versionId: version.id }
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

describe('a check of an endpoint', () => {
  it('says so when it was never checked, without traffic, and with too few rows', async () => {
    const never = await status()
    assert.deepEqual([never.verdict, never.checkedAt, never.windows.length], ['unknown', null, 0])
    assert.equal((await check()).state, 'succeeded')
    assert.match((await status()).sentence, /There are no predictions yet/)
    await traffic('2011-11-01T00:00:00', 12, {}, 3)
    await check()
    const few = await status()
    assert.equal(few.verdict, 'unknown')
    assert.match(few.sentence, /Only 12 rows .* at least 30/)
    assert.deepEqual([few.rows, few.windows.map(w => w.window)], [12, ['2011-11']])
  })

  it('traffic like the training is ok; of a date only the missing cells are watched, its values are no drift', async () => {
    await traffic('2011-11-04T00:00:00', 220, {}, 3)
    assert.equal((await check()).state, 'succeeded')
    const seen = await status()
    assert.equal(seen.verdict, 'ok', seen.sentence)
    assert.match(seen.sentence, /None of 4 columns .* No feedback/)
    assert.deepEqual(
      seen.columns.map(c => [c.name, c.test, c.drifted]),
      [
        ['at', 'missing', false],
        ['temp', 'ks', false],
        ['wind', 'ks', false],
        ['kind', 'psi', false],
      ],
    )
    assert.equal(seen.prediction?.drifted, false)
  })

  it('rows without a prediction are a warning, also when no other row arrived', async () => {
    const at = new Date(Math.floor(kernel.clock.now() / 10_000) * 10_000)
    const { id: endpointId, versionId } = endpoint
    const stats = { projectId: scope.projectId, endpointId, processId: newId(), at, versionId, targetRole: 'champion' }
    const counts = { requests: 1, errors: 0, latency: [1], refused: 0, answerable: 0, repairs: null }
    await upsertStats(kernel.db, [{ ...stats, ...counts, rows: 600, failedRows: 6 }])
    await check()
    const seen = await status()
    assert.equal(seen.verdict, 'warn', seen.sentence)
    assert.match(seen.sentence, /^6 of 600 rows .*\(1 %\) have no prediction\. None of 4 columns/)
    await upsertStats(kernel.db, [{ ...stats, ...counts, rows: 601, failedRows: 6 }])
    await check()
    const after = await status()
    assert.equal(after.verdict, 'ok', after.sentence)
    assert.deepEqual(after.unwatched, [])
  })

  it('labels that come late change the windows they reach', async () => {
    const before = (await status()).performance.find(p => p.window === '2011-11')!
    assert.deepEqual([before.value, before.rows], [null, 0])
    await sendTruth(kernel, scope, endpoint.id, logged.get('2011-11')!)
    await check()
    const seen = await status()
    const november = seen.performance.find(p => p.window === '2011-11')!
    assert.equal(november.rows, logged.get('2011-11')!.length)
    assert.ok(november.value! > 2 && november.value! < 4, `${november.value}`)
    assert.ok(november.low! < november.value! && november.high! > november.value!)
    assert.ok(november.baseline! > 2 && november.baselineLow! < november.baselineHigh!)
    assert.equal(seen.performance.find(p => p.window === '2011-12')!.value, null)
    assert.equal(seen.verdict, 'ok', seen.sentence)
    assert.equal(seen.labelled, november.rows)
  })

  it('measures only the windows that changed, with the result of measuring all', async () => {
    await traffic('2011-12-20T00:00:00', 40, {}, 3)
    const { id } = await check()
    const [log] = await kernel.sql`SELECT json_agg(lines) AS lines FROM log_chunks WHERE job_id = ${id}`
    assert.match(JSON.stringify(log!.lines), /2 months, 1 of them measured now/)
    const incremental = await status()
    await kernel.sql`UPDATE monitor_windows SET basis = NULL WHERE endpoint_id = ${endpoint.id}`
    await kernel.sql`UPDATE monitor_checks SET report = report - 'fingerprint' - 'base' WHERE endpoint_id = ${endpoint.id}`
    assert.equal((await check()).state, 'succeeded')
    const whole = await status()
    const comparable = ({ checkedAt, ...rest }: typeof whole) => rest
    assert.deepEqual(comparable(whole), comparable(incremental))
  })

  it('drift in the second year shows per window, and the error that it brings is an alert', async () => {
    await traffic('2012-01-01T00:00:00', 480, { temp: 2 }, 12)
    for (const [month, rows] of logged) if (month >= '2012') await sendTruth(kernel, scope, endpoint.id, rows)
    await check()
    const seen = await status()
    assert.equal(seen.verdict, 'alert', seen.sentence)
    assert.match(seen.sentence, /^Measured RMSE rose from 2\.\d+|^Measured RMSE rose from 3/)
    assert.match(seen.sentence, /2012-0[34].*temp \(KS|temp has drifted/)
    const drift = (window: string) => seen.windows.find(w => w.window === window)!.columns.find(c => c.name === 'temp')!
    assert.equal(drift('2011-11').drifted, false)
    assert.equal(drift('2012-02').drifted, true)
    assert.equal(seen.windows.find(w => w.window === '2012-02')!.prediction!.drifted, true)
    const told = await kernel.db.select().from(events).where(eq(events.subjectId, endpoint.id))
    const drifted = told.filter(e => e.type === 'monitoring.drift-detected').at(-1)!
    assert.deepEqual((drifted.payload as { columns: string[] }).columns, ['temp'])
    assert.ok(told.some(e => e.type === 'monitoring.verdict-changed'))
  })

  it('windows are days and months of the project’s zone, not of UTC', async () => {
    const instant = '2012-05-01T02:00:00.000Z' // 30 April, 22:00, in New York
    const [row] = rentalRows('2012-04-30T22:00:00', 1, 1)
    await logPredictions(kernel, scope, endpoint, [{ ...row!, instant }])
    await check()
    assert.ok(!(await status()).windows.some(w => w.window === '2012-05'))
    const days = (await status('day')).windows
    assert.equal(days.at(-1)!.window, '2012-04-30')
    assert.ok(days.length <= 62 && days[0]!.window >= '2012-02-29')
    assert.equal(days.find(d => d.window === '2012-03-14')!.rows, 4)
  })

  it('a column that is emptied drifts by its missing cells, over its window and on the list', async () => {
    const rows = rentalRows('2012-06-01T12:00:00', 60, 6).map(row => ({ ...row, instant: `${row.at}Z` }))
    const emptied = rows.map(row => ({ ...row, at: null, wind: null, kind: null }))
    await logPredictions(kernel, scope, endpoint, emptied as unknown as typeof rows)
    await check()
    const june = (await status()).windows.find(w => w.window === '2012-06')!
    assert.deepEqual(
      june.columns
        .filter(c => c.name !== 'temp')
        .map(c => [c.name, c.test, c.drifted, c.judged, c.rows, c.missing?.current]),
      [
        ['at', 'missing', true, true, 0, 1],
        ['wind', 'missing', true, true, 0, 1],
        ['kind', 'missing', true, true, 0, 1],
      ],
    )
    assert.doesNotMatch(JSON.stringify(june), /NaN|null,"drifted"/)
    await kernel.db.delete(predictionLog).where(sql`event_time > '2012-05-15T00:00:00Z'`)
    await check()
  })

  it('late rows change their window, and a window whose rows are gone goes', async () => {
    const rowsOf = async (window: string) => (await status()).windows.find(w => w.window === window)?.rows
    const before = await rowsOf('2011-12')
    const [row] = rentalRows('2011-12-24T12:00:00', 1, 1)
    await logPredictions(kernel, scope, endpoint, [{ ...row!, instant: '2011-12-24T17:00:00.000Z' }])
    await check()
    assert.equal(await rowsOf('2011-12'), before! + 1)
    await kernel.db.delete(predictionLog).where(sql`event_time < '2011-12-01T05:00:00Z'`)
    await check()
    assert.equal(await rowsOf('2011-11'), undefined)
  })

  it('nothing new is not computed again, but was looked at', async () => {
    const before = await status()
    const [window] = await kernel.db.select().from(monitorWindows).limit(1)
    await check()
    const after = await status()
    assert.ok(after.checkedAt! > before.checkedAt!)
    const again = await kernel.db.select().from(monitorWindows).where(eq(monitorWindows.window, window!.window))
    assert.ok(again.some(w => w.computedAt.getTime() === window!.computedAt.getTime()))
  })

  it('the list names every endpoint with its verdict', async () => {
    const { items } = await listMonitors(kernel, caller)
    assert.deepEqual(
      items.map(i => [i.endpoint, i.model, i.version, i.verdict, i.columns]),
      [['rentals', 'rentals', 1, 'alert', 4]],
    )
  })

  it('a check from before codes were stored shows its text', async () => {
    const [stored] =
      await kernel.sql`SELECT code, facts->>'v' AS v, sentence FROM monitor_checks ORDER BY created_at DESC LIMIT 1`
    assert.match(stored!.code, /^[a-z_]+$/)
    assert.deepEqual([stored!.v, stored!.sentence], ['1', null])
    await kernel.sql`UPDATE monitor_checks SET code = NULL, facts = NULL, sentence = 'As it was.'`
    assert.equal((await listMonitors(kernel, caller)).items[0]!.sentence, 'As it was.')
  })
})

describe('starting checks', () => {
  it('one that waits or runs is not started again', async () => {
    await loop.stop()
    const [a, b] = await Promise.all([
      checkEndpoint(kernel, caller, { endpoint: 'rentals' }),
      checkEndpoint(kernel, caller, { endpoint: 'rentals' }),
    ])
    assert.equal(a.jobId, b.jobId)
    assert.deepEqual([a.started, b.started].sort(), [false, true])
    assert.equal((await status()).checking, true)
    loop = await startWorkerLoop(kernel, newId(), { interactive: 1, compute: 1, maintenance: 1 }, handlers)
    await jobEnds(a.jobId)
    assert.equal((await status()).checking, false)
  })

  it('needs the role; an endpoint of another project is not there', async () => {
    const refused = (code: string) => (error: unknown) => error instanceof AppError && error.code === code
    for (const role of ROLES) {
      const ask = checkEndpoint(kernel, { ...callerOf(scope), role }, { endpoint: 'rentals' })
      if (role === 'viewer' || role === 'predictor') await assert.rejects(ask, refused('forbidden'))
      else await jobEnds((await ask).jobId)
      const read = readStatus(kernel, { ...callerOf(scope), role }, { endpoint: 'rentals', grain: 'month' })
      if (role === 'predictor') await assert.rejects(read, refused('forbidden'))
      else await read
    }
    const stranger = callerOf(await kernel.project())
    await assert.rejects(checkEndpoint(kernel, stranger, { endpoint: 'rentals' }), refused('not_found'))
    await assert.rejects(readStatus(kernel, stranger, { endpoint: 'rentals', grain: 'month' }), refused('not_found'))
    assert.deepEqual((await listMonitors(kernel, stranger)).items, [])
  })

  /** Every event that was readable has been handled. */
  const delivered = async () => {
    await untilEventsReadable(kernel.db)
    await dispatchEvents(kernel, consumers)
    for (let i = 0; i < 400; i++) {
      if ((await kernel.sql`SELECT 1 FROM event_deliveries`).length === 0) return
      await new Promise(resolve => setTimeout(resolve, 25))
      await dispatchEvents(kernel, consumers)
    }
    throw new Error('the events were not handled')
  }

  it('a promotion makes a schedule, once, which later promotions leave as people left it', async () => {
    await delivered()
    const [schedule] = await listSchedules(kernel.db, scope)
    assert.deepEqual(
      [schedule!.name, schedule!.job, schedule!.subjectId, schedule!.zone],
      ['Check rentals', 'monitoring.check-endpoint', endpoint.id, ZONE],
    )
    await kernel.sql`UPDATE schedules SET enabled = false`
    await promoteRentals(kernel, scope)
    await delivered()
    const after = await listSchedules(kernel.db, scope)
    assert.deepEqual([after.length, after[0]!.enabled], [1, false])
  })

  it('a model without a summary of its training rows is said to be such', async () => {
    const bare = await projectIn(kernel, 'UTC')
    const who = callerOf(bare)
    await registerVersion(kernel, who, {
      run: await insertDoneRun(kernel, bare, await trainBundle(1)),
      name: 'bare',
    })
    await promoteVersion(kernel, who, { model: 'bare', endpoint: 'bare' })
    const { version } = await versionOf(kernel.db, bare, 'bare@1')
    const { id } = await showEndpoint(kernel, who, 'bare')
    const rows = rentalRows('2012-01-01T00:00:00', 50, 1).map(row => ({ ...row, instant: `${row.at}Z` }))
    await logPredictions(kernel, bare, { id, versionId: version.id }, rows)
    const { jobId } = await checkEndpoint(kernel, who, { endpoint: 'bare' })
    assert.equal((await jobEnds(jobId)).state, 'succeeded')
    const seen = await readStatus(kernel, who, { endpoint: 'bare', grain: 'month' })
    assert.equal(seen.verdict, 'unknown')
    assert.match(seen.sentence, /without a summary of its training rows/)
  })
})
