import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ENGINE_VERSION } from '#ml/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { sha256 } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { verdictSentence } from '#server/monitoring/messages.ts'
import {
  checkEndpointJob,
  completeCheck,
  decideVerdict,
  failCheck,
  listBases,
  listWindows,
  type MeasuredWindow,
  manyFailed,
  newestChecks,
  planWindows,
  type Report,
  RULES_VERSION,
  touchCheck,
  type WindowBasis,
  type WindowPlan,
} from '#server/monitoring/service.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { versionById, versionOf } from '#server/registry/service.ts'
import {
  countTraffic,
  type DayCount,
  describeEndpoint,
  exportTraffic,
  listAnsweringVersions,
} from '#server/serving/service.ts'
import { listMeasured } from '#server/training/service.ts'
import { defineHandler, type JobContext } from '../handler.ts'
import { type MeasureWindowsInput, type MeasureWindowsResult, measureWindowsTask } from './tasks.ts'

/** Returns the version in force and the metric of its run. Throws `invalid` for a version without a training run. */
async function findWatched(kernel: Kernel, scope: ProjectScope, name: string) {
  const endpoint = await describeEndpoint(kernel, scope, name)
  const { version } = await versionOf(kernel.db, scope, `${endpoint.model}@${endpoint.version}`)
  if (version.servable.kind !== 'native')
    throw new AppError(
      'invalid',
      `${endpoint.model} v${version.number} cannot be compared with its training: ${version.servable.reason}`,
    )
  const measured = await listMeasured(kernel.db, scope, version.runId ? [version.runId] : [])
  return {
    endpoint,
    version,
    digest: version.servable.digest,
    metric: measured.get(version.runId ?? '')?.metric ?? null,
  }
}

type Watched = Awaited<ReturnType<typeof findWatched>>

async function describeVersions(kernel: Kernel, scope: ProjectScope, endpointId: string) {
  const versions: MeasureWindowsInput['versions'] = {}
  for (const id of await listAnsweringVersions(kernel.db, scope, endpointId)) {
    const found = await versionById(kernel.db, scope, id).catch(() => undefined)
    versions[id] = { number: found?.version.number ?? null, classes: found?.version.signature?.classes }
  }
  return versions
}

/** Exports the rows of the changed months to a file and measures them in a child process. */
async function measureChanged(
  { kernel, scope, payload, signal, progress, line, child }: JobContext<{ endpointId: string }>,
  { endpoint, digest, metric }: Watched,
  plan: WindowPlan,
  stored: readonly WindowBasis[],
): Promise<MeasureWindowsResult> {
  const { endpointId } = payload
  const months = plan.changedMonths.map(m => m.window)
  const changed = new Set(months)
  const folder = await kernel.blobs.temporaryFolder()
  try {
    const rows = join(folder, 'rows.ndjson')
    await exportTraffic(kernel.sql, scope, endpointId, months, rows, signal)
    const input: MeasureWindowsInput = {
      model: await kernel.blobs.pathOf(digest),
      metric,
      timeColumn: endpoint.timeColumn,
      rows,
      expectedRows: plan.changedMonths.reduce((sum, m) => sum + m.rows, 0),
      versions: await describeVersions(kernel, scope, endpointId),
      months,
      days: plan.changedDays.map(d => d.window),
      unchanged: stored.flatMap(w =>
        w.grain === 'month' && plan.months.includes(w.window) && !changed.has(w.window)
          ? (w.basis?.summaries ?? [])
          : [],
      ),
    }
    return await runTask(measureWindowsTask, input, { signal, progress, line, memory: child })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Returns each measured window with the counts it was computed from. The next check measures a window that lost its rows meanwhile. */
function withBasis<W extends { window: string }>(
  windows: readonly W[],
  counts: readonly { window: string; rows: number; labels: number }[],
  summariesOf: (window: W) => MeasuredWindow['basis']['summaries'],
): (W & Pick<MeasuredWindow, 'basis'>)[] {
  const countOf = new Map(counts.map(c => [c.window, c]))
  return windows.flatMap(window => {
    const count = countOf.get(window.window)
    if (!count) return []
    const summaries = summariesOf(window)
    return [{ ...window, basis: { v: 1, rows: count.rows, labels: count.labels, ...(summaries ? { summaries } : {}) } }]
  })
}

const total = (counts: readonly DayCount[]) => counts.reduce((sum, c) => sum + c.rows, 0)

const describeMeasured = (rows: number, labelled: number, windows: readonly unknown[], measured: readonly unknown[]) =>
  `${rows} rows, ${labelled} labelled, ${windows.length} months, ${measured.length} of them measured now.`

/** Compares the traffic of an endpoint with the training of its model; only windows whose rows or labels changed are measured again. */
export const checkEndpoint = defineHandler({
  definition: checkEndpointJob,
  async run(context) {
    const { kernel, scope, job, payload, line, write, finish } = context
    const { endpointId } = payload
    const watched = await findWatched(kernel, scope, payload.endpoint)
    const { endpoint, version, metric } = watched
    const counts = await countTraffic(kernel.db, scope, endpointId)
    const base = JSON.stringify([RULES_VERSION, ENGINE_VERSION, version.id, metric, endpoint.timeColumn, scope.zone])
    const failed = manyFailed(endpoint.odd)
    const fingerprint = sha256(`${base}\n${JSON.stringify(failed ? [counts, failed] : counts)}`)
    const [before] = await newestChecks(kernel.db, scope, [endpointId], ['succeeded'])
    if (before?.report?.fingerprint === fingerprint) {
      line('info', 'No row and no label arrived since the last check.')
      await write(c => touchCheck(c.tx, scope, before.id))
      return
    }

    const stored = before?.report?.base === base ? await listBases(kernel.db, scope, endpointId) : []
    const plan = planWindows(counts, stored)
    const measured = await measureChanged(context, watched, plan, stored)
    const months = withBasis(measured.months, plan.changedMonths, w => w.summaries)
    const days = withBasis(measured.days, plan.changedDays, () => undefined)
    const windows = await allMonths(kernel, scope, endpointId, plan, months)
    const rows = total(counts)
    const labelled = windows.reduce((sum, w) => sum + w.labelled, 0)
    const { columns, prediction, unwatched } = measured
    const decided = decideVerdict({
      rows,
      labelled,
      columns,
      prediction,
      latest: windows.at(-1) ?? null,
      metric: measured.metric,
      performance: windows.map(w => w.performance),
      unwatched,
      failed,
    })
    line('info', `${describeMeasured(rows, labelled, windows, months)} ${verdictSentence(decided.code, decided.facts)}`)
    const report: Report = {
      v: 1,
      fingerprint,
      base,
      model: endpoint.model,
      version: version.number,
      rows,
      labelled,
      columns,
      unwatched,
      prediction,
      metric: measured.metric,
    }
    await finish(c =>
      completeCheck(c, scope, job, {
        endpointId,
        endpoint: endpoint.endpoint,
        versionId: version.id,
        ...decided,
        report,
        months: { all: plan.months, measured: months },
        days: { all: plan.days, measured: days },
      }),
    )
  },
  settle: (tx, job, settlement) => failCheck(tx, job, settlement),
})

/** Returns all months with rows, oldest first: the measured ones and the stored others. */
async function allMonths(
  kernel: Kernel,
  scope: ProjectScope,
  endpointId: string,
  plan: WindowPlan,
  measured: readonly MeasuredWindow[],
) {
  const stored = await listWindows(kernel.db, scope, endpointId, 'month')
  const byName = new Map([...stored, ...measured].map(w => [w.window, w] as const))
  return plan.months.flatMap(name => byName.get(name) ?? [])
}
