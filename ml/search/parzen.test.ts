import assert from 'node:assert/strict'
import test from 'node:test'
import { createRandom } from '../random.ts'
import { buildParzen, drawPoint, logDensity } from './parzen.ts'
import { readSpace } from './space.ts'
import type { SearchParameter } from './types.ts'

const build = (parameters: SearchParameter[], points: number[][]) => {
  const weights = new Float64Array(points.length).fill(1)
  const rows = points.map(point => Float64Array.from(point))
  return buildParzen(readSpace(parameters).dimensions, rows, weights, 1)
}
const close = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual}, not ${expected}`)

const FLOAT: SearchParameter = { name: 'x', kind: 'float', low: 0, high: 10 }
const THREE: SearchParameter = { name: 'c', kind: 'categorical', choices: ['a', 'b', 'c'] }

/** Kernel widths (prior last) and log densities computed by Optuna 5.0.0. */
const GOLDEN: { parameter: SearchParameter; values: number[]; sigmas?: number[]; logs: [number, number][] }[] = [
  {
    parameter: FLOAT,
    values: [1, 2.5, 2, 9],
    sigmas: [1.6666667, 6.5, 1.6666667, 6.5, 10],
    logs: [
      [0, -2.029818333],
      [2, -1.79104397],
      [10, -2.886519496],
    ],
  },
  {
    parameter: { name: 'rate', kind: 'float', low: 1e-4, high: 1, log: true },
    values: [0.001, 0.01, 0.5],
    sigmas: [Math.LN10, 3.912023005, 3.912023005, 9.210340372],
    logs: [
      [0.001, -2.119060342],
      [1, -2.436574602],
    ],
  },
  {
    parameter: { name: 'depth', kind: 'int', low: 1, high: 8 },
    values: [2, 3, 7],
    sigmas: [1.6, 4, 4, 8],
    logs: [
      [1, -1.976593166],
      [8, -2.432303258],
    ],
  },
  {
    parameter: { name: 'leaves', kind: 'int', low: 1, high: 128, log: true },
    values: [2, 3, 64],
    sigmas: [1.109815, 3.060270795, 3.060270795, 5.549076],
    logs: [
      [1, -1.570445749],
      [128, -6.922025513],
    ],
  },
  {
    parameter: { name: 'share', kind: 'float', low: 0, high: 1, step: 0.2 },
    values: [0.2, 0.6],
    sigmas: [0.4, 0.4, 1.2],
    logs: [[0.6, -1.673332873]],
  },
  {
    parameter: THREE,
    values: [0, 0, 2],
    logs: [
      [0, -0.741937345],
      [1, -1.658228077],
      [2, -1.098612289],
    ],
  },
]

for (const { parameter, values, sigmas, logs } of GOLDEN)
  test(`widths and densities are Optuna's: ${JSON.stringify(parameter)}`, () => {
    const parzen = build(
      [parameter],
      values.map(value => [value]),
    )
    const [marginal] = parzen.marginals
    if (sigmas && marginal?.kind === 'numeric')
      for (const [k, sigma] of sigmas.entries()) close(marginal.sigmas[k]!, sigma)
    for (const [at, log] of logs) close(logDensity(parzen, [at], new Float64Array(9)), log, 1e-9)
  })

test("a kernel is the product of its marginals, as Optuna's", () => {
  const two: SearchParameter = { name: 'c', kind: 'categorical', choices: ['a', 'b'] }
  const points = [1, 2.5, 2, 9].map((x, i) => [x, i % 2])
  const parzen = build([FLOAT, two], points)
  close(logDensity(parzen, [2, 0], new Float64Array(9)), -2.216978429, 1e-9)
  close(logDensity(parzen, [2, 1], new Float64Array(9)), -2.849933217, 1e-9)
})

test('points are drawn as dense as the density says', () => {
  const parzen = build(
    [
      { name: 'n', kind: 'int', low: 1, high: 12, log: true },
      { name: 's', kind: 'float', low: 0, high: 1, step: 0.25 },
    ],
    [
      [2, 0.25],
      [9, 1],
    ],
  )
  const random = createRandom(3)
  const counts = new Map<string, number>()
  const draws = 20_000
  for (let i = 0; i < draws; i++) {
    const key = drawPoint(parzen, random).join()
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  let total = 0
  for (let n = 1; n <= 12; n++)
    for (let s = 0; s <= 1; s += 0.25) {
      const expected = Math.exp(logDensity(parzen, [n, s], new Float64Array(9)))
      total += expected
      assert.ok(Math.abs((counts.get(`${n},${s}`) ?? 0) / draws - expected) < 5 * Math.sqrt(expected / draws) + 1e-4)
    }
  close(total, 1, 1e-9)
})
