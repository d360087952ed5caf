import { type Direction, MIN_ROWS } from '#ml/index.ts'
import type {
  ColumnDrift,
  DriftFact,
  FailedRows,
  UnwatchedColumn,
  Verdict,
  VerdictCode,
  VerdictFacts,
  WindowPerformance,
} from '../contract.ts'

/** Increment it when the rules or what they store change: stored results of older rules are then computed again. */
export const RULES_VERSION = 5
/** Windows with fewer labels are not used to judge the error. */
const MIN_LABELS_PER_WINDOW = 30
/** Number of newest labeled windows that decide whether the error is worse now. */
const RECENT_WINDOWS = 3
/** Number of recent windows that must be worse if the newest is not. */
const MIN_WORSE_RECENT_WINDOWS = 2
/** Share of rows without a prediction from which on the verdict is at least a warning. */
const FAILED_SHARE = 0.01
/** Maximum columns that a verdict names. */
const MAX_NAMED_COLUMNS = 3

export interface VerdictInput {
  /** Predicted rows, and those with a label. */
  rows: number
  labelled: number
  /** Drift over all rows. Empty: the model was stored without a summary of its training rows. */
  columns: ColumnDrift[]
  /** Drift of the predictions over all rows; null: no baseline. */
  prediction: ColumnDrift | null
  /** Drift in the newest window, if it has enough rows. */
  latest: { window: string; columns: ColumnDrift[]; prediction: ColumnDrift | null } | null
  metric: { label: string; direction: Direction } | null
  /** Oldest first. */
  performance: WindowPerformance[]
  unwatched?: UnwatchedColumn[]
  /** As returned by `manyFailed`. */
  failed?: FailedRows | null
}

export interface Decision {
  verdict: Verdict
  code: VerdictCode
  facts: VerdictFacts
}

/** Returns the counts if enough rows have no prediction to warn of it, otherwise null. */
export const manyFailed = ({ days, rows, failedRows }: FailedRows): FailedRows | null =>
  failedRows > 0 && failedRows >= FAILED_SHARE * rows ? { days, rows, failedRows } : null

/** Judges an endpoint: by its traffic, and by the rows that have no prediction and are not part of it. */
export function decideVerdict(input: VerdictInput): Decision {
  const decided = decideTraffic(input)
  if (!decided.facts.failed || decided.verdict === 'warn' || decided.verdict === 'alert') return decided
  return { verdict: 'warn', code: 'rows_failed', facts: { ...decided.facts, otherwise: decided.code } }
}

/**
 * Judges the predictions of an endpoint. With labels the measured error decides, and drift without a worse error is a warning. Without labels the drift of the
 * predictions is the best evidence. Columns emptied in the newest window are a warning in any case: its labels come later.
 */
function decideTraffic(input: VerdictInput): Decision {
  const facts = factsOf(input)
  const { error, drift, prediction, latest } = facts
  const decided = (verdict: Verdict, code: VerdictCode): Decision => ({ verdict, code, facts })
  if (input.rows === 0) return decided('unknown', 'no_predictions')
  if (input.rows < MIN_ROWS) return decided('unknown', 'too_few_rows')
  if (error?.worse) return decided('alert', 'error_worse')
  if (!error && input.columns.length === 0 && !input.prediction) return decided('unknown', 'no_baseline')
  if (prediction && !error) return decided('alert', 'predictions_drifted')
  if (drift.count > 0) return decided('warn', 'columns_drifted')
  if (prediction) return decided('warn', 'predictions_drifted')
  if (error && !latest?.drift.strongest.some(c => c.missing)) return decided('ok', 'healthy')
  if (latest && latest.drift.count > 0) return decided('warn', 'latest_columns_drifted')
  if (latest?.prediction) return decided('warn', 'latest_predictions_drifted')
  if (facts.judged === 0 && !facts.predictionJudged) return decided('unknown', 'not_judged')
  return decided('ok', 'healthy')
}

function factsOf(input: VerdictInput): VerdictFacts {
  const { latest, metric, columns } = input
  const error = judgedError(input)
  return {
    v: 1,
    rows: input.rows,
    minRows: MIN_ROWS,
    labelled: input.labelled,
    columns: columns.length,
    column: columns.length === 1 ? columns[0]!.name : null,
    judged: columns.filter(c => c.judged).length,
    predictionJudged: input.prediction?.judged ?? false,
    drift: driftOf(columns),
    prediction: input.prediction?.drifted ? named(input.prediction) : null,
    latest: latest && {
      window: latest.window,
      drift: driftOf(latest.columns),
      prediction: latest.prediction?.drifted ? named(latest.prediction) : null,
    },
    metric: metric?.label ?? null,
    error,
    errorMissing: error ? null : missingError(input),
    minLabels: MIN_LABELS_PER_WINDOW,
    ...(input.unwatched && input.unwatched.length > 0 ? { unwatched: input.unwatched } : {}),
    ...(input.failed ? { failed: input.failed } : {}),
  }
}

/** Compares the error of the newest windows with that of the validation rows; null if it cannot be judged. */
function judgedError({ metric, performance }: VerdictInput): VerdictFacts['error'] {
  if (!metric) return null
  const judged = performance.filter(p => p.rows >= MIN_LABELS_PER_WINDOW && p.value !== null && p.baseline !== null)
  const newest = judged.at(-1)
  if (!newest) return null
  const lowerIsBetter = metric.direction === 'minimize'
  const isWorse = (p: WindowPerformance) => {
    const limit = (lowerIsBetter ? p.baselineHigh : p.baselineLow) ?? p.baseline!
    // Significant only if the bound of the window's interval nearest to validation lies outside of the validation interval.
    const best = (lowerIsBetter ? p.low : p.high) ?? p.value!
    return lowerIsBetter ? best > limit : best < limit
  }
  const worseRecent = judged.slice(-RECENT_WINDOWS).filter(isWorse)
  const worse = isWorse(newest) || worseRecent.length >= MIN_WORSE_RECENT_WINDOWS
  const shown = worse && !isWorse(newest) ? worseRecent.at(-1)! : newest
  const allWorse = judged.filter(isWorse)
  return {
    worse,
    lowerIsBetter,
    window: shown.window,
    value: shown.value!,
    baseline: shown.baseline!,
    baselineLow: shown.baselineLow,
    baselineHigh: shown.baselineHigh,
    windows: judged.length,
    worseWindows: allWorse.length,
    lastWorse: allWorse.at(-1)?.window ?? null,
  }
}

function missingError({ labelled, performance }: VerdictInput): VerdictFacts['errorMissing'] {
  if (labelled === 0) return 'no_labels'
  const some = performance.some(p => p.value !== null && p.rows >= MIN_LABELS_PER_WINDOW)
  return some ? 'no_validation_value' : 'too_few_labels'
}

const named = ({ name, test, statistic, threshold, missing }: ColumnDrift): DriftFact => ({
  name,
  test,
  statistic,
  threshold,
  ...(missing?.drifted ? { missing: { baseline: missing.baseline, current: missing.current } } : {}),
})

function driftOf(columns: ColumnDrift[]): VerdictFacts['drift'] {
  const drifted = columns.filter(c => c.drifted)
  const strongest = drifted.toSorted((a, b) => timesLimit(b) - timesLimit(a) || (a.name < b.name ? -1 : 1))
  return { count: drifted.length, strongest: strongest.slice(0, MAX_NAMED_COLUMNS).map(named) }
}

/** How many times its limit a column is away from training, by its values or by its missing cells. */
const timesLimit = ({ statistic, threshold, missing }: ColumnDrift) =>
  Math.max(statistic / threshold, missing?.drifted ? missing.statistic / missing.threshold : 0)
