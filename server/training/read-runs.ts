import { canonicalJson, type Task } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { versionById } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { parseId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { readLinesAfter } from '#server/platform/job-log.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { peakMemoryOf } from '#server/platform/read-jobs.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import { compareOnRows } from './comparison/compare-runs.ts'
import type { Comparison, CurveSeries, RunDetail, RunSummary } from './contract.ts'
import { readPoints } from './points/store.ts'
import { rankExperiment } from './rank-experiment.ts'
import { directionOf, MINIMIZED, toSummary } from './rules/rank-runs.ts'
import type { StoredResult } from './rules/store-result.ts'
import {
  type BestRun,
  findBestRuns,
  findRun,
  type ListedRun,
  listRecentRuns,
  listRunsById,
  listSeries,
  type RecentRun,
} from './store.ts'

/** Returns runs in the requested order. Throws `not_found` naming the first missing one. */
export async function requireRuns(kernel: Kernel, scope: ProjectScope, refs: readonly string[]): Promise<ListedRun[]> {
  const ids = refs.map(ref => parseId(ref) ?? ref)
  const rows = await listRunsById(
    kernel.db,
    scope,
    ids.filter(id => parseId(id)),
  )
  const byId = new Map(rows.map(r => [r.id, r]))
  return ids.map((id, i) => {
    const row = byId.get(id)
    if (row) return row
    throw new AppError('not_found', `There is no run “${refs[i]}” in this project.`, {
      hint: 'List the runs with `fleximl runs ls EXPERIMENT`.',
    })
  })
}

/** Reads the best run of each experiment. */
const bestOfExperiments = (kernel: Kernel, scope: ProjectScope, rows: readonly ListedRun[]): Promise<BestRun[]> =>
  findBestRuns(kernel.db, scope, MINIMIZED, [...new Set(rows.map(r => r.experimentId))])

/** Ranks runs of one snapshot. Not inside of the snapshot: a comparison may take long and is kept. */
async function toSummaries(
  kernel: Kernel,
  scope: ProjectScope,
  rows: readonly ListedRun[],
  best: readonly BestRun[],
): Promise<RunSummary[]> {
  const bestOf = new Map(best.map(b => [b.experimentId, b]))
  const ranked = await Promise.all(best.map(b => rankExperiment(kernel, scope, b)))
  const versus = new Map(ranked.flatMap(each => [...each]))
  return rows.map(row => toSummary(row, bestOf.get(row.experimentId), versus.get(row.id)))
}

const RECENT_RUNS = 200

/** Names the newest runs of all experiments, for finding one by its name. */
export async function readRecentRuns(kernel: Kernel, caller: Caller): Promise<{ items: RecentRun[] }> {
  await authorize(kernel, caller, 'training:read')
  const items = await listRecentRuns(kernel.db, caller.scope, RECENT_RUNS)
  return { items: items.map(run => ({ ...run, id: run.id.replaceAll('-', '') })) }
}

export async function showRun(kernel: Kernel, caller: Caller, ref: string): Promise<RunDetail> {
  await authorize(kernel, caller, 'training:read')
  return describeRun(kernel, caller.scope, ref)
}

/** Returns the run with all details of its page. Throws `not_found`. */
export async function describeRun(kernel: Kernel, scope: ProjectScope, ref: string): Promise<RunDetail> {
  const { listed, best, found, series, version } = await readSnapshot(kernel, async snapshot => {
    const rows = await requireRuns(snapshot, scope, [ref])
    const { id } = rows[0]!
    const row = (await findRun(snapshot.db, scope, id))!
    const { datasetVersionId } = row.experiment
    return {
      listed: rows,
      best: await bestOfExperiments(snapshot, scope, rows),
      found: row,
      series: await listSeries(snapshot.db, scope, [id]),
      version: datasetVersionId ? await versionById(snapshot, scope, datasetVersionId) : undefined,
    }
  })
  const [summary] = await toSummaries(kernel, scope, listed, best)
  const { run, experiment } = found
  const result = run.result as Partial<StoredResult> | null
  return {
    ...summary!,
    metric: experiment.metric,
    direction: directionOf(experiment.metric),
    dataset: version?.datasetName ?? null,
    version: version?.number ?? null,
    target: experiment.target,
    task: experiment.task as Task | null,
    jobId: run.jobId,
    modelBytes: run.modelBytes,
    environment: run.environment,
    ...resultOf(run.result as Partial<StoredResult> | null),
    peakMemoryBytes: result?.peakMemoryBytes ?? (run.jobId ? await peakMemoryOf(kernel.db, scope, run.jobId) : null),
    series: series.map(s => s.key),
  }
}

/** Returns the stored result for pages; empty lists if there is none yet. */
const resultOf = (result: Partial<StoredResult> | null) => ({
  intervals: result?.intervals ?? {},
  curves: (result?.curves ?? null) as RunDetail['curves'],
  ignored: result?.ignored ?? [],
  rowsTrain: result?.rowsTrain ?? null,
  rowsValidation: result?.rowsValidation ?? null,
  recipe: result?.recipe ?? [],
  recipeName: result?.recipeName ?? null,
  notes: result?.notes ?? [],
  leaderboard: result?.leaderboard ?? [],
  explanation: result?.explanation ?? null,
  decisions: result?.decisions ?? {},
  dataOverride: result?.override ?? null,
  timing: result?.timing ?? null,
})

/** Compares runs; different parameters and metrics come first. */
export async function compareRuns(kernel: Kernel, caller: Caller, refs: readonly string[]): Promise<Comparison> {
  await authorize(kernel, caller, 'training:read')
  const { rows, best } = await readSnapshot(kernel, async snapshot => {
    const listed = await requireRuns(snapshot, caller.scope, [...new Set(refs)])
    return { rows: listed, best: await bestOfExperiments(snapshot, caller.scope, listed) }
  })
  const runs = await toSummaries(kernel, caller.scope, rows, best)
  // Ignored columns are compared like a parameter.
  const params = sideBySide<unknown>(
    runs.map((r, i) => (rows[i]!.ignored?.length ? { ...r.params, ignore: rows[i]!.ignored } : r.params)),
  )
  const metrics = sideBySide<number | null>(runs.map(r => r.metrics))
  const metric = rows.every(r => r.metric === rows[0]!.metric) ? rows[0]!.metric : null
  return {
    runs,
    metric,
    direction: directionOf(metric),
    params: params.values,
    metrics: metrics.values,
    same: { params: params.same, metrics: metrics.same },
    ...(await compareOnRows(kernel, caller.scope, rows, metric)),
  }
}

function sideBySide<T>(list: Record<string, T>[]): { values: Record<string, (T | null)[]>; same: string[] } {
  const names = [...new Set(list.flatMap(item => Object.keys(item)))].sort()
  const rows = names.map(name => {
    const values = list.map(item => item[name] ?? null)
    return { name, values, same: values.every(v => canonicalJson(v) === canonicalJson(values[0])) }
  })
  rows.sort((a, b) => Number(a.same) - Number(b.same))
  return {
    values: Object.fromEntries(rows.map(r => [r.name, r.values])),
    same: rows.filter(r => r.same).map(r => r.name),
  }
}

/**
 * Returns the metric curves of runs, each of at most about `points` points, keeping extremes; of the first `most` runs that have any.
 * Trees and neighbors have none.
 */
export async function readCurves(
  kernel: Kernel,
  caller: Caller,
  input: { runs: readonly string[]; key?: string; points: number; most?: number },
): Promise<{ items: CurveSeries[] }> {
  await authorize(kernel, caller, 'training:read')
  const rows = await requireRuns(kernel, caller.scope, [...new Set(input.runs)])
  const all = await listSeries(
    kernel.db,
    caller.scope,
    rows.map(r => r.id),
    input.key,
  )
  const owners = new Set(all.map(s => s.runId))
  const drawn = new Set(
    rows
      .map(r => r.id)
      .filter(id => owners.has(id))
      .slice(0, input.most),
  )
  const series = all.filter(s => drawn.has(s.runId))
  const points = await readPoints(
    kernel.db,
    series.map(s => s.id),
    input.points,
  )
  const byId = new Map<number, { step: number; value: number | null }[]>(series.map(s => [s.id, []]))
  for (const { seriesId, step, value } of points) byId.get(seriesId)?.push({ step, value })
  const items = rows.flatMap(row =>
    series
      .filter(s => s.runId === row.id)
      .map(s => ({
        run: row.id.replaceAll('-', ''),
        name: row.name,
        key: s.key,
        points: byId.get(s.id)!,
        total: s.count,
      })),
  )
  return { items }
}

/** Returns the run's log lines of all attempts, oldest first; pass `next` to get later lines. */
export async function readRunLog(kernel: Kernel, caller: Caller, ref: string, after: number) {
  await authorize(kernel, caller, 'training:read')
  const [row] = await requireRuns(kernel, caller.scope, [ref])
  const found = await findRun(kernel.db, caller.scope, row!.id)
  if (!found?.run.jobId) return { lines: [], next: after }
  return readLinesAfter(kernel.db, caller.scope, found.run.jobId, after)
}
