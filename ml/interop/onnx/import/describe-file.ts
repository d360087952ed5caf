import { damagedOnnx, type Field, integersOf, readFields, textOf } from './protobuf-reader.ts'

/** Element types by their number in onnx.proto; others are not supported. */
const ELEMENTS = new Map([
  [1, 'float'],
  [6, 'int32'],
  [7, 'int64'],
  [8, 'string'],
  [9, 'bool'],
  [11, 'double'],
] as const)
export type OnnxElement = 'float' | 'int32' | 'int64' | 'string' | 'bool' | 'double'

export type OnnxValue = {
  name: string
  /** Null: no tensor, or one of another type. */
  element: OnnxElement | null
  /** Null: any size. Absent: not specified in the file. */
  shape?: (number | null)[]
}

export type OnnxFile = {
  producer: string
  inputs: OnnxValue[]
  outputs: OnnxValue[]
  /** Class names known to an operator of the graph, in order. */
  classes?: string[]
  /** ZipMap (skl2onnx): a tensor of probabilities turned to a list of maps. */
  zipMap?: { input: string; output: string; node: Field }
  graph: Field
  metadata: Record<string, string>
}

/** Describes the inputs and outputs of a file. Call `checkOnnx` first. @throws EngineError `onnx-file` */
export function describeOnnx(bytes: Uint8Array): OnnxFile {
  let producer = ''
  const graphs: Field[] = []
  const metadata: Record<string, string> = {}
  readFields(bytes, 0, bytes.length, field => {
    if (field.field === 2) producer = textOf(bytes, field)
    if (field.field === 7) graphs.push(field)
    if (field.field === 14) {
      const { 1: key = '', 2: value = '' } = textFields(bytes, field)
      metadata[key] = value
    }
  })
  const [graph, ...others] = graphs
  if (!graph || others.length > 0) throw damagedOnnx('it has no graph, or several')
  const inputs: OnnxValue[] = []
  const outputs: OnnxValue[] = []
  const constants = new Set<string>()
  let classes: string[] | undefined
  let zipMap: OnnxFile['zipMap']
  readFields(bytes, graph.from, graph.to, field => {
    if (field.field === 11) inputs.push(readValue(bytes, field))
    if (field.field === 12) outputs.push(readValue(bytes, field))
    // An initializer's name is its field 8.
    if (field.field === 5) constants.add(textFields(bytes, field)[8] ?? '')
    if (field.field !== 1) return
    const node = readNode(bytes, field)
    classes = node.classes ?? classes
    if (node.operator === 'ZipMap') zipMap = { input: node.inputs[0] ?? '', output: node.outputs[0] ?? '', node: field }
  })
  return {
    producer,
    // Old files list their initializers as inputs too.
    inputs: inputs.filter(input => !constants.has(input.name)),
    outputs,
    ...(classes ? { classes } : {}),
    ...(zipMap ? { zipMap } : {}),
    graph,
    metadata,
  }
}

/** Text fields by number; the last one wins. */
function textFields(bytes: Uint8Array, part: Field): Record<number, string> {
  const found: Record<number, string> = {}
  readFields(bytes, part.from, part.to, field => {
    // Long ones are weights.
    if (field.wire === 2 && field.to - field.from < 4_000_000) found[field.field] = textOf(bytes, field)
  })
  return found
}

/** ValueInfoProto. */
function readValue(bytes: Uint8Array, part: Field): OnnxValue {
  let name = ''
  let element: OnnxElement | null = null
  let shape: (number | null)[] | undefined
  readFields(bytes, part.from, part.to, field => {
    if (field.field === 1) name = textOf(bytes, field)
    if (field.field !== 2) return
    readFields(bytes, field.from, field.to, kind => {
      if (kind.field !== 1) return
      readFields(bytes, kind.from, kind.to, tensor => {
        if (tensor.field === 1) element = ELEMENTS.get(tensor.value as 1) ?? null
        if (tensor.field !== 2) return
        const sizes: (number | null)[] = []
        readFields(bytes, tensor.from, tensor.to, dimension => {
          let size: number | null = null
          readFields(bytes, dimension.from, dimension.to, each => {
            if (each.field === 1) size = each.value
          })
          sizes.push(size)
        })
        shape = sizes
      })
    })
  })
  return { name, element, ...(shape ? { shape } : {}) }
}

/** NodeProto, only the fields needed here. */
function readNode(bytes: Uint8Array, part: Field) {
  const inputs: string[] = []
  const outputs: string[] = []
  let operator = ''
  let classes: string[] | undefined
  readFields(bytes, part.from, part.to, field => {
    if (field.field === 1) inputs.push(textOf(bytes, field))
    if (field.field === 2) outputs.push(textOf(bytes, field))
    if (field.field === 4) operator = textOf(bytes, field)
    if (field.field === 5) classes = readClasses(bytes, field) ?? classes
  })
  return { inputs, outputs, operator, classes }
}

/** The attribute by which classifiers and ZipMap name their classes. */
function readClasses(bytes: Uint8Array, part: Field): string[] | undefined {
  let name = ''
  const texts: string[] = []
  const numbers: number[] = []
  readFields(bytes, part.from, part.to, field => {
    if (field.field === 1) name = textOf(bytes, field)
    if (field.field === 9) texts.push(textOf(bytes, field))
    if (field.field === 8) numbers.push(...integersOf(bytes, field))
  })
  if (!name.startsWith('classlabels_')) return undefined
  const classes = texts.length > 0 ? texts : numbers.map(String)
  return classes.length > 1 ? classes : undefined
}
