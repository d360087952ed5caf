import type { Calibration } from '../calibration/calibration.ts'
import type { Threshold } from '../calibration/threshold.ts'
import type { ColumnFormat } from '../cells/column-format.ts'
import type { ColumnSummary } from '../drift/summary.ts'
import { BundleError } from '../errors.ts'
import type { MetricValue } from '../metrics/registry.ts'
import type { FittedRecipe } from '../recipe/types.ts'
import type { ColumnType, Schema } from '../schema.ts'
import type { Model, Parameters, Task } from '../trainers/types.ts'
import { ENGINE_VERSION } from '../version.ts'
import { canonicalJson } from './canonical-json.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { sha256 } from './sha256.ts'

export type Backend = { name: 'javascript' | 'tensorflow' | 'wasm' | 'onnx'; version: string; reason?: string }

/** Summaries of the training data; the baseline for drift. */
export type Baseline = {
  columns: Record<string, ColumnSummary>
  prediction: ColumnSummary | null
  target: ColumnSummary | null
  metrics: Record<string, MetricValue>
}

/** `model.json`. */
export type BundleManifest = {
  format: 'fleximl-bundle'
  v: 1
  engine: string
  /** Columns the model needs, as the schema of its input rows. */
  signature: Schema
  task: Task
  /** `words`: of a boolean, [false word, true word]. */
  target: { name: string; type?: ColumnType; format?: ColumnFormat; words?: string[] }
  /** Class names by code; absent for regression. */
  classes?: string[]
  recipe: FittedRecipe
  trainer: string
  parameters: Parameters
  backend: Backend
  /** The trainer's own JSON. */
  config: Record<string, unknown>
  seed: number
  rowsTrain: number
  rowsValidation: number
  baseline: Baseline
  /** Calibration of the model's probabilities; absent: they are used unchanged. */
  calibration?: Calibration
  /** For a binary model; absent: 0.5. */
  threshold?: Threshold
  /** SHA-256 by file. */
  digests: { 'weights.safetensors': string }
}

/** Contents of a bundle; absent values are recorded as unknown. */
export type BundleContent = Pick<BundleManifest, 'signature' | 'task' | 'target' | 'classes' | 'recipe'> &
  Partial<
    Pick<
      BundleManifest,
      'parameters' | 'backend' | 'seed' | 'rowsTrain' | 'rowsValidation' | 'baseline' | 'calibration' | 'threshold'
    >
  > & { model: Model }
export type BundleFiles = { 'model.json': Uint8Array; 'weights.safetensors': Uint8Array }

/** The two files, and `sha256(canonical JSON of {file: digest})`: equal models have equal digests. */
export function writeBundle(content: BundleContent): { files: BundleFiles; digest: string } {
  const { model, ...described } = content
  const weights = writeSafetensors(model.tensors)
  const manifest: BundleManifest = {
    format: 'fleximl-bundle',
    v: 1,
    engine: ENGINE_VERSION,
    trainer: model.trainer,
    config: model.config,
    parameters: {},
    backend: { name: 'javascript', version: ENGINE_VERSION },
    seed: 0,
    rowsTrain: 0,
    rowsValidation: 0,
    baseline: { columns: {}, prediction: null, target: null, metrics: {} },
    ...described,
    digests: { 'weights.safetensors': sha256(weights) },
  }
  const json = new TextEncoder().encode(canonicalJson(manifest))
  const files = { 'model.json': json, 'weights.safetensors': weights }
  return { files, digest: digestOf(files, manifest.digests['weights.safetensors']) }
}

/** @param weightsDigest of the weights, if already computed. */
function digestOf(files: BundleFiles, weightsDigest = sha256(files['weights.safetensors'])): string {
  const digests = { 'model.json': sha256(files['model.json']), 'weights.safetensors': weightsDigest }
  return sha256(new TextEncoder().encode(canonicalJson(digests)))
}

const MAGIC = 'FMLB'
const CONTAINER_VERSION = 1
const HEAD_BYTES = 4 + 4 + 8 + 8 + 64

/** A model as one blob for storage. */
export function packBundle(content: BundleContent): Uint8Array {
  const { files, digest } = writeBundle(content)
  return packFiles(files, digest)
}

/**
 * One blob: "FMLB", u32 container version, u64 length of model.json, u64 length of weights.safetensors, the digest as
 * 64 hex characters, then both files. All little-endian.
 */
export function packFiles(files: BundleFiles, digest = digestOf(files)): Uint8Array {
  const [json, weights] = [files['model.json'], files['weights.safetensors']]
  const bytes = new Uint8Array(HEAD_BYTES + json.length + weights.length)
  const view = new DataView(bytes.buffer)
  const encoder = new TextEncoder()
  bytes.set(encoder.encode(MAGIC), 0)
  view.setUint32(4, CONTAINER_VERSION, true)
  view.setBigUint64(8, BigInt(json.length), true)
  view.setBigUint64(16, BigInt(weights.length), true)
  bytes.set(encoder.encode(digest), 24)
  bytes.set(json, HEAD_BYTES)
  bytes.set(weights, HEAD_BYTES + json.length)
  return bytes
}

function readHead(bytes: Uint8Array): { jsonLength: bigint; weightsLength: bigint; digest: string } {
  const decoder = new TextDecoder('latin1')
  if (bytes.length < HEAD_BYTES) {
    throw new BundleError('truncated', `The model file is cut short: it has only ${bytes.length} bytes.`)
  }
  if (decoder.decode(bytes.subarray(0, 4)) !== MAGIC) {
    throw new BundleError('magic', 'This is not a FlexiML model file.', 'Choose a model made by FlexiML.')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(4, true)
  if (version !== CONTAINER_VERSION) throw newer(`container version ${version}`)
  return {
    jsonLength: view.getBigUint64(8, true),
    weightsLength: view.getBigUint64(16, true),
    digest: decoder.decode(bytes.subarray(24, HEAD_BYTES)),
  }
}

/** `model.json` of a larger size is not read alone. */
const MAX_PEEKED_JSON = 64 * 2 ** 20

/**
 * Reads `model.json` of a packed bundle without its weights, from a source of byte ranges. Checks no hash.
 * @throws BundleError
 */
export async function peekManifest(read: (from: number, to: number) => Promise<Uint8Array>): Promise<BundleManifest> {
  const { jsonLength } = readHead(await read(0, HEAD_BYTES))
  if (jsonLength > MAX_PEEKED_JSON) throw new BundleError('manifest', 'The description of the model is too large.')
  return parseManifest(await read(HEAD_BYTES, HEAD_BYTES + Number(jsonLength)))
}

/** @throws BundleError `magic`, `newer`, `truncated` or `altered`. */
export function unpackBundle(bytes: Uint8Array): { files: BundleFiles; digest: string } {
  const { jsonLength, weightsLength, digest: named } = readHead(bytes)
  const expected = BigInt(HEAD_BYTES) + jsonLength + weightsLength
  if (expected !== BigInt(bytes.length)) {
    throw new BundleError(
      'truncated',
      `The model file should have ${expected} bytes and has ${bytes.length}: it is cut short or damaged.`,
    )
  }
  const split = HEAD_BYTES + Number(jsonLength)
  const files = { 'model.json': bytes.slice(HEAD_BYTES, split), 'weights.safetensors': bytes.slice(split) }
  const digest = digestOf(files)
  if (digest !== named) {
    throw new BundleError('altered', 'The model file was altered or damaged: its checksum does not match.')
  }
  return { files, digest }
}

const newer = (what: string) =>
  new BundleError('newer', `The model was made by a newer FlexiML (${what}).`, 'Update FlexiML to load it.')

/** Reads and checks the two files. Never executes anything in them. @throws BundleError */
export function readBundle(files: BundleFiles): { manifest: BundleManifest; model: Model } {
  const manifest = parseManifest(files['model.json'])
  if (manifest.digests?.['weights.safetensors'] !== sha256(files['weights.safetensors'])) {
    throw new BundleError('altered', 'The weights are not those that model.json names.')
  }
  const tensors = readSafetensors(files['weights.safetensors'])
  for (const [name, { data }] of Object.entries(tensors)) {
    if (hasNaN(data)) throw new BundleError('weights', `The weights “${name}” hold what is no number.`)
  }
  const { trainer, task, classes, recipe, config } = manifest
  return {
    manifest,
    model: { trainer, task, classCount: classes?.length ?? 0, cols: recipe.outputs.length, tensors, config },
  }
}

function hasNaN(data: ArrayLike<number>): boolean {
  for (let k = 0; k < data.length; k++) if (Number.isNaN(data[k]!)) return true
  return false
}

function areClasses(task: unknown, classes: unknown): boolean {
  if (!Array.isArray(classes) || !classes.every(name => typeof name === 'string')) return false
  return task === 'binary' ? classes.length === 2 : task === 'multiclass' && classes.length > 1
}

function parseManifest(bytes: Uint8Array): BundleManifest {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new BundleError('manifest', 'model.json is damaged: it is not JSON.')
  }
  const manifest = (parsed ?? {}) as Partial<BundleManifest>
  if (manifest.format !== 'fleximl-bundle') {
    throw new BundleError(
      'manifest',
      'model.json does not describe a FlexiML model.',
      'Choose a model made by FlexiML.',
    )
  }
  if (typeof manifest.v === 'number' && manifest.v > 1) throw newer(`format version ${manifest.v}`)
  const complete =
    manifest.v === 1 &&
    Array.isArray(manifest.signature?.columns) &&
    Array.isArray(manifest.recipe?.outputs) &&
    typeof manifest.trainer === 'string' &&
    typeof manifest.target?.name === 'string' &&
    manifest.config !== null &&
    typeof manifest.config === 'object' &&
    (manifest.task === 'regression' ? manifest.classes === undefined : areClasses(manifest.task, manifest.classes))
  if (!complete) throw new BundleError('manifest', 'model.json is incomplete.')
  return manifest as BundleManifest
}
