import assert from 'node:assert/strict'
import test from 'node:test'
import { explainRow } from '../explain/shapley.ts'
import { trainPipeline } from '../fit-pipeline.ts'
import { takeRows } from '../frame/frame.ts'
import { loadPredictor } from '../predictor.ts'
import { validateRows } from '../schema.ts'
import { assertClose, SHOP, shopRows } from '../testing.ts'
import { attackFor, measureRobustness } from './measure.ts'

test('a whole pipeline, with dates, missing cells and categories, is disturbed and explained', async () => {
  const { frame } = validateRows(SHOP, shopRows(400))
  const now = () => performance.now()
  const result = await trainPipeline({ frame, schema: SHOP, target: 'amount', trainerId: 'linear', seed: 1, now })
  const { signature, predictFrame } = loadPredictor(result.bundle)
  const columns = signature.columns.map(column => column.name)
  const held = takeRows(frame, result.validation.rows)
  const curves = await measureRobustness({
    frame: held,
    columns,
    predictFrame,
    scored: { task: 'regression', truth: result.validation.truth, classCount: 0 },
    metric: 'mae',
    attackMethod: attackFor('linear'),
    seed: 1,
    signal: new AbortController().signal,
    now,
  })
  for (const { disturbance, points } of curves) {
    assert.equal(points[0]!.value, result.metrics.mae!.value, disturbance)
    if (disturbance !== 'scale') assert.ok(points.at(-1)!.value! > points[0]!.value!, disturbance)
  }
  // Against a linear model an opponent's best is known: every number to the end of its reach.
  const [shift, adversarial] = ['shift', 'adversarial'].map(id => curves.find(curve => curve.disturbance === id)!)
  const half = (curve: typeof shift) => curve!.points.find(point => point.strength === 0.5)!.value!
  assert.ok(half(adversarial) > half(shift) * 0.8)

  const { base, prediction, contributions, exact } = explainRow({
    ...{ frame: held, row: 3, background: takeRows(held, [0, 1, 2, 4, 5, 6, 7, 8]), columns, predictFrame },
    ...{ width: 1, output: 0, seed: 1 },
  })
  assert.ok(exact)
  assertClose(prediction, predictFrame(held)[3]!, 1e-9)
  assertClose(
    contributions.reduce((sum, part) => sum + part.value, base),
    prediction,
    1e-9,
  )
})
