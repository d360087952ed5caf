import { createMessage } from '../protobuf.ts'
import type { OnnxFile } from './describe-file.ts'
import { type Field, readFields, textOf } from './protobuf-reader.ts'

/**
 * Removes the ZipMap operator. A classifier of skl2onnx returns its probabilities as a list of maps unless exported with `zipmap=False`;
 * ONNX
 * Runtime for Node cannot return such a list. Without that last operator the file returns the tensor before it.
 */
export function removeZipMap(bytes: Uint8Array, file: OnnxFile): Uint8Array {
  const { zipMap, graph } = file
  if (!zipMap) return bytes
  const changed = createMessage()
  readFields(bytes, graph.from, graph.to, field => {
    if (field.from === zipMap.node.from) return
    if (field.field === 12 && nameOf(bytes, field) === zipMap.output) return
    changed.raw(field.field, field.wire, bytes.subarray(field.from, field.to))
  })
  // The runtime infers its type: float or double.
  changed.message(12, value => value.text(1, zipMap.input))
  const model = createMessage()
  readFields(bytes, 0, bytes.length, field => {
    if (field.field === 7) model.bytes(7, changed.finish())
    else model.raw(field.field, field.wire, bytes.subarray(field.from, field.to))
  })
  return model.finish().slice()
}

function nameOf(bytes: Uint8Array, part: Field): string {
  let name = ''
  readFields(bytes, part.from, part.to, field => {
    if (field.field === 1) name = textOf(bytes, field)
  })
  return name
}
