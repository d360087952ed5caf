import type { Matrix } from '../matrix.ts'
import { fitElasticNet } from './elastic-net.ts'
import { minimise } from './lbfgs.ts'
import { resolveParameters } from './parameters.ts'
import { columnMeans, sigmoid, softmax, weightSum } from './statistics.ts'
import { takeTensor } from './tensors.ts'
import { createBreather, type FitContext, type Model, type Predictor, predictByRow, type Trainer } from './types.ts'

/** Elastic net: least squares for numbers, logistic for two classes, multinomial for more. */
export const linear: Trainer = {
  id: 'linear',
  label: 'Linear',
  summary: 'A weighted sum of the features with elastic-net penalty. Fast, stable, easy to explain.',
  tasks: ['regression', 'binary', 'multiclass'],
  features: 'numeric',
  parameters: [
    {
      name: 'alpha',
      label: 'Penalty',
      help: 'Strength of the penalty; 0 for none. Per row of data, as in scikit-learn (C = 1 / (rows × alpha)).',
      kind: 'number',
      default: 0.0001,
      min: 0,
      max: 1e6,
      scale: 'log',
      search: { low: 1e-6, high: 1 },
    },
    {
      name: 'l1Ratio',
      label: 'L1 share',
      help: 'Share of the penalty that drives weights to exactly zero: 0 is ridge, 1 is lasso.',
      kind: 'number',
      default: 0,
      min: 0,
      max: 1,
      scale: 'linear',
      search: { low: 0, high: 1 },
    },
    {
      name: 'maxIterations',
      label: 'Iterations at most',
      help: 'Sweeps of coordinate descent, or steps of L-BFGS.',
      kind: 'integer',
      default: 1000,
      min: 1,
      max: 100_000,
      scale: 'log',
    },
    {
      name: 'tolerance',
      label: 'Tolerance',
      help: 'Stops when the relative duality gap (least squares) or the largest gradient (classes) is below it.',
      kind: 'number',
      default: 1e-5,
      min: 1e-12,
      max: 1,
      scale: 'log',
    },
  ],
  defaultSettings: () => [
    { name: 'Light ridge', parameters: { alpha: 0.0001, l1Ratio: 0 } },
    { name: 'Strong ridge', parameters: { alpha: 0.01, l1Ratio: 0 } },
    { name: 'Elastic net', parameters: { alpha: 0.001, l1Ratio: 0.5 } },
    { name: 'Lasso', parameters: { alpha: 0.001, l1Ratio: 1 } },
  ],
  fit,
}

async function fit(context: FitContext): Promise<Model> {
  context.signal.throwIfAborted()
  const parameters = resolveParameters(linear.parameters, context.parameters)
  const alpha = Number(parameters.alpha)
  const l1Ratio = Number(parameters.l1Ratio)
  const maxIterations = Number(parameters.maxIterations)
  const tolerance = Number(parameters.tolerance)
  const { y, weights, task, classCount } = context
  const fill = columnMeans(context.x, weights)
  const x = fillMissing(context.x, fill)
  const { cols } = x
  const breathe = createBreather(context)
  const outputs = task === 'multiclass' ? classCount : 1
  const coefficients = new Float64Array(outputs * cols)
  const intercepts = new Float64Array(outputs)
  let iterations: number
  if (task === 'regression') {
    const result = await fitElasticNet(x, y, weights, { alpha, l1Ratio, maxSweeps: maxIterations, tolerance }, breathe)
    coefficients.set(result.coefficients)
    intercepts[0] = result.intercept
    iterations = result.sweeps
    context.report(Math.max(1, iterations), {})
  } else {
    const width = cols + 1
    const l1 = new Float64Array(outputs * width).fill(alpha * l1Ratio)
    for (let k = 0; k < outputs; k++) l1[k * width + cols] = 0
    const start = new Float64Array(outputs * width)
    const objective = task === 'binary' ? logisticLoss : multinomialLoss
    const smooth = objective(x, y, weights, outputs, alpha * (1 - l1Ratio))
    const result = await minimise(smooth, start, l1, { maxIterations, tolerance }, (iteration, value) => {
      context.report(iteration, { loss: value })
      return breathe()
    })
    for (let k = 0; k < outputs; k++) {
      coefficients.set(result.point.subarray(k * width, k * width + cols), k * cols)
      intercepts[k] = result.point[k * width + cols]!
    }
    iterations = result.iterations
  }
  return {
    trainer: 'linear',
    task,
    classCount,
    cols,
    tensors: {
      coefficients: { dtype: 'F64', shape: [outputs, cols], data: coefficients },
      intercepts: { dtype: 'F64', shape: [outputs], data: intercepts },
      fill: { dtype: 'F64', shape: [cols], data: fill },
    },
    config: { iterations },
  }
}

/** The matrix itself when nothing is missing, else a copy with column means in the gaps. */
export function fillMissing(x: Matrix, fill: Float64Array): Matrix {
  const first = x.data.findIndex(cell => Number.isNaN(cell))
  if (first < 0) return x
  const data = x.data.slice()
  for (let k = first; k < data.length; k++) if (Number.isNaN(data[k]!)) data[k] = fill[k % x.cols]!
  return { ...x, data }
}

type LossBuilder = (
  x: Matrix,
  y: Float64Array,
  weights: Float64Array | undefined,
  outputs: number,
  l2: number,
) => (point: Float64Array, gradient: Float64Array) => number

/** Weighted mean logistic loss + ½·l2·‖β‖²; the point is [β, intercept]. */
const logisticLoss: LossBuilder = (x, y, weights, _outputs, l2) => {
  const { rows, cols, data } = x
  const total = weightSum(rows, weights)
  return (point, gradient) => {
    gradient.fill(0)
    let loss = 0
    for (let i = 0; i < rows; i++) {
      const at = i * cols
      let score = point[cols]!
      for (let j = 0; j < cols; j++) score += point[j]! * data[at + j]!
      const share = (weights?.[i] ?? 1) / total
      const label = y[i]!
      // log(1 + eˢ) − label·s, without overflow
      loss += share * (Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - label * score)
      const error = share * (sigmoid(score) - label)
      for (let j = 0; j < cols; j++) gradient[j]! += error * data[at + j]!
      gradient[cols]! += error
    }
    for (let j = 0; j < cols; j++) {
      loss += 0.5 * l2 * point[j]! ** 2
      gradient[j]! += l2 * point[j]!
    }
    return loss
  }
}

/** Weighted mean cross-entropy + ½·l2·‖β‖²; the point is one [β, intercept] per class. */
const multinomialLoss: LossBuilder = (x, y, weights, outputs, l2) => {
  const { rows, cols, data } = x
  const total = weightSum(rows, weights)
  const width = cols + 1
  const shares = new Float64Array(outputs)
  return (point, gradient) => {
    gradient.fill(0)
    let loss = 0
    for (let i = 0; i < rows; i++) {
      const at = i * cols
      for (let k = 0; k < outputs; k++) {
        let score = point[k * width + cols]!
        for (let j = 0; j < cols; j++) score += point[k * width + j]! * data[at + j]!
        shares[k] = score
      }
      const weight = (weights?.[i] ?? 1) / total
      const label = y[i]!
      const labelScore = shares[label]!
      let highest = Number.NEGATIVE_INFINITY
      for (let k = 0; k < outputs; k++) highest = Math.max(highest, shares[k]!)
      let sum = 0
      for (let k = 0; k < outputs; k++) sum += Math.exp(shares[k]! - highest)
      loss += weight * (highest + Math.log(sum) - labelScore)
      for (let k = 0; k < outputs; k++) {
        const error = weight * (Math.exp(shares[k]! - highest) / sum - (k === label ? 1 : 0))
        const from = k * width
        for (let j = 0; j < cols; j++) gradient[from + j]! += error * data[at + j]!
        gradient[from + cols]! += error
      }
    }
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < cols; j++) {
        loss += 0.5 * l2 * point[k * width + j]! ** 2
        gradient[k * width + j]! += l2 * point[k * width + j]!
      }
    }
    return loss
  }
}

export function linearPredictor(model: Model): Predictor {
  const { cols, task } = model
  const rows = task === 'multiclass' ? model.classCount : 1
  const coefficients = Float64Array.from(takeTensor(model, 'coefficients', [rows, cols]))
  const intercepts = Float64Array.from(takeTensor(model, 'intercepts', [rows]))
  const fill = Float64Array.from(takeTensor(model, 'fill', [cols]))
  const score = (k: number, x: ArrayLike<number>, offset: number) => {
    let sum = intercepts[k]!
    const from = k * cols
    for (let j = 0; j < cols; j++) {
      const cell = x[offset + j]!
      sum += coefficients[from + j]! * (Number.isNaN(cell) ? fill[j]! : cell)
    }
    return sum
  }
  const predictRow = (x: ArrayLike<number>, offset: number, out: Float64Array) => {
    if (task === 'regression') out[0] = score(0, x, offset)
    else if (task === 'binary') {
      const positive = sigmoid(score(0, x, offset))
      out[0] = 1 - positive
      out[1] = positive
    } else {
      for (let k = 0; k < intercepts.length; k++) out[k] = score(k, x, offset)
      softmax(out)
    }
  }
  const outputs = task === 'regression' ? 1 : model.classCount
  return { predictRow, predict: matrix => predictByRow(matrix, outputs, predictRow) }
}
