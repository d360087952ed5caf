import { type Calibration, compileCalibration } from '../../calibration/calibration.ts'
import type { Isotonic } from '../../calibration/isotonic.ts'
import type { GraphBuilder } from './graph.ts'
import { addLogit, takeColumn } from './links.ts'

/**
 * Adds a calibration: probabilities, rows × classes → calibrated (ml/calibration/calibration.ts). @throws BundleError for a damaged one.
 */
export function addCalibration(
  graph: GraphBuilder,
  calibration: Calibration,
  classCount: number,
  probabilities: string,
): string {
  compileCalibration(calibration, classCount)
  const map = (k: number, column: string): string => {
    if (calibration.method === 'isotonic') return addIsotonic(graph, calibration.classes[k]!, column)
    const { slope, offset } = calibration.classes[k]!
    const score = graph.add('Add', [
      graph.add('Mul', [addLogit(graph, column), graph.number(slope)]),
      graph.number(offset),
    ])
    return graph.add('Sigmoid', [graph.add('Neg', [score])])
  }
  const beside = (columns: string[]) => graph.add('Concat', columns, { axis: { int: 1 } })
  if (classCount === 2) {
    const yes = map(0, takeColumn(graph, probabilities, 1))
    return beside([graph.add('Sub', [graph.number(1), yes]), yes])
  }
  const mapped = beside(Array.from({ length: classCount }, (_, k) => map(k, takeColumn(graph, probabilities, k))))
  const sum = graph.add('ReduceSum', [mapped, graph.constant('int64', [1], [1])], { keepdims: { int: 1 } })
  const any = graph.add('Greater', [sum, graph.number(0)])
  const shares = graph.add('Div', [mapped, graph.add('Where', [any, sum, graph.number(1)])])
  return graph.add('Where', [any, shares, graph.number(1 / classCount)])
}

/** Linear interpolation: counts the points below and looks up two of them. */
function addIsotonic(graph: GraphBuilder, { x, y }: Isotonic, value: string): string {
  const last = x.length - 1
  if (last === 0) return graph.add('Add', [graph.add('Mul', [value, graph.number(0)]), graph.number(y[0]!)])
  const points = graph.constant('double', [1, x.length], x)
  const reached = graph.add('Cast', [graph.add('GreaterOrEqual', [value, points])], { to: { type: 'int64' } })
  const count = graph.add('ReduceSum', [reached, graph.constant('int64', [1], [1])], { keepdims: { int: 1 } })
  const [one, zero, most] = [graph.number(1, 'int64'), graph.number(0, 'int64'), graph.number(last - 1, 'int64')]
  // Beyond the ends, the nearest segment is used up to its end.
  const low = graph.add('Min', [graph.add('Max', [graph.add('Sub', [count, one]), zero]), most])
  const high = graph.add('Add', [low, one])
  const at = (values: number[], place: string) =>
    graph.add('Gather', [graph.constant('double', [values.length], values), place], { axis: { int: 0 } })
  const inside = graph.add('Min', [graph.add('Max', [value, graph.number(x[0]!)]), graph.number(x[last]!)])
  const [from, to] = [at(x, low), at(x, high)]
  const share = graph.add('Div', [graph.add('Sub', [inside, from]), graph.add('Sub', [to, from])])
  const [bottom, top] = [at(y, low), at(y, high)]
  return graph.add('Add', [bottom, graph.add('Mul', [share, graph.add('Sub', [top, bottom])])])
}
