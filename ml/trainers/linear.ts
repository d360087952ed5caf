import { EngineError } from '../errors.ts'
import { createDesign, fillMissing, finiteMeans, toDataUnits } from './linear-design.ts'
import { standardErrors } from './linear-errors.ts'
import { logisticLoss, poissonLoss, squaredLoss } from './linear-loss.ts'
import type { SolverOptions } from './linear-options.ts'
import { solveGeneral, solveLeastSquares, solveMultinomial } from './linear-solve.ts'
import { resolveParameters } from './parameters.ts'
import { sigmoid, softmax, weightSum } from './statistics.ts'
import { takeTensor } from './tensors.ts'
import { createYielder, type FitContext, type Model, type Predictor, predictByRow, type Trainer } from './types.ts'

/** Elastic net: least squares or Poisson for numbers, logistic for two classes, multinomial for more. */
export const linear: Trainer = {
  id: 'linear',
  label: 'Linear',
  summary: 'A weighted sum of the features with elastic-net penalty. Fast, stable, easy to explain.',
  tasks: ['regression', 'binary', 'multiclass'],
  features: 'numeric',
  parameters: [
    {
      name: 'loss',
      label: 'Loss for numbers',
      help: 'Squared for any number. Poisson for counts and amounts that are never negative: effects multiply.',
      kind: 'choice',
      default: 'squared',
      options: [
        { value: 'squared', label: 'Squared' },
        { value: 'poisson', label: 'Poisson' },
      ],
      applies: { tasks: ['regression'] },
    },
    {
      name: 'alpha',
      label: 'Penalty',
      help: 'Strength of the penalty; 0 for none, which also gives standard errors. Per row of data, as in scikit-learn (C = 1 / (rows × alpha)).',
      kind: 'number',
      default: 0.0001,
      min: 0,
      max: 1e6,
      scale: 'log',
      search: { low: 1e-6, high: 1 },
      special: [{ value: 0, label: 'none' }],
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
  const { x, y, weights, task, classCount } = context
  const isCount = task === 'regression' && parameters.loss === 'poisson'
  if (isCount) refuseNegative(y)
  const fill = finiteMeans(x, weights)
  const { cols } = x
  const design = createDesign(fillMissing(x, fill), x.rows, cols, weights)
  const yieldIfDue = createYielder(context)
  const options: SolverOptions = {
    l1: alpha * l1Ratio,
    l2: alpha * (1 - l1Ratio),
    maxIterations: Number(parameters.maxIterations),
    tolerance: Number(parameters.tolerance),
    report: (iteration, loss) => context.report(iteration, loss === undefined ? {} : { loss }),
    yieldIfDue,
  }
  const loss = isCount ? poissonLoss : task === 'regression' ? squaredLoss : logisticLoss
  const solution =
    task === 'multiclass'
      ? await solveMultinomial(design, y, classCount, options)
      : loss === squaredLoss
        ? await solveLeastSquares(design, y, options)
        : await solveGeneral(design, loss, y, options)
  const outputs = task === 'multiclass' ? classCount : 1
  const coefficients = new Float64Array(outputs * cols)
  const intercepts = new Float64Array(outputs)
  for (let k = 0; k < outputs; k++) {
    const part = toDataUnits(design, solution.point, k * (cols + 1))
    coefficients.set(part.coefficients, k * cols)
    intercepts[k] = part.intercept
  }
  const total = weightSum(x.rows, weights)
  const errors =
    alpha > 0
      ? null
      : task === 'multiclass'
        ? { reason: 'Standard errors are given for two classes and for numbers, not for several classes.' }
        : await standardErrors(design, loss, loss === squaredLoss, y, solution.point, total, x.names, yieldIfDue)
  context.report(Math.max(1, solution.iterations), {})
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
    config: {
      iterations: solution.iterations,
      ...(isCount ? { link: 'log' } : {}),
      ...(errors && 'coefficients' in errors ? { coefficients: errors.coefficients } : {}),
      ...(errors && 'reason' in errors ? { coefficientsMissing: errors.reason } : {}),
    },
  }
}

/** @throws EngineError `target` */
function refuseNegative(y: Float64Array): void {
  const row = y.findIndex(value => value < 0)
  if (row < 0) return
  throw new EngineError(
    'target',
    `A Poisson model is for counts and amounts: its target cannot be negative, and a row has ${y[row]}.`,
    'Correct the target, or train with squared loss.',
  )
}

export function linearPredictor(model: Model): Predictor {
  const { cols, task } = model
  const rows = task === 'multiclass' ? model.classCount : 1
  const coefficients = Float64Array.from(takeTensor(model, 'coefficients', [rows, cols]))
  const intercepts = Float64Array.from(takeTensor(model, 'intercepts', [rows]))
  const fill = Float64Array.from(takeTensor(model, 'fill', [cols]))
  const isLog = model.config.link === 'log'
  const score = (k: number, x: ArrayLike<number>, offset: number) => {
    let sum = intercepts[k]!
    const from = k * cols
    for (let j = 0; j < cols; j++) {
      const cell = x[offset + j]!
      // Missing and infinite cells take the mean, as in training.
      sum += coefficients[from + j]! * (Math.abs(cell) <= Number.MAX_VALUE ? cell : fill[j]!)
    }
    return sum
  }
  const predictRow = (x: ArrayLike<number>, offset: number, out: Float64Array) => {
    if (task === 'regression') out[0] = isLog ? Math.exp(Math.min(score(0, x, offset), 700)) : score(0, x, offset)
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
