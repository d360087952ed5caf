import { BundleError } from '../errors.ts'
import type { Tensor, TensorType } from '../trainers/types.ts'
import { canonicalJson } from './canonical-json.ts'

/**
 * The safetensors format (huggingface/safetensors, README "Format"): 8 bytes little-endian header length, a JSON header
 * `{name: {dtype, shape, data_offsets: [begin, end]}}`, then the little-endian data without gaps.
 */
const BYTES: Record<TensorType, number> = { F32: 4, F64: 8, I32: 4, U8: 1 }
/** The reference reader also rejects headers above 100 MB. */
const LARGEST_HEADER = 100_000_000

type HeaderEntry = { dtype: TensorType; shape: number[]; data_offsets: [number, number] }

/** Writes tensors sorted by width, then name; the header is padded with spaces so that data starts on 8 bytes. */
export function writeSafetensors(tensors: Record<string, Tensor>): Uint8Array {
  const names = Object.keys(tensors).sort(
    (a, b) => BYTES[tensors[b]!.dtype] - BYTES[tensors[a]!.dtype] || (a < b ? -1 : 1),
  )
  // No prototype: a tensor may have any name, including `__proto__`.
  const header: Record<string, HeaderEntry> = Object.create(null) as Record<string, HeaderEntry>
  let size = 0
  for (const name of names) {
    const { dtype, shape, data } = tensors[name]!
    const bytes = data.length * BYTES[dtype]
    header[name] = { dtype, shape, data_offsets: [size, size + bytes] }
    size += bytes
  }
  let json = canonicalJson(header)
  const encoder = new TextEncoder()
  const length = encoder.encode(json).length
  json += ' '.repeat((8 - (length % 8)) % 8)
  const head = encoder.encode(json)
  const bytes = new Uint8Array(8 + head.length + size)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(head.length), true)
  bytes.set(head, 8)
  for (const name of names) {
    const { dtype, data } = tensors[name]!
    const at = 8 + head.length + header[name]!.data_offsets[0]
    const own = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    bytes.set(LITTLE_ENDIAN ? own : reversed(own, BYTES[dtype]), at)
  }
  return bytes
}

/** This machine's byte order; the file is little-endian. */
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Returns a copy with the bytes of each number reversed. */
function reversed(bytes: Uint8Array, width: number): Uint8Array {
  const copy = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at += width) {
    for (let k = 0; k < width; k++) copy[at + k] = bytes[at + width - 1 - k]!
  }
  return copy
}

const broken = (what: string) => new BundleError('weights', `The weights file is damaged: ${what}.`)

/** @throws BundleError when header and data do not match. */
export function readSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  if (bytes.length < 8) throw broken('it is shorter than its own header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getBigUint64(0, true)
  if (length > BigInt(LARGEST_HEADER)) throw broken('its header claims to be larger than 100 MB')
  const start = 8 + Number(length)
  if (start > bytes.length) throw broken('it ends inside its header')
  const header = parseHeader(bytes.subarray(8, start))
  const tensors: Record<string, Tensor> = Object.create(null) as Record<string, Tensor>
  const spans: [number, number][] = []
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const { dtype, shape, data_offsets: offsets } = checkEntry(name, entry)
    const [begin, end] = offsets
    const count = shape.reduce((product, side) => product * side, 1)
    if (end < begin || end > bytes.length - start || end - begin !== count * BYTES[dtype]) {
      throw broken(`tensor “${name}” lies outside the data or has another size than its shape`)
    }
    spans.push([begin, end])
    tensors[name] = { dtype, shape, data: readData(view, start + begin, count, dtype) }
  }
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  let covered = 0
  for (const [begin, end] of spans) {
    if (begin !== covered) throw broken('tensors overlap or leave gaps')
    covered = end
  }
  if (covered !== bytes.length - start) throw broken('there are bytes that belong to no tensor')
  return tensors
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (header !== null && typeof header === 'object' && !Array.isArray(header)) {
      return header as Record<string, unknown>
    }
  } catch {
    // The reason for invalid JSON does not help the user.
  }
  throw broken('its header is not JSON')
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function checkEntry(name: string, entry: unknown): HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Record<keyof HeaderEntry, unknown>>
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES, dtype)) throw broken(`tensor “${name}” has an unknown type`)
  if (!Array.isArray(shape) || !shape.every(isCount)) throw broken(`tensor “${name}” has no valid shape`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw broken(`tensor “${name}” has no valid place`)
  }
  return { dtype: dtype as TensorType, shape, data_offsets: [offsets[0]!, offsets[1]!] }
}

function readData(view: DataView, at: number, count: number, dtype: TensorType): Tensor['data'] {
  const from = view.byteOffset + at
  // Copied, because typed arrays need aligned offsets and the file does not guarantee them.
  let bytes: Uint8Array = new Uint8Array(view.buffer.slice(from, from + count * BYTES[dtype]))
  if (!LITTLE_ENDIAN) bytes = reversed(bytes, BYTES[dtype])
  const { buffer } = bytes
  if (dtype === 'U8') return bytes
  if (dtype === 'F32') return new Float32Array(buffer)
  return dtype === 'F64' ? new Float64Array(buffer) : new Int32Array(buffer)
}
