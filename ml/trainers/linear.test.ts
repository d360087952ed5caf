import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import type { Matrix } from '../matrix.ts'
import { assertClose, golden, matrixOf, problem } from '../testing.ts'
import { linear, linearPredictor } from './linear.ts'
import type { FitContext, Parameters } from './types.ts'

const { rows, cols } = golden.linear
const x = { names: [], rows, cols, data: Float64Array.from(golden.linear.x) }

for (const each of golden.linear.cases) {
  const { task, alpha, l1Ratio, weighted } = each
  const name = `${task}, alpha ${alpha}, l1Ratio ${l1Ratio}${weighted ? ', weighted' : ''}`
  test(`scikit-learn's coefficients: ${name}`, async () => {
    const model = await linear.fit({
      ...problem(task),
      x,
      y: Float64Array.from(task === 'regression' ? golden.linear.y : golden.linear[task]),
      ...(weighted ? { weights: Float64Array.from(golden.linear.weights) } : {}),
      parameters: { alpha, l1Ratio, tolerance: 1e-10, maxIterations: 20_000 },
    })
    const { coefficients, intercepts } = model.tensors
    const tolerance = task === 'regression' ? 1e-8 : 1e-5
    for (const [k, value] of each.coefficients.flat().entries()) {
      assertClose(coefficients!.data[k]!, value, tolerance, `coefficient ${k}`)
    }
    // Softmax is blind to a constant added to all intercepts; scikit-learn centres them.
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length
    const shift = task === 'multiclass' ? mean(intercepts!.data) - mean(each.intercepts) : 0
    for (const [k, value] of each.intercepts.entries()) {
      assertClose(intercepts!.data[k]! - shift, value, tolerance, `intercept ${k}`)
    }
  })
}

test('lasso sets irrelevant weights to exactly zero', async () => {
  const context = problem('regression', 300, 6)
  const model = await linear.fit({ ...context, parameters: { alpha: 1, l1Ratio: 1 } })
  const data = Array.from(model.tensors.coefficients!.data)
  assert.deepEqual(data.slice(2), [0, 0, 0, 0])
  assert.ok(data[0]! > 5 && data[1]! < -2)
})

test('collinear columns do no harm', async () => {
  const context = problem('regression', 100, 2)
  const data = new Float64Array(300)
  for (let i = 0; i < 100; i++) {
    data.set([context.x.data[2 * i]!, context.x.data[2 * i + 1]!, context.x.data[2 * i]!], 3 * i)
  }
  const model = await linear.fit({ ...context, x: { names: [], rows: 100, cols: 3, data }, parameters: { alpha: 0 } })
  const [a, b, c] = Array.from(model.tensors.coefficients!.data)
  assertClose(a! + c!, 10, 0.05)
  assertClose(b!, -5, 0.05)
})

type Errors = { estimate: number[]; standardError: number[]; p: number[] }
/** From the formulas, by numpy and SciPy (bench/golden/make-linear.py). */
const errors = JSON.parse(readFileSync(new URL('../../bench/golden/linear.json', import.meta.url), 'utf8')) as {
  rows: number
  cols: number
  x: number[]
  z: number[]
  weights: number[]
  targets: Record<string, number[]>
  cases: (Errors & { loss: string; weights: string })[]
  ridge: { alpha: number; coefficients: number[]; intercept: number }[]
}
const table = (cells: number[]): Matrix => ({
  names: ['a', 'b', 'c', 'd'],
  rows: errors.rows,
  cols: errors.cols,
  data: Float64Array.from(cells),
})

for (const each of errors.cases) {
  test(`coefficients, standard errors and p-values: ${each.loss}, ${each.weights}`, async () => {
    const model = await linear.fit({
      ...problem(each.loss === 'logistic' ? 'binary' : 'regression'),
      x: table(errors.x),
      y: Float64Array.from(errors.targets[each.loss]!),
      ...(each.weights === 'weighted' ? { weights: Float64Array.from(errors.weights) } : {}),
      parameters: { alpha: 0, tolerance: 1e-11, ...(each.loss === 'poisson' ? { loss: 'poisson' } : {}) },
    })
    const rows = model.config.coefficients as { name: string; estimate: number; standardError: number; p: number }[]
    assert.deepEqual(
      rows.map(row => row.name),
      ['(intercept)', 'a', 'b', 'c', 'd'],
    )
    for (const [k, row] of rows.entries()) {
      for (const key of ['estimate', 'standardError', 'p'] as const) {
        assertClose(row[key], each[key][k]!, 1e-6, `${row.name}, ${key}`)
      }
    }
    assert.deepEqual(JSON.parse(JSON.stringify(model.config)), model.config)
  })
}

for (const { alpha, coefficients, intercept } of errors.ridge) {
  test(`scikit-learn's penalised Poisson regression: alpha ${alpha}`, async () => {
    const context = { ...problem('regression'), x: table(errors.z), y: Float64Array.from(errors.targets.poisson!) }
    const model = await linear.fit({ ...context, parameters: { loss: 'poisson', alpha, tolerance: 1e-11 } })
    for (const [k, value] of coefficients.entries()) assertClose(model.tensors.coefficients!.data[k]!, value, 1e-6)
    assertClose(model.tensors.intercepts!.data[0]!, intercept, 1e-6)
    const [first] = linearPredictor(model).predict(context.x)
    const score = coefficients.reduce((sum, value, j) => sum + value * errors.z[j]!, intercept)
    assertClose(first!, Math.exp(score), 1e-6)
  })
}

test('a Poisson model refuses a negative target in words', async () => {
  const context = problem('regression')
  context.y[3] = -2
  await assert.rejects(linear.fit({ ...context, parameters: { loss: 'poisson' } }), /cannot be negative.*-2/)
})

test('why there are no standard errors is said in words', async () => {
  const missing = async (change: Partial<FitContext>) => {
    const model = await linear.fit({ ...problem('regression'), ...change, parameters: { alpha: 0 } })
    assert.equal(model.config.coefficients, undefined)
    return String(model.config.coefficientsMissing)
  }
  const sum = matrixOf(50, 3, (i, j) =>
    j === 2 ? Math.sin(i) + 2 * Math.cos(3 * i) : j ? Math.cos(3 * i) : Math.sin(i),
  )
  assert.match(
    await missing({ x: sum, y: Float64Array.from({ length: 50 }, (_, i) => i % 7) }),
    /“x2” is a sum of other features/,
  )
  const few = problem('regression', 5, 4)
  assert.match(await missing({ x: few.x, y: few.y }), /5 rows are too few/)
  const apart = problem('binary', 100, 1)
  const y = apart.x.data.map(value => (value > 0 ? 1 : 0)) as Float64Array
  assert.match(await missing({ ...apart, y }), /predict every row without error/)
  assert.match(await missing(problem('multiclass')), /not for several classes/)
  const penalised = await linear.fit({ ...problem('regression'), parameters: { alpha: 0.1 } })
  assert.equal(penalised.config.coefficientsMissing, undefined)
})

test('mostly-zero columns give the same model as when they are stored in full', async () => {
  // Eight one-hot groups of six and a number: few cells are not zero.
  const rows = 300
  const cell = (i: number, j: number) => (j === 48 ? Math.sin(i) : (i * (1 + Math.floor(j / 6))) % 6 === j % 6 ? 1 : 0)
  const x = matrixOf(rows, 49, cell)
  const dense = { ...x, data: x.data.map((value, k) => (k % 49 < 48 ? value + 1 : value)) }
  const y = Float64Array.from({ length: rows }, (_, i) => (Math.sin(i) + cell(i, 3) - cell(i, 9) > 0.2 ? 1 : 0))
  for (const task of ['regression', 'binary'] as const) {
    for (const l1Ratio of [0, 0.5]) {
      const parameters = { alpha: 0.01, l1Ratio, tolerance: 1e-10 }
      const models = await Promise.all([x, dense].map(each => linear.fit({ ...problem(task), x: each, y, parameters })))
      const [a, b] = models.map(model => model.tensors.coefficients!.data)
      for (let k = 0; k < 49; k++) assertClose(a![k]!, b![k]!, 1e-6, `${task}, ${l1Ratio}, ${k}`)
    }
  }
})

test('infinities, huge and tiny numbers, more columns than rows: numbers come out', async () => {
  const hard = matrixOf(40, 60, (i, j) => {
    if (j === 0) return (i - 20) * 1e300
    if (j === 1) return i * 1e-300
    if (j === 2) return i % 5 ? i : i % 2 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    return j === 3 ? 7 : Math.sin(i * j)
  })
  for (const task of ['regression', 'binary', 'multiclass'] as const) {
    for (const parameters of [{}, { alpha: 0, maxIterations: 200 }, { alpha: 0.01, l1Ratio: 0.7 }] as Parameters[]) {
      const context = problem(task, 40, 2)
      const model = await linear.fit({ ...context, x: hard, parameters })
      assert.ok(linearPredictor(model).predict(hard).every(Number.isFinite), `${task} ${JSON.stringify(parameters)}`)
    }
  }
})
