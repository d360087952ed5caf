import assert from 'node:assert/strict'
import test from 'node:test'
import { trainPipeline } from '../fit-pipeline.ts'
import { frameFromRows } from '../frame/builder.ts'
import { loadPredictor } from '../predictor.ts'
import { createRandom } from '../random.ts'
import { frameSpecs, type Schema } from '../schema.ts'

const SCHEMA: Schema = {
  columns: [
    { name: 'review', type: 'text', role: 'feature', nullable: true },
    { name: 'shop', type: 'category', role: 'feature', nullable: true },
    { name: 'stars', type: 'number', role: 'target', nullable: false },
  ],
}

test('a model learns from text and from a category of many levels, and answers without them', async () => {
  const random = createRandom(8)
  const good = ['lovely', 'great', 'kind']
  const bad = ['awful', 'slow', 'cold']
  const rows = Array.from({ length: 600 }, () => {
    const words = random.next() < 0.5 ? good : bad
    const shop = random.integer(70)
    const stars = (words === good ? 4 : 1) + (shop < 35 ? 1 : 0) + 0.1 * random.normal()
    return {
      review: `The ${words[random.integer(3)]} staff, a ${words[random.integer(3)]} place`,
      shop: `shop ${shop}`,
      stars,
    }
  })
  const { bundle, metrics } = await trainPipeline({
    frame: frameFromRows(frameSpecs(SCHEMA), rows),
    schema: SCHEMA,
    target: 'stars',
    trainerId: 'linear',
    seed: 2,
    now: () => 0,
  })
  assert.ok(metrics.r2!.value! > 0.9, `R² ${metrics.r2!.value}`)
  const predictor = loadPredictor(bundle)
  const starsOf = (row: object) => {
    const answer = predictor.predictOne(row)
    assert.ok(answer.ok)
    assert.deepEqual(predictor.predictRows([row]).predictions, [answer.prediction])
    return answer.prediction as number
  }
  assert.ok(
    starsOf({ review: 'GREAT! lovely.', shop: 'shop 3' }) > starsOf({ review: 'awful, cold', shop: 'shop 3' }) + 2,
  )
  for (const row of [{}, { review: null }, { review: '' }, { shop: 'never seen' }, { review: 'wholly other words' }]) {
    assert.ok(Number.isFinite(starsOf(row)), JSON.stringify(row))
  }
  assert.equal(predictor.predictOne({ review: 7 }).ok, false, 'a wrong type is refused by the signature')
})
