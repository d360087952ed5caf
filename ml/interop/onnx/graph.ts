import { createMessage, type MessageWriter } from './protobuf.ts'

/** Element types of ONNX tensors (onnx.proto, TensorProto.DataType) that this writer uses. */
export const ELEMENT = { float: 1, uint8: 2, int64: 7, string: 8, bool: 9, double: 11 } as const
export type ElementType = keyof typeof ELEMENT

/** Operator sets: old enough for many runtimes, new enough for what is used here. */
const OPSETS: Record<string, number> = { '': 17, 'ai.onnx.ml': 3 }
const IR_VERSION = 8

export type Attribute =
  | { int: number }
  | { float: number }
  | { text: string }
  | { ints: ArrayLike<number> }
  | { floats: ArrayLike<number> }
  | { texts: readonly string[] }
  | { doubles: ArrayLike<number> }
  | { type: ElementType }

type Signature = { name: string; type: ElementType; width: number }

/** A graph under construction. Values are referenced by name; every operation gets a unique name for its output. */
export type GraphBuilder = {
  input(name: string, type: ElementType): string
  /** Names a value as a result of the graph: rows × width. If an input has the same name, the result gets a `_`. */
  output(name: string, from: string, type: ElementType, width: number): void
  /** One operation with one result. */
  add(operator: string, inputs: readonly string[], attributes?: Record<string, Attribute>, domain?: string): string
  /** A constant; equal ones are kept once. */
  constant(type: ElementType, shape: readonly number[], values: readonly string[] | ArrayLike<number>): string
  /** A constant scalar of shape 1 × 1. */
  number(value: number, type?: 'double' | 'int64' | 'float'): string
  finish(name: string, producerVersion: string, metadata: Record<string, string>): Uint8Array
}

export function createGraph(): GraphBuilder {
  const inputs: Signature[] = []
  const outputs: Signature[] = []
  const nodes: Uint8Array[] = []
  const constants: Uint8Array[] = []
  const scalars = new Map<string, string>()
  const domains = new Set([''])
  const taken = new Set<string>()
  let made = 0
  const fresh = (prefix: string) => {
    for (;;) {
      const name = `/${prefix}_${made++}`
      if (!taken.has(name)) return name
    }
  }

  const node = (
    operator: string,
    from: readonly string[],
    to: string,
    given: Record<string, Attribute>,
    domain: string,
  ) => {
    const message = createMessage()
    for (const name of from) message.text(1, name)
    message.text(2, to)
    message.text(3, to)
    message.text(4, operator)
    for (const [name, value] of Object.entries(given)) message.message(5, inner => writeAttribute(inner, name, value))
    if (domain) message.text(7, domain)
    domains.add(domain)
    nodes.push(message.finish())
  }
  const builder: GraphBuilder = {
    input(name, type) {
      taken.add(name)
      inputs.push({ name, type, width: 1 })
      return name
    },
    output(wanted, from, type, width) {
      let name = wanted
      while (taken.has(name)) name += '_'
      node('Identity', [from], name, {}, '')
      outputs.push({ name, type, width })
    },
    add(operator, from, attributes = {}, domain = '') {
      const to = fresh(operator)
      node(operator, from, to, attributes, domain)
      return to
    },
    constant(type, shape, values) {
      const name = fresh('constant')
      const message = createMessage()
      writeTensor(message, type, shape, values, name)
      constants.push(message.finish())
      return name
    },
    number(value, type = 'double') {
      const key = `${type} ${Object.is(value, -0) ? '-0' : value}`
      const known = scalars.get(key)
      if (known) return known
      const name = builder.constant(type, [1, 1], [value])
      scalars.set(key, name)
      return name
    },
    finish(name, producerVersion, metadata) {
      const model = createMessage()
      model.integer(1, IR_VERSION)
      model.text(2, 'FlexiML')
      model.text(3, producerVersion)
      model.message(7, graph => {
        for (const bytes of nodes) graph.bytes(1, bytes)
        graph.text(2, name)
        for (const bytes of constants) graph.bytes(5, bytes)
        for (const signature of inputs) graph.message(11, inner => writeSignature(inner, signature))
        for (const signature of outputs) graph.message(12, inner => writeSignature(inner, signature))
      })
      for (const domain of domains) {
        model.message(8, inner => {
          if (domain) inner.text(1, domain)
          inner.integer(2, OPSETS[domain]!)
        })
      }
      for (const [key, value] of Object.entries(metadata)) {
        model.message(14, inner => {
          inner.text(1, key)
          inner.text(2, value)
        })
      }
      return model.finish()
    },
  }
  return builder
}

/** AttributeProto: the field that holds the value, and 20 = which one that is. */
function writeAttribute(message: MessageWriter, name: string, value: Attribute): void {
  message.text(1, name)
  if ('int' in value || 'type' in value) {
    message.integer(3, 'int' in value ? value.int : ELEMENT[value.type])
    message.integer(20, 2)
  } else if ('float' in value) {
    message.float(2, value.float)
    message.integer(20, 1)
  } else if ('text' in value) {
    message.text(4, value.text)
    message.integer(20, 3)
  } else if ('floats' in value) {
    message.floats(7, value.floats)
    message.integer(20, 6)
  } else if ('ints' in value) {
    message.integers(8, value.ints)
    message.integer(20, 7)
  } else if ('texts' in value) {
    for (const bytes of encodeAll(value.texts)) message.bytes(9, bytes)
    message.integer(20, 8)
  } else {
    message.message(5, inner => writeTensor(inner, 'double', [value.doubles.length], value.doubles, name))
    message.integer(20, 4)
  }
}

/** Forests repeat the same few strings a million times: each is encoded once. */
function encodeAll(texts: readonly string[]): Uint8Array[] {
  const encoder = new TextEncoder()
  const known = new Map<string, Uint8Array>()
  return texts.map(text => {
    let bytes = known.get(text)
    if (!bytes) {
      bytes = encoder.encode(text)
      known.set(text, bytes)
    }
    return bytes
  })
}

/** TensorProto: numbers as little-endian bytes, texts one by one. */
function writeTensor(
  message: MessageWriter,
  type: ElementType,
  shape: readonly number[],
  values: readonly string[] | ArrayLike<number>,
  name: string,
): void {
  message.integers(1, shape)
  message.integer(2, ELEMENT[type])
  if (type === 'string') {
    for (const text of values as readonly string[]) message.text(6, text)
    message.text(8, name)
    return
  }
  message.text(8, name)
  message.bytes(9, numberBytes(type, values as ArrayLike<number>))
}

function numberBytes(type: ElementType, values: ArrayLike<number>): Uint8Array {
  if (type === 'bool' || type === 'uint8') return Uint8Array.from(values)
  const size = type === 'float' ? 4 : 8
  const view = new DataView(new ArrayBuffer(size * values.length))
  for (let k = 0; k < values.length; k++) {
    if (type === 'float') view.setFloat32(4 * k, values[k]!, true)
    else if (type === 'double') view.setFloat64(8 * k, values[k]!, true)
    else view.setBigInt64(8 * k, BigInt(values[k]!), true)
  }
  return new Uint8Array(view.buffer)
}

/** ValueInfoProto: a tensor of any number of rows. */
function writeSignature(message: MessageWriter, { name, type, width }: Signature): void {
  message.text(1, name)
  message.message(2, kind =>
    kind.message(1, tensor => {
      tensor.integer(1, ELEMENT[type])
      tensor.message(2, shape => {
        shape.message(1, rows => rows.text(2, 'rows'))
        shape.message(1, columns => columns.integer(1, width))
      })
    }),
  )
}
