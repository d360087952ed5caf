import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Frame, FrameColumn } from '../frame/frame.ts'
import { createRandom } from '../random.ts'
import { assertClose } from '../testing.ts'
import { explainModel } from './explain-model.ts'
import { pairDependence, partialDependence } from './partial-dependence.ts'
import { type PermutationRequest, permutationImportance } from './permutation.ts'
import { explainRow } from './shapley.ts'

/** Numbers a, b, idle and … (normal), a colour; some cells of b missing. */
function frameOf(rows: number, seed: number, extra = 0): Frame {
  const random = createRandom(seed)
  const number = (name: string, cell: () => number) =>
    [name, { name, type: 'number' as const, values: Float64Array.from({ length: rows }, cell) }] as const
  return {
    rows,
    columns: new Map<string, FrameColumn>([
      number('a', () => random.normal()),
      number('b', () => (random.next() < 0.1 ? Number.NaN : random.normal())),
      number('idle', () => random.normal()),
      ...Array.from({ length: extra }, (_, k) => number(`x${k}`, () => random.normal())),
      [
        'colour',
        {
          name: 'colour',
          type: 'category' as const,
          dictionary: ['red', 'green', 'blue'],
          codes: Int32Array.from({ length: rows }, () => random.integer(3)),
        },
      ],
    ]),
  }
}

const numbersOf = (frame: Frame, name: string) => {
  const column = frame.columns.get(name)!
  assert.ok(column.type === 'number')
  return column.values
}
const isRed = (frame: Frame, row: number) => {
  const column = frame.columns.get('colour')!
  assert.ok(column.type === 'category')
  return column.dictionary[column.codes[row]!] === 'red' ? 1 : 0
}

/** 3a + b (missing counts as 0) + 3 when red. */
const linear = (frame: Frame) => {
  const [a, b] = [numbersOf(frame, 'a'), numbersOf(frame, 'b')]
  return Float64Array.from(a, (value, i) => 3 * value + (b[i]! || 0) + 3 * isRed(frame, i))
}
/** As above with a·b in it, and cross effects with every further column. */
const crossed = (frame: Frame) => {
  const [a, b] = [numbersOf(frame, 'a'), numbersOf(frame, 'b')]
  const sums = linear(frame).map((value, i) => value + a[i]! * (b[i]! || 0) * (1 + isRed(frame, i)))
  for (const [name, column] of frame.columns) {
    if (name.startsWith('x') && column.type === 'number')
      for (let i = 0; i < sums.length; i++) sums[i]! += a[i]! * column.values[i]!
  }
  return sums
}

const timing = { signal: new AbortController().signal, now: () => performance.now() }
const columns = ['a', 'b', 'idle', 'colour']

const request = (over: Partial<PermutationRequest> = {}): PermutationRequest => {
  const frame = frameOf(800, 1)
  return {
    frame,
    columns,
    predictFrame: linear,
    scored: { task: 'regression', truth: linear(frame), classCount: 0 },
    metric: 'rmse',
    seed: 5,
    ...timing,
    ...over,
  }
}

test('permutation importance orders columns by their effect and gives an idle one nothing', async () => {
  const { importances, base, skipped } = await permutationImportance(request())
  assert.equal(base.value, 0)
  assert.deepEqual(skipped, [])
  assert.deepEqual(
    importances.map(i => i.name),
    ['a', 'colour', 'b', 'idle'],
  )
  // Shuffling adds √2 · 3 · σ to the error.
  assert.ok(Math.abs(importances[0]!.value - 3 * Math.SQRT2) < 0.3)
  for (const { value, low, high } of importances) assert.ok(low! <= value && value <= high!)
  assert.deepEqual(importances.at(-1), { name: 'idle', value: 0, low: 0, high: 0 })
})

test('the importance of a column is the same alone, and drops of higher-is-better metrics are positive too', async () => {
  const all = await permutationImportance(request({ metric: 'r2' }))
  const alone = await permutationImportance(request({ metric: 'r2', columns: ['b'] }))
  assert.deepEqual(
    alone.importances[0],
    all.importances.find(i => i.name === 'b'),
  )
  assert.ok(all.importances[0]!.value > 1)
  const grouped = await permutationImportance(request({ columns: [{ name: 'both', columns: ['a', 'b'] }] }))
  assert.ok(Math.abs(grouped.importances[0]!.value - Math.sqrt(20)) < 0.5)
})

test('what the time does not allow is named, an abort rejects, an undefined metric says why', async () => {
  let clock = 0
  const late = await permutationImportance(request({ budgetMs: 25, now: () => (clock += 10) }))
  assert.ok(late.skipped.length > 0 && late.importances.length + late.skipped.length === columns.length)
  const controller = new AbortController()
  controller.abort(new Error('stopped'))
  await assert.rejects(permutationImportance(request({ signal: controller.signal })), /stopped/)
  const undefinedMetric = await permutationImportance(request({ metric: 'poisson_deviance' }))
  assert.ok(undefinedMetric.base.reason!.length > 10 && undefinedMetric.skipped.length === 4)
})

test('partial dependence of an additive model is its own term plus the mean of the others', () => {
  const frame = frameOf(300, 2)
  const whole = linear(frame)
  const mean = whole.reduce((sum, value) => sum + value, 0) / frame.rows
  const meanA = numbersOf(frame, 'a').reduce((sum, value) => sum + value, 0) / frame.rows
  const { grid, average, curves, shares } = partialDependence(frame, 'a', linear, 1, { seed: 1 })
  assert.ok(grid.length <= 20 && curves.length === 30)
  for (const [g, value] of grid.entries()) assertClose(average[0]![g]!, mean + 3 * ((value as number) - meanA), 1e-9)
  assertClose(
    shares.reduce((sum, share) => sum + share, 0),
    1,
    1e-9,
  )
  // A single row's curve is its prediction where the grid meets its cell.
  for (const curve of curves)
    assertClose(curve.at(-1)! - curve[0]!, 3 * ((grid.at(-1) as number) - (grid[0] as number)), 1e-9)
  const colour = partialDependence(frame, 'colour', linear, 1, { seed: 1 })
  assert.deepEqual([...colour.grid].sort(), ['blue', 'green', 'red'])
  const at = (level: string) => colour.average[0]![colour.grid.indexOf(level)]!
  assertClose(at('red') - at('blue'), 3, 1e-9)
  assert.deepEqual(JSON.parse(JSON.stringify(colour)), colour)
})

test('dependence on a pair is not the sum of both where they act together', () => {
  const frame = frameOf(150, 3)
  const { axes, average } = pairDependence(frame, ['a', 'colour'], crossed, 1, { seed: 1 })
  assert.deepEqual([average.length, average[0]!.length], [axes[0].grid.length, 3])
  const additive = pairDependence(frame, ['a', 'colour'], linear, 1, { seed: 1 })
  const cross = (rows: number[][]) => rows[0]![0]! - rows[0]![1]! - (rows.at(-1)![0]! - rows.at(-1)![1]!)
  assertClose(cross(additive.average), 0, 1e-9)
})

test('of two classes the positive one is shown, of several all of them', () => {
  const frame = frameOf(50, 4)
  const outputs = (width: number) => (rows: Frame) =>
    Float64Array.from({ length: rows.rows * width }, (_, i) => i % width)
  assert.deepEqual(
    partialDependence(frame, 'colour', outputs(2), 2, { seed: 1 }).average.map(row => row[0]),
    [1],
  )
  assert.deepEqual(
    partialDependence(frame, 'colour', outputs(3), 3, { seed: 1 }).average.map(row => row[0]),
    [0, 1, 2],
  )
})

test('Shapley values add up, exactly and by sampling, and the two agree', () => {
  const background = frameOf(12, 5)
  const frame = frameOf(20, 6)
  fc.assert(
    fc.property(fc.nat(19), row => {
      const { base, prediction, contributions, exact } = explainRow({
        ...{ frame, row, background, columns, predictFrame: crossed, width: 1, output: 0, seed: 1 },
      })
      assert.ok(exact)
      assertClose(
        contributions.reduce((sum, c) => sum + c.value, base),
        prediction,
        1e-9,
      )
      assert.equal(contributions.find(c => c.name === 'idle')!.value, 0)
    }),
    { numRuns: 10 },
  )
  const many = { frame: frameOf(3, 8, 9), background: frameOf(12, 7, 9) }
  const wide = [...many.frame.columns.keys()]
  const base = { ...many, row: 1, columns: wide, predictFrame: crossed, width: 1, output: 0, seed: 1 }
  const sampled = explainRow({ ...base, orders: 60 })
  assert.equal(sampled.exact, false)
  assertClose(
    sampled.contributions.reduce((sum, c) => sum + c.value, sampled.base),
    sampled.prediction,
    1e-9,
  )
  // Cross effects of pairs are shared in halves: known in closed form.
  const a = numbersOf(many.frame, 'a')[1]!
  const meanOf = (name: string) => numbersOf(many.background, name).reduce((sum, v) => sum + v, 0) / 12
  const x0 = numbersOf(many.frame, 'x0')[1]!
  const means = (f: (i: number) => number) => Array.from({ length: 12 }, (_, i) => f(i)).reduce((s, v) => s + v, 0) / 12
  const [ba, bx] = [numbersOf(many.background, 'a'), numbersOf(many.background, 'x0')]
  const expected = (a * (x0 - meanOf('x0')) + means(i => ba[i]! * (x0 - bx[i]!))) / 2
  assertClose(sampled.contributions.find(c => c.name === 'x0')!.value, expected, 1e-9)
})

test('an explanation without rows to compare with is refused in words', () => {
  const frame = frameOf(2, 1)
  const call = () =>
    explainRow({
      frame,
      row: 0,
      background: frameOf(0, 1),
      columns,
      predictFrame: linear,
      width: 1,
      output: 0,
      seed: 1,
    })
  assert.throws(call, /needs rows to compare with/)
})

test('a model is explained on the rows that measured it: importance of all columns, dependence on the three largest', async () => {
  const frame = frameOf(5000, 9)
  const rows = Int32Array.from({ length: 4000 }, (_, i) => i + 500)
  const whole = linear(frame)
  const explain = (budgetMs: number) =>
    explainModel({
      ...{ frame, rows, columns, predictFrame: linear, metric: 'rmse', seed: 1, budgetMs, ...timing },
      scored: { task: 'regression', truth: Float64Array.from(rows, row => whole[row]!), classCount: 0 },
    })
  const explanation = await explain(60_000)
  // Truth and rows belong together: any other pairing would err.
  assert.deepEqual([explanation.base.value, explanation.rows, explanation.measured], [0, 2000, 4])
  assert.deepEqual(
    explanation.dependence.map(d => d.column),
    explanation.importances.slice(0, 3).map(i => i.name),
  )
  assert.ok(JSON.stringify(explanation).length < 60_000)
  assert.deepEqual(await explain(60_000), explanation)
  assert.ok((await explain(-1)).skipped === 4)
})
