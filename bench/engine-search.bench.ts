import { type SearchOptions, type SearchSpace, suggest, type Trial } from '../ml/index.ts'
import { type BenchRow, type Measured, pairedBound, summarise } from './harness.ts'
import { runPeer } from './peers/python.ts'

/** Fixed before anything was tuned. */
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1)

type Problem = { dimensions: number; least: number; budgets: number[]; value(x: number[]): number }

const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
]
const P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
]
const ALPHA = [1, 1.2, 3, 3.2]

/** Over the unit cube. */
const PROBLEMS: Record<string, Problem> = {
  branin: {
    dimensions: 2,
    least: 0.397887357729738,
    budgets: [30, 60, 100],
    value: ([x, y]) => {
      const [a, b] = [-5 + 15 * x!, 15 * y!]
      const parabola = b - (5.1 / (4 * Math.PI ** 2)) * a * a + (5 / Math.PI) * a - 6
      return parabola ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a) + 10
    },
  },
  hartmann6: {
    dimensions: 6,
    least: -3.322368011415514,
    budgets: [50, 100, 200],
    value: x =>
      -ALPHA.reduce(
        (sum, weight, i) =>
          sum + weight * Math.exp(-x.reduce((square, v, d) => square + A[i]![d]! * (v - 1e-4 * P[i]![d]!) ** 2, 0)),
        0,
      ),
  },
}

const spaceOf = (dimensions: number): SearchSpace =>
  Array.from({ length: dimensions }, (_, d) => ({ name: `x${d}`, kind: 'float', low: 0, high: 1 }))

/** A study of `count` trials one after the other. */
function runStudy(problem: Problem, sampler: SearchOptions['sampler'], seed: number, count: number): Trial[] {
  const space = spaceOf(problem.dimensions)
  const trials: Trial[] = []
  for (let number = 0; number < count; number++) {
    const parameters = suggest(space, trials, { sampler, direction: 'minimize', seed })!
    const value = problem.value(space.map(({ name }) => Number(parameters[name])))
    trials.push({ number, state: 'complete', parameters, value })
  }
  return trials
}

/** log10 regret after each budget, one per seed. */
function regretsOf(problem: Problem, sampler: SearchOptions['sampler']): number[][] {
  const studies = SEEDS.map(seed => runStudy(problem, sampler, seed, Math.max(...problem.budgets)))
  return problem.budgets.map(budget =>
    studies.map(trials => {
      const best = Math.min(...trials.slice(0, budget).map(({ value }) => value!))
      return Math.log10(Math.max(best - problem.least, 1e-12))
    }),
  )
}

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const rounded = (samples: number[]) => summarise({ samples, answer: '' }).median.toFixed(2)

function rowsOf(name: string, problem: Problem): BenchRow[] {
  const { budgets } = problem
  const optuna = once(() => runPeer('engine-search.py', { what: 'study', function: name, budgets, seeds: SEEDS }))
  return (['tpe', 'gp'] as const).flatMap(sampler => {
    const regrets = once(() => regretsOf(problem, sampler))
    return budgets.map(
      (budget, k): BenchRow => ({
        row: `engine/${sampler}-${name}-${budget}`,
        unit: 'log10',
        better: 'less',
        goal: { difference: 0.1 },
        measure: async () => {
          const samples = regrets()[k]!
          const peer = await optuna()
          const theirs = peer?.samples.slice(k * SEEDS.length, (k + 1) * SEEDS.length)
          const bound =
            theirs && ` against ${rounded(theirs)}, difference at most ${pairedBound(samples, theirs).toFixed(2)}`
          const answer = `regret of ${SEEDS.length} seeds: median ${rounded(samples)}${bound ?? ''}`
          return {
            ours: { samples, answer },
            ...(peer && theirs ? { peers: { optuna: { ...peer, samples: theirs } } } : {}),
          }
        },
      }),
    )
  })
}

/** Milliseconds for the suggestion after 200 trials in 6 dimensions. */
function timeSuggestions(sampler: SearchOptions['sampler'], rounds: number): Measured {
  const problem = PROBLEMS.hartmann6!
  const space = spaceOf(problem.dimensions)
  const trials = runStudy(problem, 'tpe', 1, 200)
  const samples: number[] = []
  let value = 0
  for (let round = 0; round < rounds + 20; round++) {
    const start = performance.now()
    const parameters = suggest(space, trials, { sampler, direction: 'minimize', seed: round })!
    // The first rounds only warm the compiler.
    if (round >= 20) samples.push(performance.now() - start)
    value = problem.value(space.map(({ name }) => Number(parameters[name])))
  }
  return { samples, answer: `value ${value.toFixed(2)}` }
}

const suggestRow = (sampler: 'tpe' | 'gp', goal: BenchRow['goal'], rounds: number): BenchRow => ({
  row: `engine/${sampler}-suggest`,
  unit: 'ms',
  better: 'less',
  ...(goal ? { goal } : {}),
  measure: async () => {
    const ours = timeSuggestions(sampler, rounds)
    const optuna = await runPeer('engine-search.py', { what: 'suggest', trials: 200, rounds: 50 })
    return { ours, ...(optuna ? { peers: { optuna } } : {}) }
  },
})

export const rows: BenchRow[] = [
  ...Object.entries(PROBLEMS).flatMap(([name, problem]) => rowsOf(name, problem)),
  suggestRow('tpe', { value: 1 }, 300),
  suggestRow('gp', undefined, 30),
]
