import assert from 'node:assert/strict'
import test from 'node:test'
import type { Frame } from '../frame/frame.ts'
import { getMetric } from '../metrics/registry.ts'
import { createRandom } from '../random.ts'
import { assertClose } from '../testing.ts'
import { attack } from './adversarial.ts'
import { deviationOf, disturb, disturbances } from './disturb.ts'
import { attackFor, measureRobustness, type RobustnessRequest } from './measure.ts'
import { describeRobustness } from './sentence.ts'

function frameOf(rows: number, seed = 1): Frame {
  const random = createRandom(seed)
  const numbers = () => Float64Array.from({ length: rows }, () => random.normal())
  return {
    rows,
    columns: new Map([
      ['a', { name: 'a', type: 'number' as const, values: numbers() }],
      ['b', { name: 'b', type: 'number' as const, values: numbers() }],
      [
        'colour',
        {
          name: 'colour',
          type: 'category' as const,
          dictionary: ['red', 'green'],
          codes: Int32Array.from({ length: rows }, () => random.integer(2)),
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
const codesOf = (frame: Frame) => {
  const column = frame.columns.get('colour')!
  assert.ok(column.type === 'category')
  return column.codes
}

/** Logistic in 2a − b and the colour; a missing number counts as 0. */
const smooth = (frame: Frame) => {
  const [a, b, codes] = [numbersOf(frame, 'a'), numbersOf(frame, 'b'), codesOf(frame)]
  const out = new Float64Array(2 * frame.rows)
  for (let i = 0; i < frame.rows; i++) {
    const p = 1 / (1 + Math.exp(-3 * (2 * (a[i]! || 0) - (b[i]! || 0) + (codes[i] === 0 ? 1 : 0))))
    out.set([1 - p, p], 2 * i)
  }
  return out
}
/** A tree's steps: gradients are zero almost everywhere. */
const steps = (frame: Frame) => {
  const [a, b] = [numbersOf(frame, 'a'), numbersOf(frame, 'b')]
  const out = new Float64Array(2 * frame.rows)
  for (let i = 0; i < frame.rows; i++) {
    const p = 0.5 + (a[i]! > 0 ? 0.3 : -0.3) + (b[i]! > 0.2 ? -0.15 : 0.15)
    out.set([1 - p, p], 2 * i)
  }
  return out
}

const columns = ['a', 'b', 'colour']
const request = (over: Partial<RobustnessRequest> = {}): RobustnessRequest => {
  const frame = frameOf(400)
  const predictFrame = over.predictFrame ?? smooth
  const truth = Float64Array.from({ length: 400 }, (_, i) => Number(predictFrame(frame)[2 * i + 1]! > 0.5))
  return {
    frame,
    columns,
    predictFrame,
    scored: { task: 'binary', truth, classCount: 2 },
    metric: 'accuracy',
    attackMethod: 'gradient',
    seed: 3,
    signal: new AbortController().signal,
    now: () => performance.now(),
    ...over,
  }
}

test('every disturbance gives a bounded curve from the undisturbed value down, the same each time', async () => {
  const curves = await measureRobustness(request())
  assert.deepEqual(
    curves.map(curve => curve.disturbance),
    ['noise', 'missing', 'shift', 'scale', 'swap', 'adversarial'],
  )
  for (const curve of curves) {
    assert.deepEqual([curve.points[0]!.strength, curve.points[0]!.value], [0, 1], curve.label)
    const values = curve.points.map(point => point.value!)
    if (curve.disturbance !== 'scale') assert.ok(values.at(-1)! < values[0]!, curve.label)
    for (const { value, low, high } of curve.points) assert.ok(low! <= value! && value! <= high!)
    assert.ok(curve.worst.length <= 5 && curve.worst.every(example => example.after < example.before))
    assert.ok(curve.worst.every(example => example.changes.length > 0))
    assert.ok(curve.sentence.startsWith(curve.label) && curve.sentence.endsWith('.'))
  }
  assert.deepEqual(JSON.parse(JSON.stringify(curves)), curves)
  assert.deepEqual(await measureRobustness(request()), curves)
})

test('an opponent does more harm than chance: adversarial rows are worse than noisy ones of the same size', async () => {
  const [noise, adversarial] = await measureRobustness(request({ disturbances: ['noise', 'adversarial'], rows: 400 }))
  const at = (curve: typeof noise) => curve!.points.find(point => point.strength === 0.5)!.value!
  assert.ok(at(adversarial) < at(noise) - 0.1, `${at(adversarial)} and ${at(noise)}`)
})

const yieldIfDue = () => undefined
for (const [method, predictFrame] of [
  ['gradient', smooth],
  ['search', steps],
] as const) {
  test(`the ${method} attack finds the corner that is worst, within its box and the range of the data`, async () => {
    const subject = request({ predictFrame })
    const strength = 0.4
    const found = await attack(subject, strength, { method, seed: 1, yieldIfDue })
    const { truth } = subject.scored
    const own = (frame: Frame) => {
      const predicted = predictFrame(frame)
      return Array.from(truth, (y, i) => predicted[2 * i + y]!)
    }
    const [before, after] = [own(subject.frame), own(found)]
    assert.ok(after.every((p, i) => p <= before[i]!))
    for (const name of ['a', 'b']) {
      const [was, is] = [numbersOf(subject.frame, name), numbersOf(found, name)]
      const reach = strength * deviationOf(was) * (1 + 1e-12)
      const [least, largest] = [Math.min(...was), Math.max(...was)]
      for (let i = 0; i < was.length; i++) {
        assert.ok(Math.abs(is[i]! - was[i]!) <= reach && is[i]! >= least && is[i]! <= largest)
      }
    }
    // Both models are monotone in every column, so that the worst row is a corner of the box: all four are tried here.
    const corners = [
      [-1, -1],
      [-1, 1],
      [1, -1],
      [1, 1],
    ].map(([sa, sb]) => {
      const moved = new Map(subject.frame.columns)
      for (const [name, sign] of [
        ['a', sa!],
        ['b', sb!],
      ] as const) {
        const was = numbersOf(subject.frame, name)
        const reach = strength * deviationOf(was)
        const [least, largest] = [Math.min(...was), Math.max(...was)]
        const values = was.map(value => Math.min(largest, Math.max(least, value + sign * reach)))
        moved.set(name, { name, type: 'number', values })
      }
      return own({ rows: subject.frame.rows, columns: moved })
    })
    for (let i = 0; i < after.length; i++) {
      assertClose(after[i]!, Math.min(...corners.map(corner => corner[i]!)), 1e-9, `row ${i}`)
    }
  })
}

test('a disturbance is as strong as it says, and a stronger one is more of the same', () => {
  const frame = frameOf(4000)
  const by = (id: string, strength: number) =>
    disturb(frame, columns, disturbances.find(d => d.id === id)!, strength, 7)
  const gaps = (id: string, strength: number) => {
    const after = numbersOf(by(id, strength), 'a')
    return numbersOf(frame, 'a').map((value, i) => after[i]! - value)
  }
  assert.ok(Math.abs(deviationOf(gaps('noise', 0.5)) - 0.5) < 0.03)
  const [weak, strong] = [gaps('noise', 0.5), gaps('noise', 1)]
  for (let i = 0; i < weak.length; i++) assertClose(strong[i]!, 2 * weak[i]!, 1e-9)
  const missing = numbersOf(by('missing', 0.25), 'b').filter(Number.isNaN).length
  assert.ok(Math.abs(missing / 4000 - 0.25) < 0.03)
  const swapped = codesOf(by('swap', 0.25)).filter((code, i) => code !== codesOf(frame)[i]).length
  assert.ok(Math.abs(swapped / 4000 - 0.25) < 0.03)
  assert.equal(by('noise', 0), frame)
})

test('sentences say what is within chance', () => {
  const point = (strength: number, value: number) => ({ strength, value, low: value - 0.01, high: value + 0.01 })
  const say = (...values: number[]) =>
    describeRobustness(
      getMetric('accuracy'),
      { label: 'Noise' },
      values.map((value, i) => point(i / 10, value)),
    )
  assert.equal(say(0.9, 0.895), 'Noise: Accuracy goes from 0.9 to 0.895 at strength 0.1, which is within chance.')
  assert.match(say(0.9, 0.895, 0.8), /up to 0\.1 it is within chance\.$/)
  assert.match(say(0.9, 0.7), /from the weakest on\.$/)
  const none = { strength: 0, value: null, low: null, high: null }
  assert.match(describeRobustness(getMetric('accuracy'), { label: 'Noise' }, [none]), /not defined/)
})

test('networks and linear models are attacked by gradient, trees by search', () => {
  assert.deepEqual(['linear', 'mlp', 'gbdt', 'random-forest'].map(attackFor), [
    'gradient',
    'gradient',
    'search',
    'search',
  ])
})
