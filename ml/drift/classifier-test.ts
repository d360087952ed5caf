import { columnFrom, columnOf, rawCell } from '../explain/columns.ts'
import { permutationImportance } from '../explain/permutation.ts'
import type { Importance } from '../explain/types.ts'
import { type Frame, type FrameColumn, takeRows } from '../frame/frame.ts'
import { compilePipeline } from '../pipeline.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { completeRecipe } from '../recipe/complete.ts'
import { prepareTraining } from '../recipe/prepare-training.ts'
import type { SchemaColumn } from '../schema.ts'
import { resolveParameters } from '../trainers/parameters.ts'
import { getTrainer } from '../trainers/registry.ts'
import type { Parameters } from '../trainers/types.ts'
import { mannWhitney } from './samples.ts'
import { MIN_ROWS } from './tests.ts'

export type ClassifierTestRequest = {
  reference: Frame
  current: Frame
  /** Columns compared; must exist in both frames. */
  columns: readonly SchemaColumn[]
  /** Trainer of the classifier; default `linear`, which detects shifts of means, shares and missing cells, one column at a time. */
  trainerId?: string
  parameters?: Parameters
  /** Rows used per side, a seeded sample of more. Default 4000. */
  rows?: number
  seed: number
  signal: AbortSignal
  now(): number
}

export type ClassifierTestResult = {
  /** AUC on held-out rows for predicting the current side; 0.5: the sides are indistinguishable. */
  auc: number
  pValue: number
  /** p < 0.05 and AUC ≥ 0.55, because differences without effect size do not matter. */
  drifted: boolean
  /** False with fewer than 60 rows on a side: half of them are held out. */
  judged: boolean
  rowsReference: number
  rowsCurrent: number
  /** Columns that the classifier uses: drop in AUC when a column is shuffled, largest first. */
  columns: Importance[]
}

/**
 * Classifier two-sample test (Lopez-Paz and Oquab 2017): trains a model on half of the rows to separate current from reference rows; if it
 * succeeds on the other half, columns or their joint distribution differ. The p-value is that of Mann and Whitney for the held-out scores,
 * exact in its level because held-out rows are exchangeable under no change.
 */
export async function classifierTest(request: ClassifierTestRequest): Promise<ClassifierTestResult> {
  const { columns, seed, signal, now } = request
  const names = columns.map(column => column.name)
  const most = request.rows ?? 4000
  const reference = sample(request.reference, most, deriveSeed(seed, 'reference'))
  const current = sample(request.current, most, deriveSeed(seed, 'current'))
  const [rowsReference, rowsCurrent] = [reference.rows, current.rows]
  const judged = Math.min(rowsReference, rowsCurrent) >= 2 * MIN_ROWS
  const outcome = { judged, rowsReference, rowsCurrent }
  if (!judged) return { auc: 0.5, pValue: 1, drifted: false, ...outcome, columns: [] }

  const together = stack(reference, current, names)
  // Both sides are already in random order: the first half of each is used for training.
  const rowsOf = (from: number, to: number, offset: number) =>
    Array.from({ length: to - from }, (_, i) => offset + from + i)
  const [halfA, halfB] = [rowsReference >> 1, rowsCurrent >> 1]
  const train = Int32Array.from([...rowsOf(0, halfA, 0), ...rowsOf(0, halfB, rowsReference)])
  const held = Int32Array.from([...rowsOf(halfA, rowsReference, 0), ...rowsOf(halfB, rowsCurrent, rowsReference)])
  const labels = (rows: Int32Array) => Float64Array.from(rows, row => (row < rowsReference ? 0 : 1))

  const trainer = getTrainer(request.trainerId ?? 'linear')
  const y = labels(train)
  const { recipe, x } = prepareTraining(completeRecipe([], columns, trainer.features), together, train, {
    y,
    task: 'binary',
    classCount: 2,
    seed: deriveSeed(seed, 'recipe'),
  })
  const model = await trainer.fit({
    x,
    y,
    task: 'binary',
    classCount: 2,
    parameters: resolveParameters(trainer.parameters, request.parameters ?? {}),
    seed: deriveSeed(seed, 'fit'),
    threads: 1,
    report: () => {},
    signal,
    now,
  })
  const { predictFrame } = compilePipeline(recipe, model)
  const heldFrame = takeRows(together, held)
  const scores = predictFrame(heldFrame).filter((_, i) => i % 2 === 1)
  const split = rowsReference - halfA
  const { auc, pValue } = mannWhitney(scores.slice(split).sort(), scores.slice(0, split).sort())
  const drifted = pValue < 0.05 && auc >= 0.55
  const { importances } = await permutationImportance({
    frame: heldFrame,
    columns: drifted ? recipe.inputs.map(input => input.name) : [],
    predictFrame,
    scored: { task: 'binary', truth: labels(held), classCount: 2 },
    metric: 'roc_auc',
    repeats: 2,
    seed,
    signal,
    now,
  })
  return { auc, pValue, drifted, ...outcome, columns: importances }
}

function sample(frame: Frame, most: number, seed: number): Frame {
  const order = createRandom(seed).shuffle(Int32Array.from({ length: frame.rows }, (_, i) => i))
  return takeRows(frame, order.subarray(0, most))
}

/** Concatenates the rows of both frames; categories share one dictionary. */
function stack(a: Frame, b: Frame, names: readonly string[]): Frame {
  const rows = a.rows + b.rows
  const columns = names.map((name): [string, FrameColumn] => {
    const [first, second] = [columnOf(a, name), columnOf(b, name)]
    const cell = (row: number) => (row < a.rows ? rawCell(first, row) : rawCell(second, row - a.rows))
    return [name, columnFrom(first, rows, cell)]
  })
  return { rows, columns: new Map(columns) }
}
