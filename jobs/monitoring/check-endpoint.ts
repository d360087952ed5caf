import { defaultMetric, ENGINE_VERSION, getMetric, listMetrics, readBundle, unpackBundle } from '#ml/index.ts'
import type { Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { type ProjectScope, systemActor } from '#server/kernel/scope.ts'
import { verdictSentence } from '#server/monitoring/messages.ts'
import {
  checkEndpointJob,
  completeCheck,
  decideVerdict,
  failCheck,
  measureTraffic,
  newestChecks,
  type Report,
  RULES_VERSION,
  streamTraffic,
  touchCheck,
  type WindowRow,
} from '#server/monitoring/service.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionById, versionOf } from '#server/registry/service.ts'
import { showEndpoint } from '#server/serving/index.ts'
import { showRun } from '#server/training/index.ts'
import { defineHandler } from '../handler.ts'
import { createTruthReader } from './read-truth.ts'
import { addSummaries, createWindow, driftOfSummaries, referenceOf, type Summaries, type Window } from './window.ts'

/** Days are kept of the newest ones only; months of all. */
const DAYS_KEPT = 62
const DAY_MS = 86_400_000

/** The version in force, with what monitoring needs of its bundle. */
async function loadReference(kernel: Kernel, scope: ProjectScope, endpointName: string) {
  const caller: Caller = { actor: systemActor('monitoring'), scope, role: 'viewer' }
  const endpoint = await showEndpoint(kernel, caller, endpointName)
  const { version } = await versionOf(kernel.db, scope, `${endpoint.model}@${endpoint.version}`)
  if (version.servable.kind !== 'native')
    throw new AppError(
      'invalid',
      `${endpoint.model} v${version.number} cannot be compared with its training: ${version.servable.reason}`,
    )
  const { manifest } = readBundle(unpackBundle(await kernel.blobs.readAll(version.servable.digest)).files)
  const wanted = version.runId ? (await showRun(kernel, caller, version.runId)).metric : null
  const known = listMetrics(manifest.task).some(m => m.id === wanted)
  const metric = getMetric(known ? wanted! : defaultMetric(manifest.task))
  return {
    endpoint,
    version,
    metric,
    bundle: manifest,
    reference: referenceOf(manifest, metric.id, endpoint.timeColumn),
  }
}

interface Answered {
  number: number | null
  /** In the order of its probabilities. */
  classes?: string[]
}

/** The versions that answered, each asked for once. */
function versionsOf(kernel: Kernel, scope: ProjectScope, inForce: { id: string; answered: Answered }) {
  const known = new Map<string, Answered>([[inForce.id, inForce.answered]])
  return async (rows: readonly { version_id: string }[]) => {
    for (const { version_id: id } of rows) {
      if (known.has(id)) continue
      const found = await versionById(kernel.db, scope, id).catch(() => undefined)
      known.set(id, { number: found?.version.number ?? null, classes: found?.version.signature?.classes })
    }
    return known
  }
}

export const checkEndpoint = defineHandler({
  definition: checkEndpointJob,
  async run({ kernel, scope, job, payload, progress, line, write, finish, signal }) {
    const { endpointId } = payload
    const { endpoint, version, metric, bundle, reference } = await loadReference(kernel, scope, payload.endpoint)
    const traffic = await measureTraffic(kernel.db, scope, endpointId)
    const fingerprint = JSON.stringify([RULES_VERSION, ENGINE_VERSION, version.id, metric.id, scope.zone, traffic])
    const [before] = await newestChecks(kernel.db, scope, [endpointId], ['succeeded'])
    if (before?.report?.fingerprint === fingerprint) {
      line('info', 'No row and no true value came since the last check.')
      await write(c => touchCheck(c.tx, scope, before.id))
      return
    }

    const readTruth = createTruthReader(bundle)
    const answeredBy = versionsOf(kernel, scope, {
      id: version.id,
      answered: { number: version.number, classes: bundle.classes },
    })
    const firstDay =
      traffic.lastDay === null
        ? ''
        : new Date(Date.parse(`${traffic.lastDay}T00:00:00Z`) - (DAYS_KEPT - 1) * DAY_MS).toISOString().slice(0, 10)
    const months: Omit<WindowRow, 'grain'>[] = []
    const days: Omit<WindowRow, 'grain'>[] = []
    const total: Summaries = { columns: new Map(), prediction: null, rows: 0 }
    let month: Window | undefined
    let day: Window | undefined
    let rows = 0
    let labelled = 0
    const closeMonth = () => {
      if (!month) return
      addSummaries(total, month.summaries())
      months.push(month.result())
      labelled += months.at(-1)!.labelled
    }
    const closeDay = () => {
      if (day) days.push(day.result())
    }
    for await (const batch of streamTraffic(kernel.sql, scope, endpointId, signal)) {
      signal.throwIfAborted()
      const versions = await answeredBy(batch)
      for (const row of batch) {
        const name = row.day.slice(0, 7)
        if (month?.name !== name) {
          closeMonth()
          month = createWindow(name, reference)
        }
        const answered = versions.get(row.version_id)!
        const truth = readTruth(row, answered.classes)
        month.add(row, answered.number, truth)
        if (row.day < firstDay) continue
        if (day?.name !== row.day) {
          closeDay()
          day = createWindow(row.day, reference)
        }
        day.add(row, answered.number, truth)
      }
      rows += batch.length
      progress((0.98 * rows) / Math.max(rows, traffic.rows), `${rows.toLocaleString('en')} rows`)
    }
    closeMonth()
    closeDay()

    const drift = driftOfSummaries(total, reference)
    const newest = months.at(-1)
    const decided = decideVerdict({
      rows,
      labelled,
      ...drift,
      latest: newest ?? null,
      metric,
      performance: months.map(m => m.performance),
    })
    line(
      'info',
      `${rows} rows, ${labelled} with their true value, ${months.length} months. ${verdictSentence(decided.code, decided.facts)}`,
    )
    const report: Report = {
      v: 1,
      fingerprint,
      model: endpoint.model,
      version: version.number,
      rows,
      labelled,
      ...drift,
      metric: { id: metric.id, label: metric.label, direction: metric.direction },
    }
    await finish(c =>
      completeCheck(c, scope, job, {
        endpointId,
        endpoint: endpoint.endpoint,
        versionId: version.id,
        ...decided,
        report,
        months,
        days,
      }),
    )
  },
  settle: (tx, job, settlement) => failCheck(tx, job, settlement),
})
