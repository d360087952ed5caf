import { rename, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Call, Command, Outcome } from './command.ts'
import type { Client } from './connection.ts'
import { EXIT, failed, fromBody, toFailure, usage } from './failure.ts'
import { numberText, showFields, showTable } from './show-table.ts'
import { uploadFile } from './upload-file.ts'

/** A run id is printed as 32 hex digits everywhere. */
const runText = (run: string | null) => run?.replaceAll('-', '') ?? null

const formatMetrics = (metrics: Record<string, number | null>) =>
  Object.entries(metrics)
    .slice(0, 3)
    .map(([name, value]) => `${name} ${numberText(value)}`)
    .join(', ')

async function register({ args, text, client }: Call): Promise<Outcome> {
  const made = await (await client()).api.registry.register.mutate({
    run: args[0]!,
    name: text('name')!,
    ...(text('note') ? { note: text('note') } : {}),
  })
  return {
    document: { ...made, run: runText(made.run) },
    text: made.created
      ? `${made.model} v${made.version} was registered.`
      : `This run is ${made.model} v${made.version} already.`,
  }
}

async function describe({ args, text, client }: Call): Promise<Outcome> {
  const { model } = await (await client()).api.registry.describe.mutate({
    model: args[0]!,
    description: text('description')!,
  })
  return { document: { model, description: text('description') }, text: `The description of ${model} is changed.` }
}

async function list({ client }: Call): Promise<Outcome> {
  const { items, next } = await (await client()).api.registry.list.query({})
  return {
    document: { items, next },
    text:
      items.length === 0
        ? 'No model yet. Register a run: fleximl model register RUN --name NAME'
        : showTable(
            ['MODEL', 'NEWEST', 'CHAMPION', 'METRICS', 'UPDATED'],
            items.map(m => [m.model, m.latestVersion, m.champion, formatMetrics(m.metrics), m.updatedAt]),
          ),
  }
}

async function show({ args, client }: Call): Promise<Outcome> {
  const shown = await (await client()).api.registry.show.query({ model: args[0]! })
  const versions = shown.versions.map(v => ({ ...v, run: runText(v.run) }))
  return {
    document: { ...shown, versions },
    text: [
      showFields([
        ['model', shown.model],
        ['description', shown.description || null],
      ]),
      '',
      showTable(
        ['VERSION', 'STATE', 'ALIASES', 'METRICS', 'DIGEST', 'RUN'],
        versions.map(v => [
          v.version,
          v.state,
          v.aliases.join(', '),
          formatMetrics(v.metrics),
          v.digest.slice(0, 12),
          v.run,
        ]),
      ),
    ].join('\n'),
  }
}

/** Format of the export by file extension. */
const FORMATS: [RegExp, string][] = [
  [/\.onnx$/i, 'model.onnx'],
  [/\.fmlb$/i, 'model.fmlb'],
]

async function exportTo({ args, text, client: open }: Call): Promise<Outcome> {
  const target = resolve(text('to')!)
  const format = FORMATS.find(([end]) => end.test(target))
  if (!format) throw usage(`The extension of ${target} names no supported format.`, 'Use .onnx or .fmlb.')
  const client = await open()
  const { model, versions } = await client.api.registry.show.query({ model: args[0]! })
  const { version, digest } = versions[0]!
  const address = `${client.url}/api/v1/models/${model}/versions/${version}/${format[1]}`
  const bytes = await fetchBytes(client, address)
  await writeFile(`${target}.partial`, bytes)
  await rename(`${target}.partial`, target)
  return {
    document: { model, version, digest, bytes: bytes.length, path: target },
    text: `${model} v${version}: ${bytes.length} bytes in ${target}.`,
  }
}

async function fetchBytes(client: Client, address: string): Promise<Uint8Array> {
  const response = await fetch(address, { headers: { authorization: `Bearer ${client.token}` } }).catch(error => {
    throw toFailure(error, client.url)
  })
  if (response.ok) return new Uint8Array(await response.arrayBuffer())
  const body = (await response.json().catch(() => undefined)) as { error?: Parameters<typeof fromBody>[0] } | undefined
  throw fromBody(body?.error ?? { code: 'internal', message: `${client.url} answered ${response.status}.` })
}

async function importFile({ args, text, list: listOf, client: open, note }: Call): Promise<Outcome> {
  const path = args[0]!
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) throw usage(`There is no file ${path}.`)
  const task = text('task')
  if (task !== undefined && !isTask(task))
    throw usage(`--task ${task} is not supported.`, 'Use regression, binary or multiclass.')
  const client = await open()
  const digest = await uploadFile(client, path, note)
  const made = await client.api.registry.import.mutate({
    digest,
    name: text('name')!,
    ...(task ? { task } : {}),
    ...(text('target') ? { target: text('target') } : {}),
    ...(text('note') ? { note: text('note') } : {}),
    ...(listOf('columns') ? { columns: listOf('columns') } : {}),
    ...(listOf('classes') ? { classes: listOf('classes') } : {}),
  })
  return {
    document: { ...made },
    text: made.created
      ? `${made.model} v${made.version} was imported (${made.task}). It takes ${made.columns.slice(0, 12).join(', ')}${made.columns.length > 12 ? ` and ${made.columns.length - 12} more` : ''}.`
      : `This file is ${made.model} v${made.version} already.`,
  }
}

const TASKS = ['regression', 'binary', 'multiclass'] as const
const isTask = (text: string): text is (typeof TASKS)[number] => (TASKS as readonly string[]).includes(text)

type Switched = {
  endpoint: string
  model: string
  version: number
  previous: number | null
  revision: number
  primary: boolean
  switchedInMs: number | null
  laggards: { host: string; pid: number; error: string | null }[]
}

function switched(verb: string, done: Switched): Outcome {
  const before = done.previous === null ? '' : `, instead of v${done.previous}`
  const pace =
    done.switchedInMs === null ? '' : ` Every inference server switched within ${Math.round(done.switchedInMs)} ms.`
  const late = done.laggards.map(l => `not switched yet: ${l.host}, process ${l.pid}${l.error ? `: ${l.error}` : ''}`)
  return {
    document: { ...done },
    text: [`${done.endpoint} ${verb} ${done.model} v${done.version}${before}.${pace}`, ...late].join('\n'),
  }
}

async function promote({ args, text, client }: Call): Promise<Outcome> {
  const done = await (await client()).api.serving.promote.mutate({
    model: args[0]!,
    endpoint: text('endpoint')!,
    reason: text('reason'),
    timeColumn: text('time'),
  })
  return switched('answers with', done)
}

async function rollback({ args, text, whole, client }: Call): Promise<Outcome> {
  const done = await (await client()).api.serving.rollback.mutate({
    endpoint: args[0]!,
    to: whole('to', 1),
    reason: text('reason'),
  })
  return switched('is back at', done)
}

async function retry({ args, text, client }: Call): Promise<Outcome> {
  const done = await (await client()).api.serving.retry.mutate({ endpoint: args[0]!, reason: text('reason') })
  const { serving, alive } = done.servers
  const reasons = done.models.flatMap(({ host, pid, models }) =>
    models.flatMap(({ model, version, reason }) =>
      reason ? [`${host}, process ${pid}: ${model} v${version} is out of traffic: ${reason}.`] : [],
    ),
  )
  return {
    document: { ...done },
    text: [
      `${serving} of ${alive} inference servers have ${done.model} v${done.version} loaded at ${done.endpoint}.`,
      ...reasons,
    ].join('\n'),
    status: serving === alive ? EXIT.done : EXIT.failed,
  }
}

async function primary({ args, client }: Call): Promise<Outcome> {
  const { api } = await client()
  const [model, endpoint] = [args[0]!, args[1]]
  if (endpoint === undefined) {
    const { items } = await api.serving.list.query({})
    const found = items.find(e => e.primary && e.model === model)
    return {
      document: { model, endpoint: found?.endpoint ?? null, version: found?.version ?? null },
      text: found
        ? `The primary endpoint of ${model} is ${found.endpoint}; it serves v${found.version}.`
        : `No endpoint that serves ${model} is its primary endpoint.`,
    }
  }
  const done = await api.serving.choosePrimary.mutate({ model, endpoint })
  const before = done.previous === null || done.previous === endpoint ? '' : `, instead of ${done.previous}`
  return {
    document: { ...done },
    text: `${done.endpoint} is the primary endpoint of ${done.model}${before}; the champion is v${done.version}.`,
  }
}

async function history({ args, text, client }: Call): Promise<Outcome> {
  const at = text('at')
  if (at !== undefined && at.trim() === '') throw usage('--at is empty.', 'Give a time, as 2026-03-01T14:03.')
  const found = await (await client()).api.serving.history.query({ endpoint: args[0]!, at })
  if (at !== undefined && found.version === undefined)
    throw failed(`No version was in force at ${args[0]} at ${found.at ?? at}.`, undefined, 'not_found')
  const inForce =
    found.version === undefined
      ? []
      : [`At ${found.at ?? at}: ${found.model} v${found.version}, revision ${found.revision}.`, '']
  return {
    document: { ...found },
    text: [
      ...inForce,
      showTable(
        ['REVISION', 'AT', 'ACTION', 'MODEL', 'VERSION', 'ACTOR', 'REASON'],
        found.items.map(i => [i.revision, i.at, i.action, i.model, i.version, i.actorName, i.reason]),
      ),
    ].join('\n'),
  }
}

const REASON = { type: 'string', value: 'WORDS', help: 'kept in the history and the audit log' } as const

export const registryCommands: Command[] = [
  {
    name: 'model register',
    parameters: 'RUN',
    count: [1, 1],
    summary: 'Registers the model of a succeeded run as the next version of a model.',
    options: {
      name: { type: 'string', value: 'M', help: 'the model', required: true },
      note: { type: 'string', value: 'WORDS', help: 'a note on the version' },
    },
    run: register,
  },
  {
    name: 'model describe',
    parameters: 'M',
    count: [1, 1],
    summary: 'Changes the description of a model.',
    options: { description: { type: 'string', value: 'TEXT', help: 'what it is for', required: true } },
    run: describe,
  },
  { name: 'model ls', summary: 'Lists the models of the project.', run: list },
  {
    name: 'model show',
    parameters: 'M[@V]',
    count: [1, 1],
    summary: 'Shows a model with its versions and aliases.',
    run: show,
  },
  {
    name: 'model import',
    parameters: 'FILE',
    count: [1, 1],
    summary: 'Imports an ONNX classifier or regressor as the next version of a model.',
    more: 'The file may take one tensor of rows × columns, or a tensor per column. External weights, custom operators, loops and sizes that cells decide are refused; the model predicts generated rows before it is stored.',
    options: {
      name: { type: 'string', value: 'M', help: 'the model', required: true },
      task: {
        type: 'string',
        value: 'T',
        help: 'regression, binary or multiclass; by default what the file seems to be',
      },
      target: { type: 'string', value: 'COL', help: 'what is predicted' },
      columns: { type: 'string', value: 'A,B', help: 'names of its columns, in their order' },
      classes: { type: 'string', value: 'A,B', help: 'names of its classes, in the order of its probabilities' },
      note: { type: 'string', value: 'WORDS', help: 'a note on the version' },
    },
    run: importFile,
  },
  {
    name: 'model export',
    parameters: 'M[@V]',
    count: [1, 1],
    summary: 'Exports a version with its recipe to a file for other programs.',
    more: 'The extension chooses the format: .onnx (opset 17 and ai.onnx.ml 3, for ONNX Runtime and others), .fmlb (the bundle of FlexiML). The inputs of an ONNX file are the columns, each rows × 1: numbers and booleans double (missing: NaN), times int64 milliseconds (missing: the least int64), categories string (missing: empty).',
    options: { to: { type: 'string', value: 'FILE', help: 'where it is written', required: true } },
    run: exportTo,
  },
  {
    name: 'model promote',
    parameters: 'M@V',
    count: [1, 1],
    summary: 'Makes an endpoint serve a version; creates the endpoint if there is none.',
    options: {
      endpoint: { type: 'string', value: 'E', help: 'the endpoint', required: true },
      time: { type: 'string', value: 'COL', help: 'the column with the event time of the rows in a request' },
      reason: REASON,
    },
    run: promote,
  },
  {
    name: 'model rollback',
    parameters: 'E',
    count: [1, 1],
    summary: 'Makes an endpoint serve its previous version again, or the version --to.',
    options: { to: { type: 'string', value: 'V', help: 'a version’s number' }, reason: REASON },
    run: rollback,
  },
  {
    name: 'model retry',
    parameters: 'E',
    count: [1, 1],
    summary: 'Tries a model again that the inference servers took out of traffic.',
    options: { reason: REASON },
    run: retry,
  },
  {
    name: 'model primary',
    parameters: 'M [E]',
    count: [1, 2],
    summary: 'Shows the primary endpoint of a model, or makes E it. The alias champion follows this endpoint.',
    run: primary,
  },
  {
    name: 'model history',
    parameters: 'E',
    count: [1, 1],
    summary: 'Lists the revisions of an endpoint, newest first, or the one in force at a time.',
    options: {
      at: { type: 'string', value: 'TIME', help: 'as 2026-03-01T14:03; without an offset in the project’s zone' },
    },
    run: history,
  },
]
