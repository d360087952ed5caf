import assert from 'node:assert/strict'
import test from 'node:test'
import { createRandom } from '../random.ts'
import type { Parameters } from '../trainers/types.ts'
import { samplers } from './samplers.ts'
import { suggest } from './suggest.ts'
import type { SamplerId, SearchOptions, SearchParameter, SearchSpace, Trial } from './types.ts'

const MIXED: SearchSpace = [
  { name: 'rate', kind: 'float', low: 1e-5, high: 1, log: true },
  { name: 'share', kind: 'float', low: 0.1, high: 0.7, step: 0.1 },
  { name: 'depth', kind: 'int', low: 2, high: 12 },
  { name: 'leaves', kind: 'int', low: 1, high: 300, log: true },
  { name: 'even', kind: 'int', low: 2, high: 11, step: 2 },
  { name: 'model', kind: 'categorical', choices: ['tree', 'network', 'linear'] },
  {
    name: 'layers',
    kind: 'categorical',
    choices: [[32], [64, 32]],
    condition: { parameter: 'model', values: ['network'] },
  },
  { name: 'wide', kind: 'categorical', choices: [true, false], condition: { parameter: 'layers', values: [[64, 32]] } },
  { name: 'trees', kind: 'int', low: 10, high: 90, condition: { parameter: 'model', values: ['tree'] } },
  { name: 'fixed', kind: 'float', low: 3, high: 3 },
]
const BOWL: SearchSpace = [
  { name: 'x', kind: 'float', low: -5, high: 5 },
  { name: 'y', kind: 'float', low: -5, high: 5 },
  { name: 'z', kind: 'float', low: -5, high: 5 },
]
const bowl = (p: Parameters) => (Number(p.x) - 1) ** 2 + (Number(p.y) + 2) ** 2 + Number(p.z) ** 2

const ids = Object.keys(samplers) as SamplerId[]
const optionsOf = (sampler: SamplerId, more: Partial<SearchOptions> = {}): SearchOptions => ({
  sampler,
  direction: 'minimize',
  seed: 5,
  ...more,
})

/** What the space allows under this name at this point. */
function assertInside(space: SearchSpace, parameters: Parameters): void {
  const holds = ({ condition }: SearchParameter): boolean => {
    if (!condition) return true
    const parent = space.find(({ name }) => name === condition.parameter)!
    const has = condition.values.some(v => JSON.stringify(v) === JSON.stringify(parameters[condition.parameter]))
    return holds(parent) && has
  }
  const expected = space.filter(holds)
  assert.deepEqual(Object.keys(parameters).sort(), expected.map(({ name }) => name).sort())
  for (const parameter of expected) {
    const value = parameters[parameter.name]!
    const shown = `${parameter.name} = ${JSON.stringify(value)}`
    if (parameter.kind === 'categorical') {
      assert.ok(
        parameter.choices.some(choice => JSON.stringify(choice) === JSON.stringify(value)),
        shown,
      )
      continue
    }
    assert.ok(typeof value === 'number' && value >= parameter.low && value <= parameter.high, shown)
    if (parameter.kind === 'int') assert.ok(Number.isInteger(value), shown)
    const steps = parameter.step ? (value - parameter.low) / parameter.step : 0
    assert.ok(Math.abs(steps - Math.round(steps)) < 1e-9, shown)
  }
}

/** Runs a study; by default every value is one of nastier kinds now and then. */
function run(
  space: SearchSpace,
  count: number,
  options: SearchOptions,
  evaluate: (p: Parameters, n: number) => Partial<Trial>,
) {
  const trials: Trial[] = []
  for (let number = 0; number < count; number++) {
    const parameters = suggest(space, trials, options)
    if (!parameters) break
    trials.push({ number, parameters, state: 'complete', ...evaluate(parameters, number) })
  }
  return trials
}
const nasty = (p: Parameters, number: number): Partial<Trial> => {
  const value = Math.log(Number(p.rate)) ** 2 + Number(p.depth)
  const reports = [1, 2, 2, 5].map(step => ({ step, value: step === 2 ? null : value + 1 / step }))
  const kinds: Partial<Trial>[] = [
    { value },
    { state: 'running' },
    { state: 'failed' },
    { value: Number.NaN },
    { value: Number.POSITIVE_INFINITY },
    { value: Number.NEGATIVE_INFINITY },
    { state: 'pruned', reports },
    { state: 'pruned' },
    { state: 'pruned', reports: [{ step: 3, value: null }] },
  ]
  return number % 3 > 0 ? { value } : kinds[(number / 3) % kinds.length]!
}

for (const sampler of ids) {
  test(`${sampler}: points lie inside a mixed and conditional space, whatever became of earlier ones`, () => {
    for (const trial of run(MIXED, 90, optionsOf(sampler), nasty)) assertInside(MIXED, trial.parameters)
    const maximize = optionsOf(sampler, { direction: 'maximize', startup: 3 })
    for (const trial of run(MIXED, 30, maximize, nasty)) assertInside(MIXED, trial.parameters)
  })

  test(`${sampler}: the same history in any order, in memory or as JSON, gives the same point; another seed or number another`, () => {
    const trials = run(MIXED, 40, optionsOf(sampler), nasty)
    const before = JSON.stringify(trials)
    const answer = suggest(MIXED, trials, optionsOf(sampler))
    assert.equal(JSON.stringify(trials), before)
    assert.deepEqual(suggest(MIXED, createRandom(1).shuffle([...trials]), optionsOf(sampler)), answer)
    const plain = JSON.parse(JSON.stringify({ trials, space: MIXED, answer, options: optionsOf(sampler) }))
    assert.deepEqual(suggest(plain.space, plain.trials, plain.options), plain.answer)
    assert.notDeepEqual(suggest(MIXED, trials, optionsOf(sampler, { seed: 6 })), answer)
    if (sampler !== 'grid') assert.notDeepEqual(suggest(MIXED, trials, optionsOf(sampler, { number: 77 })), answer)
  })

  test(`${sampler}: only failed, only running, only repeated and only foreign trials`, () => {
    const parameters = suggest(MIXED, [], optionsOf(sampler))!
    const states: Partial<Trial>[] = [{ state: 'failed' }, { state: 'running' }, { value: 1 }, { state: 'pruned' }]
    for (const state of states) {
      const trials = Array.from(
        { length: 40 },
        (_, number): Trial => ({ number, state: 'complete', parameters, ...state }),
      )
      assertInside(MIXED, suggest(MIXED, trials, optionsOf(sampler))!)
      const foreign = trials.map(trial => ({ ...trial, parameters: { rate: 99, model: 'none', depth: 'deep' } }))
      assertInside(MIXED, suggest(MIXED, foreign, optionsOf(sampler))!)
    }
  })

  test(`${sampler}: spaces of one point and of none`, () => {
    const point: SearchSpace = [
      { name: 'a', kind: 'int', low: 4, high: 4 },
      { name: 'b', kind: 'categorical', choices: ['only'] },
      { name: 'c', kind: 'float', low: 0, high: 0.5, step: 1 },
    ]
    const count = sampler === 'grid' ? 1 : 15
    const trials = run(point, 15, optionsOf(sampler, { startup: 2 }), () => ({ value: 1 }))
    assert.equal(trials.length, count)
    for (const trial of trials) assert.deepEqual(trial.parameters, { a: 4, b: 'only', c: 0 })
    assert.deepEqual(suggest([], [], optionsOf(sampler)), {})
  })

  test(`${sampler}: points to try first come first, completed and each once`, () => {
    const first: Parameters[] = [
      { rate: 0.5, depth: 3 },
      { model: 'network', layers: [64, 32] },
    ]
    const trials = run(MIXED, 4, optionsOf(sampler, { first }), nasty)
    for (const trial of trials) assertInside(MIXED, trial.parameters)
    const [one, two, three] = trials.map(trial => trial.parameters)
    assert.deepEqual([one!.rate, one!.depth], [0.5, 3])
    assert.deepEqual([two!.model, two!.layers], ['network', [64, 32]])
    assert.notDeepEqual([three!.rate, three!.depth], [0.5, 3])
  })

  test(`${sampler}: a thousand trials`, () => {
    const random = createRandom(9)
    const trials = run(BOWL, 60, optionsOf('random'), p => ({ value: bowl(p) }))
    for (let number = 60; number < 1000; number++) {
      const parameters = Object.fromEntries(BOWL.map(({ name }) => [name, 10 * random.next() - 5]))
      trials.push({ number, state: 'complete', parameters, value: bowl(parameters) })
    }
    assertInside(BOWL, suggest(BOWL, trials, optionsOf(sampler))!)
  })

  if (sampler !== 'random' && sampler !== 'grid') {
    test(`${sampler}: finds the bottom of a bowl that chance misses, also upside down`, () => {
      const sum = (id: SamplerId) =>
        [1, 2, 3, 4].reduce((total, seed) => {
          const sign = seed % 2 ? 1 : -1
          const options = optionsOf(id, { seed, direction: sign > 0 ? 'minimize' : 'maximize' })
          const trials = run(BOWL, sampler === 'gp' ? 40 : 80, options, p => ({ value: sign * bowl(p) }))
          return total + Math.log10(Math.min(...trials.map(trial => sign * trial.value!)))
        }, 0)
      assert.ok(sum(sampler) < sum('random') - 4 * 0.5)
    })
  }
}
