import { EngineError } from '../../../errors.ts'

export const damagedOnnx = (what: string): EngineError =>
  new EngineError('onnx-file', `This is no ONNX file, or a damaged one: ${what}.`, 'Export the model again.')

/** One field of a message: an integer, or bytes `from` … `to`. */
export type Field = { field: number; wire: number; value: number; from: number; to: number }

/**
 * Calls `visit` for each field of the message in bytes `from` … `to` (protobuf.dev, "Encoding"). Never reads outside of them. Integers
 * beyond
 * 2⁵³ are inexact, which is enough for size checks.
 * @throws EngineError `onnx-file`
 */
export function readFields(bytes: Uint8Array, from: number, to: number, visit: (field: Field) => void): void {
  let at = from
  const varint = (): number => {
    let value = 0
    let scale = 1
    for (let k = 0; k < 10; k++) {
      if (at >= to) throw damagedOnnx('a number is cut off')
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw damagedOnnx('a number has no end')
  }
  const skip = (length: number) => {
    if (length > to - at) throw damagedOnnx('a part reaches beyond its whole')
    at += length
    return at - length
  }
  while (at < to) {
    const tag = varint()
    const [field, wire] = [Math.floor(tag / 8), tag % 8]
    if (field === 0) throw damagedOnnx('a part has no number')
    if (wire === 0) {
      const begin = at
      visit({ field, wire, value: varint(), from: begin, to: at })
    } else if (wire === 2) {
      const length = varint()
      const begin = skip(length)
      visit({ field, wire, value: length, from: begin, to: at })
    } else if (wire === 5 || wire === 1) {
      const begin = skip(wire === 5 ? 4 : 8)
      visit({ field, wire, value: 0, from: begin, to: at })
    } else throw damagedOnnx('a part is of an unknown kind')
  }
}

const decoder = new TextDecoder('utf-8')

export const textOf = (bytes: Uint8Array, { from, to }: Field): string => decoder.decode(bytes.subarray(from, to))

/** Repeated whole numbers, packed or one by one. */
export function integersOf(bytes: Uint8Array, field: Field): number[] {
  if (field.wire === 0) return [field.value]
  const values: number[] = []
  // Packed numbers are read as the values of fields would be.
  let [value, scale, length] = [0, 1, 0]
  for (let at = field.from; at < field.to; at++) {
    const byte = bytes[at]!
    if (++length > 10) throw damagedOnnx('a number has no end')
    value += (byte & 127) * scale
    scale *= 128
    if (byte >= 128) continue
    values.push(value)
    ;[value, scale, length] = [0, 1, 0]
  }
  return values
}
