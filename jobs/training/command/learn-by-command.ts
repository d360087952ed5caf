import { constants } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, open, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError, importOnnx, type Learn, type Parameters, type Schema } from '#ml/index.ts'
import { followMetrics } from './follow-metrics.ts'
import { runProcess } from './run-process.ts'
import { type Tables, writeTables } from './write-tables.ts'

const MAX_MODEL_BYTES = 512 * 2 ** 20
const MAX_JSON_BYTES = 2 ** 20

export interface CommandTask extends Omit<Tables, 'folder'> {
  command: string
  minutes: number
  /** Passed to the command as JSON. */
  parameters: Parameters
  target: string
  seed: number
}

export interface CommandHooks {
  onLine(text: string): void
  began(pid: number): void
  report(step: number, metrics: Record<string, number>): void
  progress(done: number, note: string): void
  signal: AbortSignal
}

/**
 * Creates a trainer from a command in any language. The command reads Parquet files and a JSON file in its own folder and writes
 * `model.onnx`. Its own metrics are only logged; the model is measured here, on rows whose targets the command never received.
 */
export function learnByCommand(task: CommandTask, hooks: CommandHooks): Learn {
  return async ({ train, validation, task: kind, classes }) => {
    const { signal } = hooks
    const folder = await mkdtemp(join(tmpdir(), 'fleximl-command-'))
    try {
      const paths = await fillFolder(folder, task, { train, validation, kind, classes }, signal)
      const uid = process.getuid?.() === 0 ? ownUser() : undefined
      if (uid !== undefined) await giveFolder(folder, Object.values(paths), uid)
      hooks.progress(0.1, 'the command runs')
      const stop = followMetrics(paths.metrics, hooks.report)
      try {
        const { command, minutes } = task
        const variables = Object.fromEntries(Object.entries(paths).map(([k, v]) => [`FLEXIML_${k.toUpperCase()}`, v]))
        await runProcess({ command, minutes, folder, variables, ...(uid === undefined ? {} : { uid }), ...hooks })
      } finally {
        await stop()
      }
      hooks.progress(0.9, 'checking the model')
      // The command owns the folder and could replace it by a link.
      if ((await realpath(paths.output)) !== join(await realpath(folder), 'output')) throw noModel()
      return await readModel(paths.output, task, kind, classes)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

type Rows = { train: Int32Array; validation: Int32Array; kind: string; classes: readonly string[] }

async function fillFolder(folder: string, task: CommandTask, rows: Rows, signal: AbortSignal) {
  const { target, schema, seed, parameters } = task
  const paths = {
    train: join(folder, 'train.parquet'),
    validation: join(folder, 'validation.parquet'),
    parameters: join(folder, 'parameters.json'),
    output: join(folder, 'output'),
    metrics: join(folder, 'metrics.jsonl'),
  }
  await mkdir(paths.output)
  await writeFile(paths.metrics, '')
  const wanted = { train: { rows: rows.train }, validation: { rows: rows.validation, without: target } }
  await writeTables({ ...task, folder }, wanted, signal)
  const columns = schema.columns.map(({ name, type, role }) => ({ name, type, role }))
  const content = { task: rows.kind, target, classes: rows.classes, columns, seed, parameters }
  await writeFile(paths.parameters, `${JSON.stringify(content, null, 2)}\n`)
  return paths
}

/** Returns an unused uid for each run, so that no run can read the files of another. */
const ownUser = () => 1_000_000_000 + Math.floor(process.pid % 1_000_000)

async function giveFolder(folder: string, paths: string[], uid: number): Promise<void> {
  for (const path of [folder, ...paths]) await chown(path, uid, uid)
  await chmod(folder, 0o700)
}

const noModel = () =>
  new EngineError(
    'command',
    'The command ended without a model.',
    'Write it to model.onnx in the folder FLEXIML_OUTPUT.',
  )

async function readModel(
  output: string,
  { target, schema }: CommandTask,
  kind: string,
  classes: readonly string[],
): ReturnType<Learn> {
  const file = await readPlain(join(output, 'model.onnx'), MAX_MODEL_BYTES)
  if (!file) throw noModel()
  const features: Schema = { columns: schema.columns.filter(column => column.name !== target) }
  const columns = await readColumns(output)
  const content = importOnnx({
    file,
    task: kind as 'regression' | 'binary' | 'multiclass',
    target,
    schema: features,
    ...(kind === 'regression' ? {} : { order: classes }),
    ...(columns ? { columns } : { single: features.columns.map(column => column.name) }),
  })
  return { recipe: content.recipe, model: content.model, words: await describeReportedMetrics(output) }
}

/** Describes the metrics that the command reported; they are shown, not used. */
async function describeReportedMetrics(output: string): Promise<string[]> {
  const metrics = await readJson(join(output, 'metrics.json'))
  if (metrics === undefined) return []
  const numbers = Object.entries(metrics ?? {}).filter((entry): entry is [string, number] => Number.isFinite(entry[1]))
  const listed = numbers.slice(0, 20).map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`)
  return listed.length > 0 ? [`The command itself measured ${listed.join(', ')}.`] : []
}

async function readColumns(output: string): Promise<string[] | undefined> {
  const columns = await readJson(join(output, 'columns.json'))
  if (columns === undefined) return undefined
  if (Array.isArray(columns) && columns.every(name => typeof name === 'string')) return columns
  throw new EngineError(
    'command',
    'columns.json is no list of names.',
    'Write the names of the columns in the order the model takes them.',
  )
}

async function readJson(path: string): Promise<object | null | undefined> {
  const bytes = await readPlain(path, MAX_JSON_BYTES)
  if (!bytes) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' ? value : null
  } catch {
    throw new EngineError(
      'command',
      `${path.slice(path.lastIndexOf('/') + 1)} is not JSON.`,
      'Write it as JSON, or leave it out.',
    )
  }
}

/** Reads a file of the command. Refuses links, because this process may have more rights than the command. */
async function readPlain(path: string, mostBytes: number): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined)
  if (!file) return undefined
  try {
    const seen = await file.stat()
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (!seen.isFile() || seen.nlink > 1)
      throw new EngineError('command', `${name} is no plain file.`, 'Write it as a file.')
    if (seen.size > mostBytes) {
      throw new EngineError(
        'command',
        `${name} has ${seen.size} bytes; at most ${mostBytes} are taken.`,
        'Make it smaller.',
      )
    }
    return new Uint8Array(await file.readFile())
  } finally {
    await file.close()
  }
}
