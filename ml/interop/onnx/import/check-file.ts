import { EngineError } from '../../../errors.ts'
import { damagedOnnx, type Field, readFields, textOf } from './protobuf-reader.ts'

/** Messages of onnx.proto that may contain something to reject. */
type Message = 'model' | 'training' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function'

/** By message: the fields that hold such messages. */
const NESTED: Record<Message, Record<number, Message>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node', 11: 'attribute' },
  tensor: {},
}

export const LARGEST_FILE = 512 * 2 ** 20
/** Graphs in graphs in … */
const DEEPEST = 24
const MAX_PARTS = 2_000_000

/** Operators that every build of ONNX Runtime has. `com.microsoft` is its own domain, also found in quantized models. */
const DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'])
/** Rejected: operators that read other files or may not terminate. */
const REFUSED: Record<string, string> = {
  EPContext: 'it loads a file of its own',
  Loop: 'it may run for ever',
}

/**
 * Rejects unsafe content anywhere in the file: external weights, custom operators, loops, and files that are too large or too deep. Parses
 * everything, runs nothing.
 * @throws EngineError `onnx-file` or `onnx-refused`
 */
export function checkOnnx(bytes: Uint8Array): void {
  if (bytes.length > LARGEST_FILE) {
    throw refused(`it has ${Math.round(bytes.length / 2 ** 20)} MB; at most ${LARGEST_FILE / 2 ** 20} are taken`)
  }
  // ONNX Runtime also accepts its own format, which is not supported here.
  if (textOf(bytes, { field: 0, wire: 2, value: 0, from: 4, to: Math.min(8, bytes.length) }) === 'ORTM') {
    throw refused('it is in ONNX Runtime’s own format', 'Export the model as .onnx.')
  }
  const local = localFunctions(bytes)
  let parts = 0
  const walk = (message: Message, from: number, to: number, depth: number) => {
    if (depth > DEEPEST) throw refused('it is nested too deep')
    let domain = ''
    let operator = ''
    readFields(bytes, from, to, field => {
      if (++parts > MAX_PARTS) throw refused('it has too many parts')
      if (message === 'tensor') requireOwnData(field)
      if (message === 'node' && field.field === 7) domain = textOf(bytes, field)
      if (message === 'node' && field.field === 4) operator = textOf(bytes, field)
      const inner = NESTED[message][field.field]
      if (!inner) return
      if (field.wire !== 2) throw damagedOnnx(`a ${inner} is no message`)
      walk(inner, field.from, field.to, depth + 1)
    })
    if (message === 'node') requireKnownOperator(domain, operator, local)
  }
  walk('model', 0, bytes.length, 0)
}

/** Fields 13 and 14 of TensorProto: external_data and data_location. */
function requireOwnData({ field, value }: Field): void {
  if (field !== 13 && !(field === 14 && value !== 0)) return
  throw refused(
    'it keeps weights in other files',
    'Save it with its weights inside: `onnx.save(model, path, save_as_external_data=False)`.',
  )
}

function requireKnownOperator(domain: string, operator: string, local: ReadonlySet<string>): void {
  if (Object.hasOwn(REFUSED, operator)) throw refused(`it uses the operator ${operator}, and ${REFUSED[operator]}`)
  if (DOMAINS.has(domain) || local.has(`${domain}:${operator}`)) return
  throw refused(
    `it uses the operator ${operator} of ${domain}, which is none of ONNX`,
    'Export the model with standard operators only.',
  )
}

/** Functions that the file itself defines: `domain:name`. */
function localFunctions(bytes: Uint8Array): Set<string> {
  const names = new Set<string>()
  readFields(bytes, 0, bytes.length, part => {
    if (part.field !== 25 || part.wire !== 2) return
    let [name, domain] = ['', '']
    readFields(bytes, part.from, part.to, field => {
      if (field.field === 1) name = textOf(bytes, field)
      if (field.field === 10) domain = textOf(bytes, field)
    })
    names.add(`${domain}:${name}`)
  })
  return names
}

function refused(what: string, hint = 'Make a smaller or simpler model.'): EngineError {
  return new EngineError('onnx-refused', `The ONNX file is refused: ${what}.`, hint)
}
