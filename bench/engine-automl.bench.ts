/**
 * AutoML beside FLAML with the same time, and beside the usual libraries as they come. Rows held out: a fifth, by time where there is a time
 * column, else at random with the seed. FLEXIML_BENCH_AUTOML_SECONDS changes the time a table gets (60), FLEXIML_BENCH_AUTOML_SEEDS how many
 * of the three seeds are taken; they were fixed before tuning.
 */
import {
  compilePipeline,
  getMetric,
  openTable,
  runAutoml,
  splitByTime,
  splitRandom,
  splitStratified,
  takeRows,
} from '../ml/node.ts'
import { type AutomlTable, automlTables, readTable } from './automl-tables.ts'
import type { BenchRow, Measured } from './harness.ts'
import { runPeer } from './peers/python.ts'

const SEEDS = [11, 12, 13].slice(0, Number(process.env.FLEXIML_BENCH_AUTOML_SEEDS ?? 3))
const SECONDS = Number(process.env.FLEXIML_BENCH_AUTOML_SECONDS ?? 60)
const DEFAULTS = { LightGBM: 'lightgbm', XGBoost: 'xgboost', 'Random forest': 'forest', Linear: 'linear' }
const now = () => performance.now()

type Outer = { seed: number; train: Int32Array; held: Int32Array }

function outerSplits(table: AutomlTable): { full: ReturnType<typeof openTable>; splits: Outer[] } {
  const full = openTable(table.frame, table.schema, table.target, table.task)
  const { y, rows } = full.data
  const splits = SEEDS.map((seed): Outer => {
    const { train, validation } = table.time
      ? splitByTime(full.facts.times!, 0.2)
      : table.task === 'regression'
        ? splitRandom(y.length, 0.2, seed)
        : splitStratified(y, 0.2, seed)
    return { seed, train: train.map(at => rows[at]!), held: validation.map(at => rows[at]!) }
  })
  return { full, splits }
}

async function measureOurs(table: AutomlTable, splits: readonly Outer[], truthOf: Float64Array): Promise<Measured> {
  const samples: number[] = []
  const words: string[] = []
  for (const { seed, train, held } of splits) {
    const part = openTable(table.frame, table.schema, table.target, table.task, [], train)
    const result = await runAutoml({ table: part, budgetMs: SECONDS * 1000, threads: 2, seed, now })
    const predicted = compilePipeline(result.recipe, result.model).predictFrame(takeRows(table.frame, held))
    const truth = Float64Array.from(held, row => truthOf[row]!)
    const { compute } = getMetric(table.task === 'regression' ? 'rmse' : 'roc_auc')
    samples.push(compute({ task: table.task, classCount: part.data.classCount, truth, predicted }))
    const members = result.leaderboard.filter(row => row.weight > 0).map(row => row.trainer)
    words.push(`${members.join('+')} of ${result.trials} in ${(result.elapsedMs / 1000).toFixed(1)} s`)
  }
  return { samples, answer: words.join(', ') }
}

/** What each table gave, for the means. Errors: RMSE, or 1 − ROC AUC. */
const errors: { ours: number; best: number; flaml: number }[] = []
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function rowOf(name: string): BenchRow {
  return {
    row: `engine/automl-${name}`,
    unit: 'score',
    better: name === 'adult-income' || name === 'telco-churn' ? 'more' : 'less',
    goal: { ratio: 1.001 },
    measure: async () => {
      const table = readTable(name)
      const { full, splits } = outerSplits(table)
      const truth = new Float64Array(table.frame.rows)
      for (const [at, row] of full.data.rows.entries()) truth[row] = full.data.y[at]!
      const ours = await measureOurs(table, splits, truth)
      const features = table.schema.columns.filter(column => column.role === 'feature')
      const job = {
        task: table.task,
        target: table.target,
        time: table.time ?? null,
        categories: features.filter(column => column.type === 'category').map(column => column.name),
        numbers: features.filter(column => column.type === 'number').map(column => column.name),
        rows: table.rows,
        splits: splits.map(({ seed, train, held }) => ({ seed, train: [...train], held: [...held] })),
        seconds: SECONDS,
      }
      const peers: Record<string, Measured> = {}
      for (const [label, what] of Object.entries(DEFAULTS)) {
        const measured = await runPeer('engine-automl.py', { ...job, what })
        if (measured) peers[label] = measured
      }
      const flaml = await runPeer('engine-automl.py', { ...job, what: 'flaml' })
      if (flaml) {
        const errorOf = ({ samples }: Measured) => (table.task === 'regression' ? mean(samples) : 1 - mean(samples))
        const best = Math.min(...Object.values(peers).map(errorOf))
        errors.push({ ours: errorOf(ours), best, flaml: errorOf(flaml) })
        const shown = flaml.samples.map(value => value.toPrecision(5)).join(' ')
        ours.answer += ` · FLAML ${flaml.version}: ${shown} (${flaml.answer})`
      }
      return { ours, peers }
    },
  }
}

/** Our error ÷ theirs, mean over the tables measured before in the same run. */
const meanRow = (row: string, against: 'best' | 'flaml'): BenchRow => ({
  row,
  unit: 'score',
  better: 'less',
  goal: { value: 1 },
  measure: async () => {
    const samples = errors.length > 0 ? [mean(errors.map(each => each.ours / each[against]))] : [Number.NaN]
    return { ours: { samples, answer: `${errors.length} tables` } }
  },
})

export const rows: BenchRow[] = [
  ...automlTables().map(rowOf),
  meanRow('engine/automl-mean-to-best-default', 'best'),
  meanRow('engine/automl-mean-to-flaml', 'flaml'),
]
