import { EngineError } from '../../../errors.ts'
import type { OnnxFile } from './describe-file.ts'
import { type Field, readFields, textOf } from './protobuf-reader.ts'

/** By operator: the inputs that decide how large its result is, or how long it runs. Others never make more than they get. */
const SIZE_INPUTS: Record<string, readonly number[]> = {
  ConstantOfShape: [0],
  Expand: [1],
  Tile: [1],
  Range: [0, 1, 2],
  Resize: [1, 2, 3],
  Upsample: [1],
  Pad: [1],
  OneHot: [1],
  CenterCropPad: [1],
  AffineGrid: [1],
  HannWindow: [0],
  HammingWindow: [0],
  BlackmanWindow: [0],
  MelWeightMatrix: [0, 1, 2, 3, 4],
  DFT: [1],
  STFT: [1, 3],
  Col2Im: [1, 2],
  MaxUnpool: [2],
  // Of com.microsoft: they generate as many tokens as an input demands.
  BeamSearch: [1, 2, 3, 4],
  GreedySearch: [1, 2],
  Sampling: [1, 2],
}
/** Their results follow the shape of what they get, not its cells. */
const OF_SHAPES = new Set(['Shape', 'Size'])

/**
 * Refuses a graph in which cells of a request decide how large a tensor becomes: one number could then take all memory. Sizes that follow from
 * the number of rows, from constants and from shapes are fine.
 * @throws EngineError `onnx-refused`
 */
export function refuseDataSized(bytes: Uint8Array, { graph, inputs }: OnnxFile): void {
  walkGraph(bytes, graph, new Set(inputs.map(input => input.name)))
}

/** @param fromData names of tensors that depend on cells; grows by those of this graph. */
function walkGraph(bytes: Uint8Array, graph: Field, fromData: Set<string>): void {
  // Nodes are sorted: each comes after those that it reads (onnx.proto).
  readFields(bytes, graph.from, graph.to, field => {
    if (field.field === 1) walkNode(bytes, field, fromData)
  })
}

function walkNode(bytes: Uint8Array, part: Field, fromData: Set<string>): void {
  const inputs: string[] = []
  const outputs: string[] = []
  const graphs: Field[] = []
  let operator = ''
  readFields(bytes, part.from, part.to, field => {
    if (field.field === 1) inputs.push(textOf(bytes, field))
    if (field.field === 2) outputs.push(textOf(bytes, field))
    if (field.field === 4) operator = textOf(bytes, field)
    if (field.field === 5)
      readFields(bytes, field.from, field.to, each => {
        if ((each.field === 6 || each.field === 11) && each.wire === 2) graphs.push(each)
      })
  })
  const sizes = Object.hasOwn(SIZE_INPUTS, operator) ? SIZE_INPUTS[operator]! : []
  if (sizes.some(k => fromData.has(inputs[k] ?? ''))) throw dataSized(operator)
  // A body may read all that its graph knows; what it gets by its own inputs (Scan) comes from data.
  for (const body of graphs) walkGraph(bytes, body, new Set([...fromData, ...namesOfInputs(bytes, body)]))
  if (OF_SHAPES.has(operator)) return
  const depends = graphs.length > 0 || inputs.some(name => fromData.has(name))
  if (depends) for (const name of outputs) fromData.add(name)
}

function namesOfInputs(bytes: Uint8Array, graph: Field): string[] {
  const names: string[] = []
  readFields(bytes, graph.from, graph.to, field => {
    if (field.field !== 11) return
    readFields(bytes, field.from, field.to, each => {
      if (each.field === 1) names.push(textOf(bytes, each))
    })
  })
  return names
}

const dataSized = (operator: string): EngineError =>
  new EngineError(
    'onnx-refused',
    `The ONNX file is refused: values of its cells decide how large the result of ${operator} is.`,
    'Export the model with sizes that follow from constants or from the number of rows.',
  )
