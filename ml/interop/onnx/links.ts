import type { GraphBuilder } from './graph.ts'

/** Scores, rows × 1 → probabilities of no and yes. */
export function addBinary(graph: GraphBuilder, scores: string): string {
  // Each from its own sigmoid, so that a tiny probability keeps its digits.
  const [no, yes] = [graph.add('Sigmoid', [graph.add('Neg', [scores])]), graph.add('Sigmoid', [scores])]
  return graph.add('Concat', [no, yes], { axis: { int: 1 } })
}

export const addSoftmax = (graph: GraphBuilder, scores: string): string =>
  graph.add('Softmax', [scores], { axis: { int: 1 } })

/** Repeats one row for every row of `like`. */
export function spread(graph: GraphBuilder, like: string, row: string): string {
  const rows = graph.add('Slice', [
    graph.add('Shape', [like]),
    graph.constant('int64', [1], [0]),
    graph.constant('int64', [1], [1]),
  ])
  const shape = graph.add('Concat', [rows, graph.constant('int64', [1], [1])], { axis: { int: 0 } })
  return graph.add('Expand', [row, shape])
}

/** One column of a rows × width value, rows × 1. */
export const takeColumn = (graph: GraphBuilder, value: string, at: number): string =>
  graph.add('Gather', [value, graph.constant('int64', [1], [at])], { axis: { int: 1 } })

/** ln(p / (1 − p)), with p kept 1e-12 from 0 and 1. */
export function addLogit(graph: GraphBuilder, p: string): string {
  const inside = graph.add('Min', [graph.add('Max', [p, graph.number(1e-12)]), graph.number(1 - 1e-12)])
  return graph.add('Log', [graph.add('Div', [inside, graph.add('Sub', [graph.number(1), inside])])])
}
