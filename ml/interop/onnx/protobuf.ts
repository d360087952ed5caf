/**
 * Writes the wire format of protocol buffers (protobuf.dev, "Encoding"), limited to what ONNX needs. Fields are written in call order, so
 * equal calls give equal bytes.
 */
export type MessageWriter = {
  /** int32, int64, enum; negative numbers take ten bytes. */
  integer(field: number, value: number | bigint): void
  float(field: number, value: number): void
  text(field: number, value: string): void
  bytes(field: number, value: Uint8Array): void
  /** Repeated integers, packed. */
  integers(field: number, values: ArrayLike<number>): void
  /** Repeated floats, packed. */
  floats(field: number, values: ArrayLike<number>): void
  message(field: number, write: (inner: MessageWriter) => void): void
  /** A field as it was read: its wire type and the bytes after the tag, for a length-delimited one without its length. */
  raw(field: number, wire: number, value: Uint8Array): void
  finish(): Uint8Array
}

const VARINT = 0
const LENGTH = 2
const FIXED32 = 5

export function createMessage(): MessageWriter {
  let buffer = new Uint8Array(256)
  let length = 0
  const encoder = new TextEncoder()

  const reserve = (extra: number) => {
    if (length + extra <= buffer.length) return
    const grown = new Uint8Array(Math.max(length + extra, buffer.length * 2))
    grown.set(buffer.subarray(0, length))
    buffer = grown
  }
  const varint = (value: number | bigint) => {
    reserve(10)
    if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      let rest = value
      while (rest >= 128) {
        buffer[length++] = (rest % 128) | 128
        rest = Math.floor(rest / 128)
      }
      buffer[length++] = rest
      return
    }
    let rest = BigInt.asUintN(64, BigInt(value))
    while (rest >= 128n) {
      buffer[length++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    buffer[length++] = Number(rest)
  }
  const tag = (field: number, wire: number) => varint(field * 8 + wire)
  const bytes = (field: number, value: Uint8Array) => {
    tag(field, LENGTH)
    varint(value.length)
    reserve(value.length)
    buffer.set(value, length)
    length += value.length
  }
  return {
    integer(field, value) {
      tag(field, VARINT)
      varint(value)
    },
    float(field, value) {
      tag(field, FIXED32)
      reserve(4)
      new DataView(buffer.buffer).setFloat32(length, value, true)
      length += 4
    },
    text: (field, value) => bytes(field, encoder.encode(value)),
    bytes,
    integers(field, values) {
      // The length stands before the items and is known after them.
      const start = length
      for (let k = 0; k < values.length; k++) varint(values[k]!)
      const packed = buffer.slice(start, length)
      length = start
      bytes(field, packed)
    },
    floats(field, values) {
      const packed = new DataView(new ArrayBuffer(4 * values.length))
      for (let k = 0; k < values.length; k++) packed.setFloat32(4 * k, values[k]!, true)
      bytes(field, new Uint8Array(packed.buffer))
    },
    message(field, write) {
      const inner = createMessage()
      write(inner)
      bytes(field, inner.finish())
    },
    raw(field, wire, value) {
      if (wire === LENGTH) return bytes(field, value)
      tag(field, wire)
      reserve(value.length)
      buffer.set(value, length)
      length += value.length
    },
    finish: () => buffer.subarray(0, length),
  }
}
