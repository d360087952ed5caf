import { EngineError } from '../../../errors.ts'
import type { BundleContent } from '../../../format/bundle.ts'
import { type ColumnType, frameTypeOf, type Schema, type SchemaColumn } from '../../../schema.ts'
import type { Task } from '../../../trainers/types.ts'
import { checkOnnx } from './check-file.ts'
import { describeOnnx, type OnnxElement, type OnnxFile, type OnnxValue } from './describe-file.ts'
import { refuseDataSized } from './find-data-sized.ts'
import { removeZipMap } from './remove-zip-map.ts'

/** How cells are converted to one input of the file. */
export type OnnxFeed = {
  name: string
  element: OnnxElement
  columns: string[]
  /** 1: a list of rows; 2: rows × columns. */
  rank: 1 | 2
  /** Value for a missing text or datetime, if the file was exported by FlexiML. */
  missing?: string
}
/** `values`: a number per row. `probabilities`: one per class; or of two classes only the second. */
export type OnnxOutput = {
  name: string
  kind: 'values' | 'probabilities'
  /** By class: its index in the file's probabilities; absent when the order is the same. */
  order?: number[]
}
export type OnnxConfig = { inputs: OnnxFeed[]; output: OnnxOutput; producer: string }

export type OnnxImport = {
  file: Uint8Array
  /** Default: inferred from the file. */
  task?: Task
  /** Name of the target. */
  target: string
  /** Feature names, in the order of the file's inputs; for a single-tensor file whose names should not be x1, x2, …. */
  columns?: readonly string[]
  /** Class names by code, if they are not in the file. */
  classes?: readonly string[]
  /** Classes known from elsewhere, in our order; the file's order may differ. */
  order?: readonly string[]
  /** Column names for a file with a single tensor of that width. */
  single?: readonly string[]
  /** Columns known from elsewhere: their types and domains override those of the file. */
  schema?: Schema
}

const unusable = (what: string, hint: string) =>
  new EngineError('onnx-import', `The ONNX file cannot be used: ${what}.`, hint)

/**
 * Imports an ONNX file as a model: checks it and maps its inputs and outputs. Does not run it.
 * @throws EngineError `onnx-…`
 */
export function importOnnx(request: OnnxImport): BundleContent {
  checkOnnx(request.file)
  const file = describeOnnx(request.file)
  refuseDataSized(request.file, file)
  const inputs = feedsOf(file, request.columns ?? namesForOne(file, request.single))
  const signature = signatureOf(inputs, file, request.schema)
  const given = request.classes ?? ownList(file.metadata['fleximl.classes']) ?? file.classes
  const classes = request.order ?? given
  const task = request.task ?? taskOf(file, classes)
  if (task !== 'regression') requireClasses(task, classes)
  const places = request.order && given ? placesOf(request.order, given) : undefined
  const output: OnnxOutput = { ...outputOf(file, task), ...(places ? { order: places } : {}) }
  const bytes = removeZipMap(request.file, file)
  const config: OnnxConfig = { inputs, output, producer: file.producer }
  return {
    signature,
    task,
    target: { name: request.target },
    ...(task === 'regression' ? {} : { classes: [...classes!] }),
    recipe: {
      v: 1,
      inputs: signature.columns.map(({ name, type, domain }) => ({
        name,
        type: frameTypeOf(type),
        ...(type === 'boolean' && Array.isArray(domain) ? { words: domain } : {}),
      })),
      steps: [],
      outputs: [],
    },
    backend: { name: 'onnx', version: file.producer },
    model: {
      trainer: 'onnx',
      task,
      classCount: task === 'regression' ? 0 : classes!.length,
      cols: 0,
      tensors: { model: { dtype: 'U8', shape: [bytes.length], data: bytes } },
      config,
    },
  }
}

function requireClasses(task: Task, classes: readonly string[] | undefined): void {
  const hint = 'Name them in the order of its probabilities.'
  if (!classes) throw unusable('it does not name its classes', hint)
  const fits = task === 'binary' ? classes.length === 2 : classes.length > 1
  if (!fits)
    throw unusable(`${classes.length === 1 ? 'one class is' : `${classes.length} classes are`} named for ${task}`, hint)
  if (new Set(classes).size < classes.length) throw unusable('two of its classes have one name', hint)
}

/** Undefined: same order. Classes that the file only numbers are in our order. */
function placesOf(order: readonly string[], given: readonly string[]): number[] | undefined {
  const isNumbered = given.length === order.length && given.every((name, k) => name === String(k))
  const places = order.map(name => given.indexOf(name))
  if (places.every((place, k) => place === k) || (isNumbered && places.includes(-1))) return undefined
  if (given.length === order.length && !places.includes(-1)) return places
  throw unusable(
    `its classes are ${given.slice(0, 8).join(', ')}, and those of the data ${order.slice(0, 8).join(', ')}`,
    'Train it on the target as it is.',
  )
}

/** @throws EngineError when the single tensor has another number of columns. */
function namesForOne(file: OnnxFile, names: readonly string[] | undefined): readonly string[] | undefined {
  const [input, ...others] = file.inputs
  if (!names || !input || others.length > 0) return undefined
  const width = input.shape?.[1] ?? null
  if (input.shape?.length === 1 && names.length !== 1) return undefined
  if (width === null || width === names.length) return names
  throw unusable(
    `it takes ${width} columns, and the data has ${names.length}`,
    'List its columns in order (columns.json), or give every column its own input.',
  )
}

function feedsOf(file: OnnxFile, named: readonly string[] | undefined): OnnxFeed[] {
  if (file.inputs.length === 0) throw unusable('it takes no input', 'Export the model with its inputs.')
  const own = ownList<{ name: string; missing: string }>(file.metadata['fleximl.inputs'])
  const given = [...(named ?? [])]
  const feeds = file.inputs.map((input): OnnxFeed => {
    if (!input.element)
      throw unusable(`its input “${input.name}” is no tensor of numbers or text`, 'Export it with plain inputs.')
    const missing = own?.find(each => each.name === input.name)?.missing
    return {
      name: input.name,
      element: input.element,
      columns: columnsOf(input, file.inputs.length, given, named !== undefined),
      rank: input.shape?.length === 1 ? 1 : 2,
      ...(missing === undefined ? {} : { missing }),
    }
  })
  if (given.length > 0) {
    throw unusable(
      `it takes ${(named?.length ?? 0) - given.length} columns, and ${named?.length} are named`,
      'Name as many as it takes.',
    )
  }
  const names = feeds.flatMap(feed => feed.columns)
  if (new Set(names).size < names.length) throw unusable('two of its columns have one name', 'Name them differently.')
  return feeds
}

/** Returns the column names of one input: the user's, in order, otherwise the file's. */
function columnsOf(input: OnnxValue, inputs: number, given: string[], hasNames: boolean): string[] {
  const { shape, name } = input
  if (shape && shape.length > 2)
    throw unusable(`its input “${name}” has ${shape.length} axes`, 'Only tables go in: rows × columns.')
  const width = shape?.length === 1 ? 1 : (shape?.[1] ?? null)
  if (width === null || width === undefined) {
    // Width not specified: one input takes all named columns.
    if (inputs > 1 || !hasNames)
      throw unusable(`its input “${name}” has no fixed number of columns`, 'Name its columns.')
    return given.splice(0)
  }
  if (width < 1 || width > 100_000)
    throw unusable(`its input “${name}” has ${width} columns`, 'At most 100,000 are taken.')
  if (hasNames) {
    const own = given.splice(0, width)
    if (own.length < width) throw unusable('it takes more columns than are named', 'Name as many as it takes.')
    return own
  }
  if (width === 1 && inputs > 1) return [name]
  const prefix = inputs === 1 ? 'x' : `${name}_`
  return Array.from({ length: width }, (_, k) => `${prefix}${k + 1}`)
}

const TYPES: Record<OnnxElement, ColumnType> = {
  float: 'number',
  double: 'number',
  int32: 'integer',
  int64: 'integer',
  bool: 'boolean',
  string: 'category',
}

function signatureOf(feeds: readonly OnnxFeed[], file: OnnxFile, schema: Schema | undefined): Schema {
  const own = ownJson<Schema>(file.metadata['fleximl.signature'])
  const known = new Map((schema ?? own)?.columns?.map(column => [column.name, column]))
  return {
    columns: feeds.flatMap(({ element, columns, missing }) =>
      columns.map((name): SchemaColumn => {
        const column = known.get(name)
        const isText = element === 'string'
        const carriesMissing = isText || element === 'float' || element === 'double' || missing !== undefined
        if (!column) return { name, type: TYPES[element], role: 'feature', nullable: carriesMissing }
        const textual = ['category', 'text', 'id', 'constant'].includes(column.type)
        if (textual && !isText) {
          throw unusable(
            `“${name}” is text, and it takes numbers there`,
            'Encode the column inside of the model, or leave it out.',
          )
        }
        return {
          ...column,
          role: column.role === 'time' ? 'time' : 'feature',
          nullable: column.nullable && carriesMissing,
        }
      }),
    ),
  }
}

/** Default task: files with classes or text outputs are classifiers. */
function taskOf(file: OnnxFile, classes: readonly string[] | undefined): Task {
  const own = file.metadata['fleximl.task']
  if (own === 'regression' || own === 'binary' || own === 'multiclass') return own
  if (classes) return classes.length === 2 ? 'binary' : 'multiclass'
  return file.outputs.some(output => output.element === 'string') ? 'multiclass' : 'regression'
}

function outputOf(file: OnnxFile, task: Task): OnnxOutput {
  const numbers = file.outputs.filter(output => output.element === 'float' || output.element === 'double')
  if (task === 'regression') {
    const whole = file.outputs.filter(output => output.element === 'int64' || output.element === 'int32')
    const named = numbers.find(output => /^(prediction|variable|output|y)_*$/.test(output.name))
    const output = named ?? numbers[0] ?? whole[0]
    if (output) return { name: output.name, kind: 'values' }
    throw unusable('it gives no numbers', 'Import it as a classifier.')
  }
  if (file.zipMap) return { name: file.zipMap.input, kind: 'probabilities' }
  const output = numbers.find(each => /prob/i.test(each.name)) ?? numbers[0]
  if (output) return { name: output.name, kind: 'probabilities' }
  throw unusable('it gives labels and no probabilities', 'Export a classifier that gives probabilities.')
}

/** Reads JSON that our own export stored in the file; invalid JSON is ignored. */
function ownJson<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? (value as T) : undefined
  } catch {
    return undefined
  }
}

function ownList<T = string>(text: string | undefined): T[] | undefined {
  const list = ownJson<T[]>(text)
  return Array.isArray(list) ? list : undefined
}
