import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import {
  compilePredictor,
  getMetric,
  getTrainer,
  loadPredictor,
  type Matrix,
  type Model,
  type Parameters,
  packBundle,
  takeMatrixRows,
} from '../ml/node.ts'
import type { BenchRow, Measured } from './harness.ts'
import { adultTable, type MadeTable, madeTable } from './made-table.ts'
import { type Peer, startPeer } from './peers/python.ts'

const ROUNDS = 5
const HELD = 0.1
const now = () => performance.now()
const quiet = { signal: new AbortController().signal, report: () => {}, now }
const BOOSTED: Parameters = { trees: 100, learningRate: 0.1, maxLeaves: 255, maxDepth: 8, minChildSamples: 20 }

async function fitTrees(trainer: string, parameters: Parameters, x: Matrix, y: Float64Array) {
  const start = now()
  const model = await getTrainer(trainer).fit({
    ...quiet,
    x,
    y,
    task: 'binary',
    classCount: 2,
    parameters,
    seed: 1,
    threads: 2,
  })
  return { model, seconds: (now() - start) / 1000 }
}

/** A new matrix object over the same cells, so that bins are made again in every round. */
const fresh = ({ names, rows, cols, data, levels }: Matrix): Matrix => ({
  names,
  rows,
  cols,
  data: data.subarray(0, rows * cols),
  ...(levels ? { levels } : {}),
})

function split({ x, y }: MadeTable) {
  const rows = Math.round(x.rows * (1 - HELD))
  const train = fresh({ ...x, rows })
  const held = takeMatrixRows(
    x,
    Int32Array.from({ length: x.rows - rows }, (_, i) => rows + i),
  )
  return { train, trainY: y.slice(0, rows), held, heldY: y.slice(rows) }
}

async function alternate(
  problem: MadeTable,
  libraries: Record<string, object>,
  what: string,
  ours: () => Promise<{ value: number; answer: string }>,
) {
  const { rows, cols } = problem.x
  const peers: [string, Peer][] = []
  for (const [name, job] of Object.entries(libraries)) {
    const peer = await startPeer('engine-trees.py', {
      file: problem.file,
      rows,
      cols,
      held: rows - Math.round(rows * (1 - HELD)),
      ...job,
    })
    if (peer) peers.push([name, peer])
  }
  const mine: Measured = { samples: [], answer: '' }
  const theirs: Record<string, Measured> = {}
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const { value, answer } = await ours()
      // The first round only warms up.
      if (round > 0) mine.samples.push(value)
      mine.answer = answer
      for (const [name, peer] of peers) {
        const answered = await peer.round(what)
        theirs[name] ??= { samples: [], answer: answered.answer, version: answered.version }
        if (round > 0) theirs[name].samples.push(answered.value)
      }
    }
  } finally {
    for (const [, peer] of peers) peer.stop()
  }
  return { ours: mine, ...(peers.length > 0 ? { peers: theirs } : {}) }
}

const BOTH = { LightGBM: { library: 'lightgbm', trees: 100 }, XGBoost: { library: 'xgboost', trees: 100 } }

const aucOf = (model: Model, held: Matrix, heldY: Float64Array) => {
  const predicted = compilePredictor(model).predict(held)
  const value = getMetric('roc_auc').compute({ task: 'binary', truth: heldY, predicted, classCount: 2 })
  return `AUC ${value.toFixed(4)}`
}

const boosted = (rows: number, cols: number): BenchRow => ({
  row: `engine/gbdt-${rows >= 1e6 ? `${rows / 1e6}m` : `${rows / 1000}k`}-${cols}`,
  unit: 's',
  better: 'less',
  goal: { ratio: 1 },
  measure: () => {
    const problem = madeTable(rows, cols)
    const { train, trainY, held, heldY } = split(problem)
    return alternate(problem, BOTH, 'train', async () => {
      const { model, seconds } = await fitTrees('gbdt', BOOSTED, fresh(train), trainY)
      return { value: seconds, answer: aucOf(model, held, heldY) }
    })
  },
})

/** Peak resident memory of a process that reads the table and trains. */
const memory: BenchRow = {
  row: 'engine/gbdt-memory',
  unit: 'MB',
  better: 'less',
  goal: { ratio: 1 },
  measure: async () => {
    const [rows, cols] = [1_000_000, 28]
    const problem = madeTable(rows, cols)
    const train = Math.round(rows * (1 - HELD))
    const child = fileURLToPath(new URL('./children/train-trees.ts', import.meta.url))
    const peak =
      Number(
        execFileSync(process.execPath, [child, problem.file, ...[rows, cols, train].map(String)], { encoding: 'utf8' }),
      ) / 1024
    const peers: Record<string, Measured> = {}
    for (const [name, job] of Object.entries(BOTH)) {
      const peer = await startPeer('engine-trees.py', { file: problem.file, rows, cols, held: rows - train, ...job })
      if (!peer) continue
      const { peak: theirs, version, answer } = await peer.round('train')
      peer.stop()
      peers[name] = { samples: [theirs], answer, version }
    }
    return { ours: { samples: [peak], answer: '1M × 28' }, ...(Object.keys(peers).length > 0 ? { peers } : {}) }
  },
}

/** 500 trees of adult income. Both sides get the categories as columns of 0 and 1. */
const forest: BenchRow = {
  row: 'engine/forest-adult',
  unit: 's',
  better: 'less',
  goal: { ratio: 1 },
  measure: () => {
    const problem = adultTable()
    const { train, trainY, held, heldY } = split(problem)
    return alternate(problem, { 'scikit-learn': { library: 'sklearn-forest', trees: 500 } }, 'train', async () => {
      const { model, seconds } = await fitTrees(
        'random-forest',
        { trees: 500, minChildSamples: 1 },
        fresh(train),
        trainY,
      )
      return { value: seconds, answer: aucOf(model, held, heldY) }
    })
  },
}

const FIVE_HUNDRED = { LightGBM: { library: 'lightgbm', trees: 500 }, XGBoost: { library: 'xgboost', trees: 500 } }

const batch: BenchRow = {
  row: 'engine/predict-batch',
  unit: 'rows/s',
  better: 'more',
  goal: { ratio: 1 },
  measure: async () => {
    const problem = madeTable(100_000, 28)
    const { train, trainY, held, heldY } = split(problem)
    const { model } = await fitTrees('gbdt', { ...BOOSTED, trees: 500 }, train, trainY)
    const predictor = compilePredictor(model)
    const answer = aucOf(model, held, heldY)
    return alternate(problem, FIVE_HUNDRED, 'predict', async () => {
      const start = now()
      predictor.predict(problem.x)
      return { value: problem.x.rows / ((now() - start) / 1000), answer }
    })
  },
}

/** One row through recipe and 500 trees, from JSON values to a probability. */
const one: BenchRow = {
  row: 'engine/predict-one-500-trees',
  unit: 'µs',
  better: 'less',
  goal: { value: 20 },
  measure: async () => {
    const problem = madeTable(100_000, 28)
    const { train, trainY } = split(problem)
    const { model } = await fitTrees('gbdt', { ...BOOSTED, trees: 500 }, train, trainY)
    const columns = problem.x.names.map(name => ({
      name,
      type: 'number' as const,
      role: 'feature' as const,
      nullable: false,
    }))
    const recipe = {
      v: 1 as const,
      inputs: columns.map(({ name }) => ({ name, type: 'number' as const })),
      steps: [],
      outputs: problem.x.names,
    }
    const predictor = loadPredictor(
      packBundle({ signature: { columns }, task: 'binary', target: { name: 'y' }, classes: ['0', '1'], recipe, model }),
    )
    const items = Array.from({ length: 1000 }, (_, i) =>
      Object.fromEntries(columns.map(({ name }, c) => [name, problem.x.data[i * columns.length + c]!])),
    )
    return alternate(problem, FIVE_HUNDRED, 'predict-one', async () => {
      let sum = 0
      const start = now()
      for (const item of items) {
        const answered = predictor.predictOne(item)
        if (answered.ok) sum += answered.probabilities![1]!
      }
      // Milliseconds for a thousand rows are µs for one.
      return { value: now() - start, answer: `mean ${(sum / 1000).toFixed(4)}` }
    })
  },
}

export const rows: BenchRow[] = [
  boosted(100_000, 8),
  boosted(100_000, 28),
  boosted(1_000_000, 8),
  boosted(1_000_000, 28),
  memory,
  forest,
  batch,
  one,
]
