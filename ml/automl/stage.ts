import { createRandom, deriveSeed } from '../random.ts'
import { type Loss, lossOf } from '../trainers/ensemble-loss.ts'
import type { Folds } from '../validation/folds.ts'
import { createFoldData, type FoldData, type LearningData, pickRows } from '../validation/learning-data.ts'
import type { Table } from '../validation/table.ts'
import { chooseFolds } from './choose-folds.ts'

/** Rows and folds on which settings are compared. Large tables start with a sample. */
export type Stage = {
  data: LearningData
  folds: Folds & { reason: string }
  foldData: FoldData
  /** Target of each fold's held-out rows. */
  truths: Float64Array[]
  loss: Loss
  /** Mean number of training rows per fold. */
  rowsTrain: number
  /** All rows ÷ `rowsTrain`. */
  growth: number
}

/** Training rows in the first stage of a large table. */
const FIRST_ROWS = 20_000

/** Plans the stages of a table: `of(rows)` compares on about that many training rows, with the same held-out rows in every stage. */
export type Stages = { rows: number; first: number; of(rowsTrain: number): Stage }

export function planStages(table: Table, budgetMs: number, metricId: string, seed: number): Stages {
  const { data } = table
  const folds = chooseFolds(table, budgetMs, deriveSeed(seed, 'folds'))
  const holdout = folds.folds.length === 1 ? folds.folds[0]! : null
  const rows = meanRows(folds.folds)
  const make = (part: LearningData, divided: Stage['folds']): Stage => {
    const rowsTrain = meanRows(divided.folds)
    return {
      data: part,
      folds: divided,
      foldData: createFoldData(part, divided.folds, deriveSeed(seed, 'recipes')),
      truths: divided.folds.map(({ validation }) => Float64Array.from(validation, at => part.y[at]!)),
      loss: lossOf(metricId, part.task, part.classCount),
      rowsTrain,
      growth: data.rows.length / rowsTrain,
    }
  }
  return {
    rows,
    first: holdout && rows > 2 * FIRST_ROWS ? FIRST_ROWS : rows,
    of(rowsTrain) {
      if (!holdout || rowsTrain >= rows) return make(data, folds)
      const random = createRandom(deriveSeed(seed, 'sample'))
      const sample = random.shuffle(holdout.train.slice()).slice(0, rowsTrain).sort()
      const positions = Int32Array.from([...sample, ...holdout.validation])
      const range = (from: number, length: number) => Int32Array.from({ length }, (_, i) => from + i)
      const divided = {
        train: range(0, sample.length),
        validation: range(sample.length, holdout.validation.length),
      }
      return make(pickRows(data, positions), { ...folds, folds: [divided] })
    },
  }
}

const meanRows = (folds: readonly { train: Int32Array }[]): number =>
  Math.round(folds.reduce((sum, fold) => sum + fold.train.length, 0) / folds.length)
