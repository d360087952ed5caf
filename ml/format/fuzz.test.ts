import assert from 'node:assert/strict'
import test from 'node:test'
import { BundleError, EngineError } from '../errors.ts'
import { createFrameBuilder } from '../frame/builder.ts'
import { listTrainers } from '../node.ts'
import { loadPredictor } from '../predictor.ts'
import { createRandom, type Random } from '../random.ts'
import { completeRecipe } from '../recipe/complete.ts'
import { prepareTraining } from '../recipe/prepare-training.ts'
import { frameSpecs, type Schema } from '../schema.ts'
import { problem, SHOP, shopRows } from '../testing.ts'
import { packEnsemble } from '../trainers/ensemble.ts'
import type { Model, Parameters, Task, Tensor, TensorType } from '../trainers/types.ts'
import { type BundleContent, type BundleFiles, packBundle, packFiles, unpackBundle } from './bundle.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { sha256 } from './sha256.ts'

const FEATURES: Schema = {
  columns: SHOP.columns.filter(column => column.role !== 'target' && column.role !== 'ignore'),
}
const QUICK: Record<string, Parameters> = { mlp: { hidden: [4], epochs: 1 }, gbdt: { trees: 8 } }
const ROWS = shopRows(120)
const LATER = [...shopRows(4, 99), { when: null, price: null, items: 3, colour: null, member: null }]
const CLASSES: Record<Task, string[] | undefined> = {
  regression: undefined,
  binary: ['no', 'yes'],
  multiclass: ['low', 'middle', 'high'],
}
const encode = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** One small bundle per trainer and task, and an ensemble of all of a task. */
async function bundles(): Promise<Map<string, Uint8Array>> {
  const builder = createFrameBuilder(frameSpecs(FEATURES))
  builder.appendRows(ROWS)
  const frame = builder.build()
  const made = new Map<string, Uint8Array>()
  for (const task of ['regression', 'binary', 'multiclass'] as const) {
    const classes = CLASSES[task]
    const classCount = classes?.length ?? 0
    const y = Float64Array.from(ROWS, (row, i) => (task === 'regression' ? (row.amount as number) : i % classCount))
    const members: { recipe: BundleContent['recipe']; model: Model; weight: number }[] = []
    const described = { signature: FEATURES, task, target: { name: 'amount' }, ...(classes ? { classes } : {}) }
    for (const trainer of listTrainers().filter(each => each.tasks.includes(task))) {
      const { recipe, x } = prepareTraining(
        completeRecipe([], FEATURES.columns, trainer.features),
        frame,
        Int32Array.from(ROWS.keys()),
        { y, task, classCount, seed: 1 },
      )
      const parameters = Object.fromEntries(
        Object.entries({ trees: 6, ...QUICK[trainer.id] }).filter(([name]) =>
          trainer.parameters.some(parameter => parameter.name === name),
        ),
      )
      const model = await trainer.fit({ ...problem(task), x, y, classCount, parameters })
      members.push({ recipe, model, weight: 1 })
      made.set(`${trainer.id}, ${task}`, packBundle({ ...described, recipe, model }))
    }
    const model = packEnsemble(members.slice(0, 3), { kind: 'average' })
    made.set(
      `ensemble, ${task}`,
      packBundle({ ...described, recipe: { v: 1, inputs: [], steps: [], outputs: [] }, model }),
    )
  }
  return made
}

const all = await bundles()

/** With every checksum made new: what a forger would do. */
function reforge(files: BundleFiles): Uint8Array {
  const text = decode(files['model.json'])
  let json = files['model.json']
  const named = /"digests":\{"weights\.safetensors":"[0-9a-f]{64}"\}/
  if (named.test(text)) {
    json = encode(text.replace(named, `"digests":{"weights.safetensors":"${sha256(files['weights.safetensors'])}"}`))
  }
  return packFiles({ ...files, 'model.json': json })
}

/** Either refused in words, or every number that comes out is one. */
function assertRefusedOrFinite(bytes: Uint8Array, what: string): void {
  try {
    const predictor = loadPredictor(bytes)
    for (const row of LATER) {
      const one = predictor.predictOne(row)
      if (!one.ok) continue
      const numbers = one.probabilities ?? [one.prediction]
      assert.ok(numbers.every(Number.isFinite), `${what}: predicts ${numbers}`)
    }
    predictor.predictRows(LATER)
  } catch (error) {
    if (error instanceof assert.AssertionError || !(error instanceof EngineError)) {
      throw new Error(`${what}: ${(error as Error).stack}`)
    }
  }
}

for (const [name, bytes] of all) {
  test(`${name}: a flipped bit is noticed`, () => {
    const random = createRandom(11)
    for (let k = 0; k < 60; k++) {
      const bit = random.integer(bytes.length * 8)
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      assert.throws(() => loadPredictor(flipped), BundleError)
    }
  })

  test(`${name}: a cut at any boundary is noticed`, () => {
    const { files } = unpackBundle(bytes)
    const [json, weights] = [files['model.json'].length, files['weights.safetensors']]
    const header = 88 + json + 8 + Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true))
    const boundaries = [0, 4, 8, 16, 24, 88, 88 + json, 88 + json + 8, header, bytes.length - 8, bytes.length]
    for (const boundary of boundaries) {
      for (const length of [boundary - 1, boundary, boundary + 1]) {
        if (length < 0 || length >= bytes.length) continue
        assert.throws(() => loadPredictor(bytes.slice(0, length)), BundleError)
      }
    }
  })

  test(`${name}: bits flipped with new checksums are refused, or predictions stay numbers`, () => {
    const { files } = unpackBundle(bytes)
    const random = createRandom(12)
    for (let k = 0; k < 150; k++) {
      const file = k % 3 === 0 ? 'model.json' : 'weights.safetensors'
      const changed = files[file].slice()
      // Half of them in the first part of the weights, where the header is.
      const reach = k % 2 === 0 ? changed.length : Math.min(changed.length, 600)
      for (let n = 0; n <= random.integer(3); n++) changed[random.integer(reach)]! ^= 1 << random.integer(8)
      assertRefusedOrFinite(reforge({ ...files, [file]: changed }), `flip ${k} of ${file}`)
    }
  })

  test(`${name}: a manifest with something else in a place is refused, or predictions stay numbers`, () => {
    const { files } = unpackBundle(bytes)
    const random = createRandom(13)
    for (let k = 0; k < 200; k++) {
      const manifest = JSON.parse(decode(files['model.json'])) as Record<string, unknown>
      const path = mutate(manifest, random)
      assertRefusedOrFinite(reforge({ ...files, 'model.json': encode(manifest) }), `change ${k} at ${path}`)
    }
  })

  test(`${name}: tensors of another kind, size or content are refused, or predictions stay numbers`, () => {
    const { files } = unpackBundle(bytes)
    const random = createRandom(14)
    for (let k = 0; k < 120; k++) {
      const tensors = readSafetensors(files['weights.safetensors'])
      const what = damage(tensors, random)
      assertRefusedOrFinite(
        reforge({ ...files, 'weights.safetensors': writeSafetensors(tensors) }),
        `change ${k}: ${what}`,
      )
    }
  })
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  '',
  'NaN',
  '__proto__',
  'x'.repeat(5000),
  [],
  {},
  [[]],
  [null],
  { length: 3 },
  { length: 1e9 },
]

/** Replaces, removes or doubles something at a random depth; gives the path. */
function mutate(manifest: Record<string, unknown>, random: Random): string {
  let holder: Record<string, unknown> = manifest
  const path: string[] = []
  for (;;) {
    const keys = Object.keys(holder).filter(key => path.length > 0 || key !== 'digests')
    const key = keys[random.integer(keys.length)]!
    path.push(key)
    const inner = holder[key]
    const deeper = inner !== null && typeof inner === 'object' && Object.keys(inner).length > 0
    if (deeper && random.next() < 0.8) {
      holder = inner as Record<string, unknown>
      continue
    }
    const choice = random.integer(STRANGE.length + 3)
    if (choice < STRANGE.length) holder[key] = STRANGE[choice]
    else if (choice === STRANGE.length) delete holder[key]
    else if (choice === STRANGE.length + 1) holder[`${key}${key}`] = inner
    else if (Array.isArray(holder)) holder.push(structuredClone(inner))
    else holder[key] = [inner, inner]
    return path.join('.')
  }
}

const TYPES: readonly TensorType[] = ['F32', 'F64', 'I32', 'U8']
const EXTREMES = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e308,
  -1e308,
  -1,
  2 ** 31 - 1,
  2 ** 20,
  0.5,
]

function damage(tensors: Record<string, Tensor>, random: Random): string {
  const names = Object.keys(tensors)
  const name = names[random.integer(names.length)]!
  const tensor = tensors[name]!
  switch (random.integer(6)) {
    case 0:
      delete tensors[name]
      return `${name} removed`
    case 1: {
      const dtype = TYPES[random.integer(4)]!
      const kinds = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array }
      tensors[name] = { dtype, shape: tensor.shape, data: kinds[dtype].from(tensor.data) }
      return `${name} as ${dtype}`
    }
    case 2: {
      const length = random.integer(tensor.data.length + 3)
      const Kind = tensor.data.constructor as new (length: number) => Tensor['data']
      tensors[name] = { ...tensor, shape: [length], data: new Kind(length) }
      return `${name} with ${length} zeros`
    }
    case 3:
      tensors[name] = { ...tensor, shape: [...tensor.shape, 1] }
      return `${name} with a further axis`
    default: {
      if (tensor.data.length === 0) return `${name} left as it is`
      const at = random.integer(tensor.data.length)
      const value = EXTREMES[random.integer(EXTREMES.length)]!
      tensor.data[at] = value
      return `${name}[${at}] = ${value}`
    }
  }
}

test('deep JSON is refused', () => {
  const { files } = unpackBundle([...all.values()][0]!)
  const text = decode(files['model.json'])
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  for (const property of ['config', 'recipe', 'signature', 'classes']) {
    const forged = text.replace(/^\{/, `{"x":1,`).replace(new RegExp(`"${property}":`), `"${property}":${deep},"was":`)
    assertRefusedOrFinite(reforge({ ...files, 'model.json': encode(forged) }), property)
  }
})

test('a length that no file has is refused before anything is read', () => {
  const bytes = [...all.values()][0]!
  for (const at of [8, 16]) {
    for (const length of [2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, BigInt(bytes.length)]) {
      const forged = bytes.slice()
      new DataView(forged.buffer).setBigUint64(at, length, true)
      assert.throws(() => loadPredictor(forged), BundleError)
    }
  }
})
