import { readFileSync } from 'node:fs'
import type { Matrix } from './matrix.ts'
import { createRandom } from './random.ts'
import type { Schema } from './schema.ts'
import type { FitContext, Task } from './trainers/types.ts'

/** For tests only. */
type GoldenScores = { truth: number[]; predicted: number[]; classCount?: number; metrics: Record<string, number> }
export type Golden = {
  regression: GoldenScores
  binary: GoldenScores
  multiclass: GoldenScores
  linear: {
    rows: number
    cols: number
    x: number[]
    y: number[]
    weights: number[]
    binary: number[]
    multiclass: number[]
    cases: {
      task: Task
      alpha: number
      l1Ratio: number
      weighted: boolean
      coefficients: number[][]
      intercepts: number[]
    }[]
  }
  drift: {
    ks: { a?: number[]; b?: number[]; n: number; m: number; statistic: number; pValue: number }[]
    tables: { a: number[]; b: number[]; psi: number; statistic: number; pValue: number }[]
    gamma: { a: number; x: number; q: number }[]
  }
}

/** Values computed by scikit-learn and SciPy (bench/golden/make-golden.py). */
export const golden = JSON.parse(
  readFileSync(new URL('../bench/golden/golden.json', import.meta.url), 'utf8'),
) as Golden

export function assertClose(actual: number, expected: number, tolerance: number, what = ''): void {
  const scale = Math.max(1, Math.abs(expected))
  if (Math.abs(actual - expected) <= tolerance * scale) return
  throw new Error(`${what}: ${actual} is not ${expected} within ${tolerance}`)
}

export function matrixOf(rows: number, cols: number, cell: (i: number, j: number) => number): Matrix {
  const data = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) data[i * cols + j] = cell(i, j)
  return { names: Array.from({ length: cols }, (_, j) => `x${j}`), rows, cols, data }
}

/** A learnable problem: y depends on the first two features. */
export function problem(task: Task, rows = 200, cols = 4, seed = 3): FitContext {
  const random = createRandom(seed)
  const x = matrixOf(rows, cols, () => random.normal())
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const [a, b] = [x.data[i * cols]!, x.data[i * cols + 1] ?? 0]
    if (task === 'regression') return 50 + 10 * a - 5 * b + 0.1 * random.normal()
    if (task === 'binary') return a - b > 0 ? 1 : 0
    return a > 0.4 ? 2 : b > 0 ? 1 : 0
  })
  return {
    x,
    y,
    task,
    classCount: task === 'regression' ? 0 : task === 'binary' ? 2 : 3,
    parameters: {},
    seed: 1,
    threads: 1,
    report: () => {},
    signal: new AbortController().signal,
    now: () => performance.now(),
  }
}

export const SHOP: Schema = {
  columns: [
    { name: 'when', type: 'datetime', role: 'time', nullable: true },
    { name: 'price', type: 'number', role: 'feature', nullable: true },
    { name: 'items', type: 'integer', role: 'feature', nullable: false },
    { name: 'colour', type: 'category', role: 'feature', nullable: true },
    { name: 'member', type: 'boolean', role: 'feature', nullable: true, domain: ['No', 'Yes'] },
    { name: 'note', type: 'text', role: 'ignore', nullable: true },
    { name: 'amount', type: 'number', role: 'target', nullable: true },
  ],
}

export type ShopRow = Record<'when' | 'price' | 'items' | 'colour' | 'member' | 'note' | 'amount', unknown>

/** Rows with missing cells, rare levels and a target that depends on price, colour and hour. */
export function shopRows(count: number, seed = 5): ShopRow[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const hour = i % 24
    const price = Math.round(random.next() * 1000) / 10
    const colour = ['red', 'green', 'blue'][random.integer(3)]!
    const amount = 3 * price + (colour === 'red' ? 40 : 0) + 20 * Math.sin((hour / 24) * 2 * Math.PI) + random.normal()
    return {
      when: new Date(Date.UTC(2025, 0, 1) + i * 3_600_000).toISOString().slice(0, 19),
      price: random.next() < 0.05 ? null : price,
      items: random.integer(5),
      colour: random.next() < 0.05 ? null : i === 7 ? 'mauve' : colour,
      member: [true, false, null, 'Yes', 'No'][random.integer(5)],
      note: 'n',
      amount,
    }
  })
}
