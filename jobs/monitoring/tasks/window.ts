import {
  type BundleManifest,
  type ColumnSummary,
  type ColumnValues,
  driftOf,
  driftValues,
  frameFromRows,
  frameSpecs,
  type MetricValue,
  mergeSummaries,
  metricInterval,
  missingDriftOf,
  summarizeColumn,
} from '#ml/index.ts'
import type { ColumnDrift, MonitorWindow, UnwatchedColumn, WindowPerformance } from '#server/monitoring/contract.ts'
import type { WindowSummaries } from '#server/monitoring/service.ts'
import type { Labelled } from './read-truth.ts'

/** Rows held in memory until they are added to the summaries. */
const BUFFER_ROWS = 8192
/** Maximum labeled rows that the error of a window is measured on; bounds the memory of a month. */
const MAX_LABELLED = 400_000

export type Summaries = { columns: Map<string, ColumnSummary>; prediction: ColumnSummary | null; rows: number }

/** Part of the bundle that windows are compared with. */
export interface Reference {
  bundle: Pick<BundleManifest, 'signature' | 'task' | 'classes' | 'baseline'>
  metric: string
  /** Columns whose drift is measured. */
  watched: string[]
  /** Those of them of which only the missing cells are compared: times always increase. */
  onlyMissing: ReadonlySet<string>
  /** Inputs of the model without a summary of their training values. */
  unwatched: UnwatchedColumn[]
}

export function referenceOf(bundle: Reference['bundle'], metric: string, timeColumn: string | null): Reference {
  const { columns } = bundle.signature
  const known = columns.filter(c => bundle.baseline.columns[c.name])
  const times = known.filter(c => c.role === 'time' || c.type === 'datetime' || c.name === timeColumn)
  return {
    bundle,
    metric,
    watched: known.map(c => c.name),
    onlyMissing: new Set(times.map(c => c.name)),
    unwatched: columns.filter(c => !bundle.baseline.columns[c.name]).map(({ name, type }) => ({ name, type })),
  }
}

export interface Window {
  name: string
  add(
    row: { features: Record<string, unknown>; prediction: unknown },
    version: number | null,
    labelled: Labelled | null,
  ): void
  summaries(): Summaries
  result(): MonitorWindow & { performance: WindowPerformance }
}

/** Accumulates rows into the drift of each column, the drift of the predictions and the measured error. Holds some thousand rows at a time. */
export function createWindow(name: string, reference: Reference): Window {
  const { baseline, signature, task } = reference.bundle
  const specs = frameSpecs(signature, c => reference.watched.includes(c.name))
  const sums: Summaries = { columns: new Map(), prediction: null, rows: 0 }
  let features: Record<string, unknown>[] = []
  let answers: unknown[] = []
  const versions = new Set<number>()
  const truth: number[] = []
  const predicted: number[] = []

  const flush = () => {
    if (features.length === 0) return
    const { columns } = frameFromRows(specs, features)
    for (const column of reference.watched) {
      const values = driftValues(columns.get(column)!)
      const like = baseline.columns[column]!
      if (values && values.kind === like.kind) merge(sums.columns, column, summarizeColumn(values, like))
    }
    if (baseline.prediction) {
      const summary = summarizeColumn(answerValues(answers, baseline.prediction), baseline.prediction)
      sums.prediction = sums.prediction ? mergeSummaries(sums.prediction, summary) : summary
    }
    sums.rows += features.length
    features = []
    answers = []
  }

  return {
    name,
    add(row, version, labelled) {
      if (version !== null) versions.add(version)
      features.push(row.features)
      answers.push(row.prediction)
      if (labelled && truth.length < MAX_LABELLED) {
        truth.push(labelled.truth)
        for (const value of labelled.predicted) predicted.push(value)
      }
      if (features.length >= BUFFER_ROWS) flush()
    },
    summaries() {
      flush()
      return sums
    },
    result() {
      flush()
      const classCount = task === 'regression' ? 0 : (reference.bundle.classes?.length ?? 0)
      const scored = { task, truth: Float64Array.from(truth), predicted: Float64Array.from(predicted), classCount }
      const measured = truth.length > 0 ? metricInterval(reference.metric, scored, 1) : NOT_MEASURED
      return {
        window: name,
        rows: sums.rows,
        labelled: truth.length,
        ...driftOfSummaries(sums, reference),
        versions: [...versions].sort((a, b) => a - b),
        performance: performanceOf(name, measured, truth.length, reference),
      }
    },
  }
}

const NOT_MEASURED: MetricValue = { value: null, low: null, high: null }

function performanceOf(window: string, measured: MetricValue, rows: number, reference: Reference): WindowPerformance {
  const validation = reference.bundle.baseline.metrics[reference.metric]
  return {
    window,
    metric: reference.metric,
    ...measured,
    baseline: validation?.value ?? null,
    baselineLow: validation?.low ?? null,
    baselineHigh: validation?.high ?? null,
    rows,
  }
}

function merge(into: Map<string, ColumnSummary>, column: string, summary: ColumnSummary): void {
  const before = into.get(column)
  into.set(column, before ? mergeSummaries(before, summary) : summary)
}

/** Adds the stored summaries of a window to a sum. Columns that the model no longer has are skipped. */
export function addSummaries(total: Summaries, part: WindowSummaries, { bundle: { baseline } }: Reference): void {
  for (const [column, summary] of part.columns) if (baseline.columns[column]) merge(total.columns, column, summary)
  if (part.prediction)
    total.prediction = total.prediction ? mergeSummaries(total.prediction, part.prediction) : part.prediction
  total.rows += part.rows
}

export const toStored = ({ rows, columns, prediction }: Summaries): WindowSummaries => ({
  rows,
  columns: [...columns],
  prediction,
})

export function driftOfSummaries(
  sums: Summaries,
  { bundle: { baseline }, onlyMissing }: Reference,
): { columns: ColumnDrift[]; prediction: ColumnDrift | null } {
  const compare = (name: string, summary: ColumnSummary): ColumnDrift => {
    const like = baseline.columns[name]!
    return { name, ...(onlyMissing.has(name) ? missingOnly(like, summary) : driftOf(like, summary)) }
  }
  return {
    columns: [...sums.columns].map(([name, summary]) => compare(name, summary)),
    prediction:
      sums.prediction && baseline.prediction
        ? { name: 'prediction', ...driftOf(baseline.prediction, sums.prediction) }
        : null,
  }
}

function missingOnly(baseline: ColumnSummary, window: ColumnSummary): Omit<ColumnDrift, 'name'> {
  const missing = missingDriftOf(baseline, window)
  const { statistic, threshold, pValue, drifted, judged } = missing
  return { test: 'missing', statistic, threshold, pValue, drifted, judged, rows: window.rows - window.missing, missing }
}

function answerValues(answers: readonly unknown[], like: ColumnSummary): ColumnValues {
  if (like.kind === 'numeric')
    return { kind: 'numeric', values: answers.map(a => (typeof a === 'number' ? a : Number.NaN)) }
  return { kind: 'category', values: answers.map(a => (a === null || a === undefined ? null : String(a))) }
}
