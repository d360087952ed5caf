import { BundleError } from '../../errors.ts'
import { takeTensor } from '../../trainers/tensors.ts'
import type { Model } from '../../trainers/types.ts'
import type { GraphBuilder } from './graph.ts'
import { addBinary, addSoftmax } from './links.ts'

type Config = { targetMean?: number; targetDeviation?: number; levels?: number[]; residual?: boolean }

const LARGEST_FLOAT = 3.4028234663852886e38

/** A network with weights and inputs of single precision, computed in double, as our own forward pass (ml/trainers/mlp-forward.ts). */
export function addMlp(graph: GraphBuilder, model: Model, features: string): string {
  const { task } = model
  const { targetMean, targetDeviation, residual } = model.config as Config
  let { value, width } = addNetworkInput(graph, model, features)
  for (let k = 0; k === 0 || Object.hasOwn(model.tensors, `kernel.${k}`); k++) {
    const units = model.tensors[`kernel.${k}`]?.shape[1] ?? 1
    const isHidden = Object.hasOwn(model.tensors, `kernel.${k + 1}`)
    const kernel = graph.constant('double', [width, units], takeTensor(model, `kernel.${k}`, [width, units]))
    const bias = graph.constant('double', [1, units], takeTensor(model, `bias.${k}`, [units]))
    let next = graph.add('Add', [graph.add('MatMul', [value, kernel]), bias])
    if (isHidden) next = graph.add('Relu', [next])
    if (residual === true && k > 0 && isHidden && units === width) next = graph.add('Add', [next, value])
    value = next
    width = units
  }
  if (task === 'binary') return addBinary(graph, value)
  if (task === 'multiclass') return addSoftmax(graph, value)
  const scaled = graph.add('Mul', [value, graph.number(targetDeviation ?? 1)])
  return graph.add('Add', [scaled, graph.number(targetMean ?? 0)])
}

/** Numbers first, the mean where they are missing; then the embedding of each category. */
function addNetworkInput(graph: GraphBuilder, model: Model, features: string): { value: string; width: number } {
  const { cols } = model
  const { levels = new Array<number>(cols).fill(0) } = model.config as Config
  if (!Array.isArray(levels) || levels.length !== cols) {
    throw new BundleError('weights', 'The network’s description of its categories does not fit its columns.')
  }
  const fill = takeTensor(model, 'fill', [cols])
  const numbers = levels.flatMap((count, column) => (count === 0 ? [column] : []))
  const parts: string[] = []
  let width = numbers.length
  if (width > 0) {
    const picked = graph.add('Gather', [features, graph.constant('int64', [width], numbers)], { axis: { int: 1 } })
    const single = graph.add('Cast', [picked], { to: { type: 'float' } })
    const usable = graph.add('LessOrEqual', [graph.add('Abs', [single]), graph.number(LARGEST_FLOAT, 'float')])
    const means = graph.constant(
      'float',
      [1, width],
      numbers.map(column => fill[column]!),
    )
    parts.push(graph.add('Cast', [graph.add('Where', [usable, single, means])], { to: { type: 'double' } }))
  }
  for (const [column, count] of levels.entries()) {
    if (count === 0) continue
    const units = model.tensors[`embedding.${column}`]?.shape[1] ?? 0
    const table = takeTensor(model, `embedding.${column}`, [count + 1, units])
    parts.push(addEmbedding(graph, features, column, count, units, table))
    width += units
  }
  const value = parts.length === 1 ? parts[0]! : graph.add('Concat', parts, { axis: { int: 1 } })
  return { value, width }
}

/** Missing and unknown codes use the last row of the table. */
function addEmbedding(
  graph: GraphBuilder,
  features: string,
  column: number,
  levels: number,
  units: number,
  table: ArrayLike<number>,
): string {
  const code = graph.add('Gather', [features, graph.constant('int64', [1], [column])], { axis: { int: 1 } })
  const last = graph.number(levels)
  const known = graph.add('And', [
    graph.add('GreaterOrEqual', [code, graph.number(0)]),
    graph.add('Less', [code, last]),
  ])
  const place = graph.add('Cast', [graph.add('Where', [known, code, last])], { to: { type: 'int64' } })
  const rows = graph.add('Reshape', [place, graph.constant('int64', [1], [-1])])
  return graph.add('Gather', [graph.constant('double', [levels + 1, units], table), rows], { axis: { int: 0 } })
}
