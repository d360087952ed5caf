import assert from 'node:assert/strict'
import test from 'node:test'
import { assertClose, golden, problem } from '../testing.ts'
import { linear } from './linear.ts'

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
