import type { FittedOf } from '../../recipe/types.ts'
import type { GraphBuilder } from './graph.ts'
import { unsupported } from './slots.ts'

type ByQuantiles = Extract<FittedOf<'scale'>, { quantiles: number[] }>

/** A value → its place among the quantiles, 0 to 1 (ml/recipe/steps/scale.ts). Of equal quantiles the middle rank counts. */
export function addPlaces(graph: GraphBuilder, value: string, step: ByQuantiles): string {
  if (step.to === 'normal') throw unsupported('scale by quantiles to a normal distribution')
  const { quantiles } = step
  const last = quantiles.length - 1
  const [low, high] = [graph.number(quantiles[0]!), graph.number(quantiles[last]!)]
  const points = graph.constant('double', [1, quantiles.length], quantiles)
  const count = (operator: string) => {
    const reached = graph.add('Cast', [graph.add(operator, [value, points])], { to: { type: 'int64' } })
    return graph.add('ReduceSum', [reached, graph.constant('int64', [1], [1])], { keepdims: { int: 1 } })
  }
  const whole = (n: number) => graph.number(n, 'int64')
  const double = (n: string) => graph.add('Cast', [n], { to: { type: 'double' } })
  const at = (place: string) =>
    graph.add('Gather', [graph.constant('double', [quantiles.length], quantiles), place], { axis: { int: 0 } })
  const [above, from] = [count('GreaterOrEqual'), count('Greater')]
  const k = graph.add('Max', [graph.add('Sub', [above, whole(1)]), whole(0)])
  const [left, right] = [at(k), at(graph.add('Min', [graph.add('Add', [k, whole(1)]), whole(last)]))]
  const step1 = graph.add('Sub', [right, left])
  const wide = graph.add('Greater', [step1, graph.number(0)])
  const share = graph.add('Where', [
    wide,
    graph.add('Div', [graph.add('Sub', [value, left]), graph.add('Where', [wide, step1, graph.number(1)])]),
    graph.number(0),
  ])
  const per = graph.number(Math.max(1, last))
  const upper = graph.add('Div', [graph.add('Add', [double(k), share]), per])
  const lower = graph.add('Where', [graph.add('Less', [from, above]), graph.add('Div', [double(from), per]), upper])
  const middle = graph.add('Mul', [graph.add('Add', [upper, lower]), graph.number(0.5)])
  const capped = graph.add('Where', [graph.add('GreaterOrEqual', [value, high]), graph.number(1), middle])
  const place = graph.add('Where', [graph.add('LessOrEqual', [value, low]), graph.number(0), capped])
  return graph.add('Where', [graph.add('IsNaN', [value]), value, place])
}
