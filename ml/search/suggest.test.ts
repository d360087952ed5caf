import assert from 'node:assert/strict'
import test from 'node:test'
import { EngineError } from '../errors.ts'
import type { Parameters } from '../trainers/types.ts'
import { buildSearchSpace } from './build-search-space.ts'
import { symmetricEigen } from './eigen.ts'
import { readRows } from './history.ts'
import { atShare, readSpace, shareOf } from './space.ts'
import { suggest } from './suggest.ts'
import { splitRows } from './tpe.ts'
import type { SamplerId, SearchOptions, SearchParameter, SearchSpace, Trial } from './types.ts'
import { warmStart } from './warm-start.ts'

const options: SearchOptions = { sampler: 'tpe', direction: 'minimize', seed: 1 }

test('a grid tries every combination that exists once, then says that nothing is left', () => {
  const space: SearchSpace = [
    { name: 'trees', kind: 'int', low: 1, high: 3, condition: { parameter: 'model', values: ['forest'] } },
    { name: 'model', kind: 'categorical', choices: ['forest', 'linear'] },
    { name: 'rate', kind: 'float', low: 0.01, high: 1, log: true },
    { name: 'share', kind: 'float', low: 0, high: 0.3, step: 0.1 },
  ]
  const trials: Trial[] = []
  for (;;) {
    const parameters = suggest(space, trials, { ...options, sampler: 'grid', gridSteps: 3 })
    if (!parameters) break
    trials.push({ number: trials.length, state: 'failed', parameters })
  }
  const seen = new Set(trials.map(({ parameters }) => JSON.stringify(parameters)))
  assert.equal(seen.size, trials.length)
  assert.equal(trials.length, (3 + 1) * 3 * 4)
  const valuesOf = (name: string) => [...new Set(trials.map(({ parameters }) => parameters[name]))].sort()
  assert.deepEqual(valuesOf('share'), [0, 0.1, 0.2, 0.3])
  assert.equal(valuesOf('rate').length, 3)
  assert.ok(Math.abs(Number(valuesOf('rate')[1]) - 0.1) < 1e-12)
  // Both models early on: the order goes through the whole space.
  assert.equal(new Set(trials.slice(0, 6).map(({ parameters }) => parameters.model)).size, 2)
})

test('impossible spaces are refused by the name of the parameter', () => {
  const float = (more: object): SearchParameter =>
    ({ name: 'x', kind: 'float', low: 0, high: 1, ...more }) as SearchParameter
  const bad: SearchSpace[] = [
    [float({ low: 2 })],
    [float({ high: Number.NaN })],
    [float({ log: true })],
    [float({ step: 0 })],
    [float({ low: 1, high: 9, log: true, step: 2 })],
    [float({ kind: 'int', high: 1.5 })],
    [float({}), float({})],
    [{ name: 'x', kind: 'categorical', choices: [] }],
    [{ name: 'x', kind: 'categorical', choices: ['a', 'a'] }],
    [float({ condition: { parameter: 'y', values: [1] } })],
    [float({ condition: { parameter: 'x', values: [1] } })],
  ]
  for (const space of bad)
    assert.throws(
      () => suggest(space, [], options),
      (error: unknown) =>
        error instanceof EngineError && error.code === 'search-space' && error.message.includes('“x”'),
      JSON.stringify(space),
    )
  assert.throws(() => suggest([], [], { ...options, sampler: 'magic' as SamplerId }), /no sampler “magic”/)
})

test('a share of a range and back, also on logarithmic and stepped ones', () => {
  const parameters: SearchParameter[] = [
    { name: 'x', kind: 'float', low: -2, high: 6 },
    { name: 'rate', kind: 'float', low: 1e-4, high: 10, log: true },
    { name: 'n', kind: 'int', low: 1, high: 9 },
    { name: 'leaves', kind: 'int', low: 1, high: 100, log: true },
    { name: 's', kind: 'float', low: 0, high: 1, step: 0.25 },
  ]
  for (const dimension of readSpace(parameters).dimensions) {
    for (const share of [0, 0.2, 0.5, 0.999]) {
      const value = atShare(dimension, share)
      if (dimension.step === 0) assert.ok(Math.abs(shareOf(dimension, value) - share) < 1e-12)
      else assert.equal(atShare(dimension, shareOf(dimension, value)), value)
    }
    assert.ok(Math.abs(atShare(dimension, 0) - dimension.low) < 1e-12)
    if (dimension.step > 0) assert.equal(atShare(dimension, 1 - 1e-12), dimension.high)
  }
})

test('good trials are the best complete ones, then pruned ones by how far they came', () => {
  const space: SearchSpace = [{ name: 'x', kind: 'float', low: 0, high: 10 }]
  const trial = (number: number, more: Partial<Trial>): Trial => ({
    number,
    state: 'complete',
    parameters: { x: number },
    ...more,
  })
  const pruned = (number: number, step: number, value: number | null) =>
    trial(number, { state: 'pruned', reports: [{ step, value }] })
  const trials = [
    trial(0, { value: 5 }),
    pruned(1, 3, 1),
    trial(2, { value: 2 }),
    trial(3, { value: null }),
    pruned(4, 7, 9),
    pruned(5, 7, null),
    trial(6, { state: 'running' }),
    trial(7, { state: 'failed', value: 0 }),
    trial(8, { state: 'pruned' }),
  ]
  const known = readSpace(space)
  const numbers = (count: number, side: 'good' | 'rest') =>
    splitRows(readRows(known, trials, 'minimize'), count)[side].map(row => row.trial.number)
  for (const [count, good] of [
    [1, [2]],
    [2, [0, 2]],
    [3, [0, 2, 3]],
    [4, [0, 2, 3, 4]],
    [5, [0, 2, 3, 4, 5]],
    [6, [0, 1, 2, 3, 4, 5]],
  ] as const)
    assert.deepEqual(numbers(count, 'good'), good)
  assert.deepEqual(numbers(2, 'rest'), [1, 3, 4, 5, 6, 8])
})

test('running trials keep parallel workers apart', () => {
  const space: SearchSpace = [
    { name: 'x', kind: 'float', low: 0, high: 1 },
    { name: 'y', kind: 'float', low: 0, high: 1 },
  ]
  const spread = (state: Trial['state']) => {
    let total = 0
    for (let seed = 0; seed < 10; seed++) {
      const trials: Trial[] = []
      for (let number = 0; number < 40; number++) {
        const p = suggest(space, trials, { ...options, seed })!
        trials.push({
          number,
          state: 'complete',
          parameters: p,
          value: (Number(p.x) - 0.5) ** 2 + (Number(p.y) - 0.5) ** 2,
        })
      }
      const xs: number[][] = []
      for (let number = 40; number < 48; number++) {
        const p = suggest(space, trials, { ...options, seed })!
        xs.push([Number(p.x), Number(p.y)])
        trials.push({ number, state, parameters: p })
      }
      for (const a of xs) for (const b of xs) total += Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)
    }
    return total
  }
  // Failed trials are ignored, so those workers know nothing of each other.
  assert.ok(spread('running') > spread('failed'))
})

test('a warm start takes the best of earlier studies in turn and moves them into the new space', () => {
  const space: SearchSpace = [
    { name: 'rate', kind: 'float', low: 0.01, high: 0.1, log: true },
    { name: 'depth', kind: 'int', low: 1, high: 9, step: 2 },
    { name: 'loss', kind: 'categorical', choices: ['l1', 'l2'] },
  ]
  const trial = (number: number, parameters: Parameters, value: number | null, state: Trial['state'] = 'complete') => ({
    number,
    state,
    parameters,
    value,
  })
  const first = [
    trial(0, { rate: 5, depth: 4, loss: 'l1', gone: 3 }, 0.9),
    trial(1, { rate: 0.02, depth: 3, loss: 'huber' }, 0.8),
    trial(2, { rate: 0.03 }, null),
    trial(3, { rate: 0.04 }, 1, 'failed'),
  ]
  const second = [trial(0, { rate: 0.02, depth: 3 }, -3), trial(1, { depth: 'deep' }, -4), trial(2, { depth: 0 }, 7)]
  const earlier = [
    { direction: 'maximize' as const, trials: first },
    { direction: 'minimize' as const, trials: second },
  ]
  assert.deepEqual(warmStart(space, earlier, 9), [
    { rate: 0.1, depth: 5, loss: 'l1' },
    { rate: 0.02, depth: 3 },
    { depth: 1 },
  ])
  assert.equal(warmStart(space, earlier, 2).length, 2)
  assert.deepEqual(warmStart(space, [], 3), [])
})

test("a trainer's space is what it says is worth searching", () => {
  const base = { label: '', help: '' }
  const space = buildSearchSpace({
    parameters: [
      {
        ...base,
        name: 'alpha',
        kind: 'number',
        default: 1,
        min: 0,
        max: 9,
        scale: 'log',
        search: { low: 0.1, high: 9 },
      },
      { ...base, name: 'depth', kind: 'integer', default: 3, min: 1, max: 99, search: { low: 2, high: 8 } },
      { ...base, name: 'threads', kind: 'integer', default: 3, min: 1, max: 99 },
      {
        ...base,
        name: 'hidden',
        kind: 'list',
        default: [8],
        min: 1,
        max: 99,
        maxLength: 3,
        search: { choices: [[8], [16, 8]] },
      },
      { ...base, name: 'early', kind: 'boolean', default: true, search: { choices: [true, false] } },
      { ...base, name: 'loss', kind: 'choice', default: 'a', options: [] },
    ],
  })
  assert.deepEqual(space, [
    { name: 'alpha', kind: 'float', low: 0.1, high: 9, log: true },
    { name: 'depth', kind: 'int', low: 2, high: 8 },
    { name: 'hidden', kind: 'categorical', choices: [[8], [16, 8]] },
    { name: 'early', kind: 'categorical', choices: [true, false] },
  ])
})

test('eigenvectors and values rebuild a symmetric matrix', () => {
  const n = 5
  const matrix = Float64Array.from({ length: n * n }, (_, k) => 1 / (1 + Math.floor(k / n) + (k % n)))
  const { values, vectors } = symmetricEigen(matrix, n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0
      let dot = 0
      for (let k = 0; k < n; k++) {
        sum += vectors[i * n + k]! * values[k]! * vectors[j * n + k]!
        dot += vectors[k * n + i]! * vectors[k * n + j]!
      }
      assert.ok(Math.abs(sum - matrix[i * n + j]!) < 1e-12)
      assert.ok(Math.abs(dot - (i === j ? 1 : 0)) < 1e-12)
    }
})
