import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { BundleError } from '../errors.ts'
import { loadPredictor } from '../predictor.ts'
import type { Model, Tensor } from '../trainers/types.ts'
import { type BundleContent, packBundle, packFiles, readBundle, unpackBundle, writeBundle } from './bundle.ts'
import { canonicalJson } from './canonical-json.ts'

import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { portableSha256, sha256 } from './sha256.ts'

test('SHA-256 equals the platform’s for every length', () => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255)
    const expected = createHash('sha256').update(bytes).digest('hex')
    assert.deepEqual([sha256(bytes), portableSha256(bytes)], [expected, expected])
  }
})

test('canonical JSON ignores the order of keys and refuses what JSON cannot say', () => {
  assert.equal(canonicalJson({ b: [1, { d: null, c: 'é' }], a: undefined }), '{"b":[1,{"c":"é","d":null}]}')
  assert.throws(() => canonicalJson({ a: Number.NaN }), RangeError)
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
    }),
  )
})

const tensor = fc.oneof(
  fc.float32Array({ maxLength: 20 }).map((data): Tensor => ({ dtype: 'F32', shape: [data.length], data })),
  fc.float64Array({ maxLength: 20 }).map((data): Tensor => ({ dtype: 'F64', shape: [1, data.length], data })),
  fc.int32Array({ maxLength: 20 }).map((data): Tensor => ({ dtype: 'I32', shape: [data.length, 1], data })),
)

test('tensors survive writing and reading bit for bit', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), tensor), tensors => {
      const read = readSafetensors(writeSafetensors(tensors))
      assert.deepEqual(Object.keys(read).sort(), Object.keys(tensors).sort())
      for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
        assert.deepEqual([read[name]!.dtype, read[name]!.shape], [dtype, shape])
        assert.ok(Array.from(data).every((value, i) => Object.is(read[name]!.data[i], value)))
      }
    }),
  )
})

test('a tensor may have any name, those of JavaScript’s own too', () => {
  const names = ['__proto__', 'constructor', 'toString', '']
  const data = Float32Array.of(1)
  const tensors = Object.fromEntries(names.map(name => [name, { dtype: 'F32', shape: [1], data } satisfies Tensor]))
  assert.deepEqual(Object.keys(readSafetensors(writeSafetensors(tensors))).sort(), names.toSorted())
})

test('a safetensors file of the reference layout is read', () => {
  const header = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"by":"hand"}}'
  const bytes = Buffer.alloc(8 + header.length + 8)
  bytes.writeBigUInt64LE(BigInt(header.length))
  bytes.write(header, 8)
  bytes.writeFloatLE(1.5, 8 + header.length)
  bytes.writeFloatLE(-2, 12 + header.length)
  assert.deepEqual([...readSafetensors(bytes).a!.data], [1.5, -2])
})

test('a header that lies is refused', () => {
  const file = (header: unknown, size: number) => {
    const text = JSON.stringify(header)
    const bytes = Buffer.alloc(8 + Buffer.byteLength(text) + size)
    bytes.writeBigUInt64LE(BigInt(Buffer.byteLength(text)))
    bytes.write(text, 8)
    return bytes
  }
  const entry = (change: object) => file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } }, 8)
  const oversized = Buffer.alloc(16)
  oversized.writeBigUInt64LE(2n ** 63n)
  const lies = [
    new Uint8Array(3),
    oversized,
    file([], 0),
    file(null, 0),
    file({}, 4),
    entry({ dtype: 'F16' }),
    entry({ dtype: '__proto__' }),
    entry({ shape: [3] }),
    entry({ shape: [-2] }),
    entry({ shape: [2 ** 53, 2 ** 53] }),
    entry({ data_offsets: [8, 0] }),
    entry({ data_offsets: [4, 12] }),
    entry({ data_offsets: 'x' }),
    file({ a: 3 }, 0),
    file(
      { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] }, b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } },
      4,
    ),
  ]
  for (const [k, bytes] of lies.entries()) assert.throws(() => readSafetensors(bytes), BundleError, `case ${k}`)
})

const model: Model = {
  trainer: 'linear',
  task: 'regression',
  classCount: 0,
  cols: 1,
  tensors: {
    coefficients: { dtype: 'F64', shape: [1, 1], data: Float64Array.of(2) },
    intercepts: { dtype: 'F64', shape: [1], data: Float64Array.of(1) },
    fill: { dtype: 'F64', shape: [1], data: Float64Array.of(0) },
  },
  config: {},
}
const content: BundleContent = {
  signature: { columns: [{ name: 'n', type: 'number', role: 'feature', nullable: false }] },
  task: 'regression',
  target: { name: 'y' },
  recipe: { v: 1, inputs: [{ name: 'n', type: 'number' }], steps: [], outputs: ['n'] },
  model,
}

test('a bundle comes back as it was, and equal models have equal digests', () => {
  const { files, digest } = writeBundle(content)
  const bytes = packFiles(files)
  const unpacked = unpackBundle(bytes)
  assert.equal(unpacked.digest, digest)
  const read = readBundle(unpacked.files).model
  assert.deepEqual({ ...read, tensors: { ...read.tensors } }, model)
  assert.deepEqual(packBundle(structuredClone(content)), bytes)
  assert.deepEqual(loadPredictor(bytes).predictRows([{ n: 3 }]).predictions, [7])
})

test('any flipped bit and any cut is refused with a BundleError', () => {
  const bytes = packBundle(content)
  fc.assert(
    fc.property(fc.nat({ max: bytes.length * 8 - 1 }), bit => {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      assert.throws(() => loadPredictor(flipped), BundleError)
    }),
    { numRuns: 500 },
  )
  for (let length = 0; length < bytes.length; length += 7) {
    assert.throws(() => loadPredictor(bytes.subarray(0, length)), BundleError)
  }
  assert.throws(() => loadPredictor(new Uint8Array([...bytes, 0])), BundleError)
})

test('arbitrary bytes are refused with a BundleError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
      assert.throws(() => loadPredictor(bytes), BundleError)
      assert.throws(() => readSafetensors(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, ...bytes)), BundleError)
    }),
  )
})

test('a manifest that is newer, foreign or incomplete is refused in words', () => {
  const { files } = writeBundle(content)
  const manifest = JSON.parse(new TextDecoder().decode(files['model.json'])) as Record<string, unknown>
  const withManifest = (change: object) =>
    packFiles({ ...files, 'model.json': new TextEncoder().encode(JSON.stringify({ ...manifest, ...change })) })
  assert.throws(() => loadPredictor(withManifest({ v: 2 })), /newer FlexiML/)
  assert.throws(() => loadPredictor(withManifest({ format: 'zip' })), /does not describe/)
  assert.throws(() => loadPredictor(withManifest({ signature: null })), /incomplete/)
  assert.throws(() => loadPredictor(withManifest({ digests: {} })), /weights are not those/)
  assert.throws(() => loadPredictor(withManifest({ recipe: { v: 1, outputs: ['n'] } })), BundleError)
  assert.throws(() => loadPredictor(withManifest({ recipe: { ...content.recipe, outputs: ['n', 'm'] } })), BundleError)
  assert.throws(() => loadPredictor(withManifest({ trainer: 'mlp' })), /lacks the weights/)
  assert.throws(() => loadPredictor(withManifest({ trainer: '__proto__' })), /cannot run/)
  const future = packBundle(content)
  future[4] = 2
  assert.throws(() => loadPredictor(future), /newer FlexiML/)
})
