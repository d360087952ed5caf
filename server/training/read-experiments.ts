import { type Task, warnAboutClasses } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { versionById } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { parseId, shortHex } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import { type ExperimentDetail, type ExperimentSummary, RUN_STATES, type RunState } from './contract.ts'
import { rankExperiment } from './rank-experiment.ts'
import { directionOf, MINIMIZED, toSummary } from './rules/rank-runs.ts'
import {
  type BestRun,
  countRuns,
  type ExperimentRow,
  findBestRuns,
  findExperiment,
  listExperimentRows,
  listRunsOf,
} from './store.ts'
import { isMisleading } from './warnings/contract.ts'

/** Maximum runs in the list of an experiment, newest first. */
const MAX_LISTED = 2000

type Counts = Record<RunState, number>
const noCounts = (): Counts => Object.fromEntries(RUN_STATES.map(s => [s, 0])) as Counts

function describeBest({ id, name, trainer, value, confusion }: BestRun): ExperimentSummary['best'] {
  const misleads = confusion !== null && isMisleading(warnAboutClasses(confusion))
  return { run: shortHex(id), name, trainer, value, ...(misleads ? { predictsOneClass: true } : {}) }
}

function toExperiment(
  row: ExperimentRow,
  counts: Counts,
  best: BestRun | undefined,
  data: { dataset: string; version: number } | undefined,
): ExperimentSummary {
  return {
    experiment: row.name,
    number: row.number,
    dataset: data?.dataset ?? null,
    version: data?.version ?? null,
    target: row.target,
    task: row.task as Task | null,
    metric: row.metric,
    direction: directionOf(row.metric),
    positive: (row.settings as { positive?: string }).positive ?? null,
    runs: counts,
    best: best ? describeBest(best) : null,
    createdAt: row.createdAt.toISOString(),
  }
}

/** Returns name and number of the dataset versions of experiments. */
async function dataOf(kernel: Kernel, scope: ProjectScope, rows: readonly ExperimentRow[]) {
  const ids = [...new Set(rows.flatMap(r => (r.datasetVersionId ? [r.datasetVersionId] : [])))]
  const versions = await Promise.all(ids.map(id => versionById(kernel, scope, id)))
  return new Map(versions.map(v => [v.id, { dataset: v.datasetName, version: v.number }]))
}

export async function listExperiments(
  kernel: Kernel,
  caller: Caller,
): Promise<{ items: ExperimentSummary[]; next: null }> {
  await authorize(kernel, caller, 'training:read')
  const { scope } = caller
  const { rows, counted, best, data } = await readSnapshot(kernel, async snapshot => {
    const listed = await listExperimentRows(snapshot.db, scope)
    return {
      rows: listed,
      counted: await countRuns(snapshot.db, scope),
      best: await findBestRuns(snapshot.db, scope, MINIMIZED),
      data: await dataOf(snapshot, scope, listed),
    }
  })
  const counts = new Map<string, Counts>()
  for (const { experimentId, state, n } of counted) {
    const mine = counts.get(experimentId) ?? noCounts()
    mine[state] = n
    counts.set(experimentId, mine)
  }
  const bestOf = new Map(best.map(b => [b.experimentId, b]))
  return {
    items: rows.map(row =>
      toExperiment(row, counts.get(row.id) ?? noCounts(), bestOf.get(row.id), data.get(row.datasetVersionId ?? '')),
    ),
    next: null,
  }
}

/** Finds an experiment by name, number or id. Throws `not_found`. */
async function requireExperiment(kernel: Kernel, scope: ProjectScope, which: string): Promise<ExperimentRow> {
  const id = parseId(which)
  const row =
    (await findExperiment(kernel.db, scope, { name: which })) ??
    (id ? await findExperiment(kernel.db, scope, { id }) : undefined) ??
    (/^\d{1,9}$/.test(which) ? await findExperiment(kernel.db, scope, { number: Number(which) }) : undefined)
  if (!row)
    throw new AppError('not_found', `There is no experiment “${which}” in this project.`, {
      hint: 'The Training page lists them.',
    })
  return row
}

export async function showExperiment(kernel: Kernel, caller: Caller, which: string): Promise<ExperimentDetail> {
  await authorize(kernel, caller, 'training:read')
  const { scope } = caller
  const { row, listed, counted, best, data } = await readSnapshot(kernel, async snapshot => {
    const found = await requireExperiment(snapshot, scope, which)
    return {
      row: found,
      listed: await listRunsOf(snapshot.db, scope, found.id, MAX_LISTED),
      counted: await countRuns(snapshot.db, scope, found.id),
      best: (await findBestRuns(snapshot.db, scope, MINIMIZED, [found.id]))[0],
      data: await dataOf(snapshot, scope, [found]),
    }
  })
  const versus = await rankExperiment(kernel, scope, best)
  const counts = noCounts()
  for (const { state, n } of counted) counts[state] = n
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0)
  return {
    ...toExperiment(row, counts, best, data.get(row.datasetVersionId ?? '')),
    status:
      total === 0
        ? 'empty'
        : counts.queued + counts.running > 0
          ? 'running'
          : counts.succeeded > 0
            ? 'succeeded'
            : 'failed',
    settings: row.settings,
    items: listed.reverse().map(run => toSummary(run, best, versus.get(run.id))),
  }
}
