import {
  createRandom,
  deriveSeed,
  frameFromRows,
  frameSpecs,
  loadPredictor,
  type Schema,
  type Split,
  splitRandom,
  trainPipeline,
} from '../ml/node.ts'
import type { BenchRow, Measured } from './harness.ts'
import { runPeer } from './peers/python.ts'

const category = (name: string) => ({ name, type: 'category' as const, role: 'feature' as const, nullable: false })
const number = (name: string) => ({ name, type: 'number' as const, role: 'feature' as const, nullable: false })
const SCHEMA: Schema = {
  columns: [
    { name: 'at', type: 'datetime', role: 'time', nullable: false },
    ...['season', 'month', 'hour', 'weekday', 'weather'].map(category),
    { name: 'holiday', type: 'boolean', role: 'feature', nullable: false },
    ...['temperature', 'felt', 'humidity', 'wind'].map(number),
    { name: 'rentals', type: 'integer', role: 'target', nullable: false },
  ],
}
const ROWS = 8645
const SPLIT: Split = { kind: 'random' }
const now = () => performance.now()

/** A year of hourly rentals, made up: about 60 features once encoded. */
function hourlyRows() {
  const random = createRandom(11)
  return Array.from({ length: ROWS }, (_, i) => {
    const date = new Date(Date.UTC(2025, 0, 1) + i * 3_600_000)
    const [hour, month, weekday] = [date.getUTCHours(), date.getUTCMonth(), date.getUTCDay()]
    const temperature = 0.5 - 0.3 * Math.cos((month / 12) * 2 * Math.PI) + 0.1 * random.normal()
    const rush = weekday % 6 === 0 ? 0 : Math.exp(-((hour - 8) ** 2) / 3) + Math.exp(-((hour - 17) ** 2) / 4)
    const day = Math.exp(-((hour - 14) ** 2) / 30)
    return {
      at: date.toISOString().slice(0, 19),
      season: String(Math.floor(month / 3)),
      month: String(month),
      hour: String(hour),
      weekday: String(weekday),
      weather: ['clear', 'mist', 'rain'][random.integer(3)]!,
      holiday: random.next() < 0.03,
      temperature,
      felt: temperature + 0.03 * random.normal(),
      humidity: random.next(),
      wind: random.next() / 2,
      rentals: Math.max(0, Math.round((200 * day + 250 * rush) * (0.4 + temperature) + 10 * random.normal())),
    }
  })
}

const data = hourlyRows()
const frame = frameFromRows(frameSpecs(SCHEMA), data)
const train = (trainerId: string, parameters: Record<string, number | number[]> = {}) =>
  trainPipeline({ frame, schema: SCHEMA, target: 'rentals', trainerId, parameters, split: SPLIT, seed: 1, now })

/** Wall time of whole pipelines in milliseconds: split, recipe, training, metrics with intervals, bundle. */
async function timeTraining(times: number, run: () => ReturnType<typeof train>) {
  const samples: number[] = []
  let answer = ''
  await run()
  for (let k = 0; k < times; k++) {
    const start = now()
    const result = await run()
    samples.push(now() - start)
    answer = `RMSE ${result.metrics.rmse!.value!.toFixed(2)}, ${result.recipe.outputs.length} features, ${result.backend.name}`
  }
  return { samples, answer }
}

/** The same rows, split and settings in scikit-learn; it fits and predicts, and measures neither intervals nor bundles. */
async function sklearn(
  job: Record<string, unknown>,
  fromSeconds: (seconds: number) => number,
): Promise<Record<string, Measured> | undefined> {
  const { train: trained, validation } = splitRandom(ROWS, 0.2, deriveSeed(1, 'split'))
  const measured = await runPeer('engine.py', {
    rows: data.map(row => ({ ...row, holiday: Number(row.holiday) })),
    train: Array.from(trained),
    validation: Array.from(validation),
    categories: ['season', 'month', 'hour', 'weekday', 'weather'],
    numbers: ['holiday', 'temperature', 'felt', 'humidity', 'wind'],
    target: 'rentals',
    ...job,
  })
  return measured && { 'scikit-learn': { ...measured, samples: measured.samples.map(fromSeconds) } }
}

export const rows: BenchRow[] = [
  {
    row: 'engine/predict-one-row',
    unit: 'µs',
    better: 'less',
    goal: { value: 50 },
    measure: async () => {
      const { bundle } = await train('mlp', { hidden: [64, 32], epochs: 1 })
      const predictor = loadPredictor(bundle)
      const items = data.slice(0, 1000)
      const samples: number[] = []
      let sum = 0
      for (let round = 0; round < 40; round++) {
        const start = now()
        for (const item of items) {
          const answer = predictor.predictOne(item)
          if (answer.ok) sum += Number(answer.prediction)
        }
        // Milliseconds for a thousand rows are µs for one; the first rounds only warm the compiler.
        if (round >= 10) samples.push(now() - start)
      }
      return { ours: { samples, answer: `mean prediction ${(sum / 40_000).toFixed(1)}` } }
    },
  },
  {
    row: 'engine/train-mlp',
    unit: 'rows/s',
    better: 'more',
    goal: { value: 80_000 },
    measure: async () => {
      const epochs = 30
      const perSecond = (ms: number) => (0.8 * ROWS * epochs * 1000) / ms
      const settings = { hidden: [64, 32], epochs, patience: 0, batchSize: 128 }
      const { samples, answer } = await timeTraining(3, () => train('mlp', settings))
      const ours = { samples: samples.map(perSecond), answer }
      const peers = await sklearn({ what: 'mlp', hidden: [64, 32], epochs, batchSize: 128, rounds: 3 }, s =>
        perSecond(s * 1000),
      )
      return { ours, peers }
    },
  },
  {
    row: 'engine/train-linear',
    unit: 'ms',
    better: 'less',
    goal: { value: 1000 },
    measure: async () => ({
      ours: await timeTraining(5, () => train('linear', { alpha: 0.001, l1Ratio: 0.5 })),
      peers: await sklearn({ what: 'linear', alpha: 0.001, l1Ratio: 0.5, rounds: 5 }, s => s * 1000),
    }),
  },
]
