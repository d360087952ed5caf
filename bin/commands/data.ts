import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Call, Command, Outcome } from './command.ts'
import { type Client, patiently, requestJson } from './connection.ts'
import { dataExpectationCommands } from './data-expectations.ts'
import { dataFindingCommands } from './data-findings.ts'
import { sqlCommands } from './data-sql.ts'
import { failed, usage } from './failure.ts'
import { numberText, showFields, showTable } from './show-table.ts'

const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i
const POLL_MS = 400

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Sends the file as it is; the server refuses bytes that changed on their way. Answers with their SHA-256. */
async function uploadFile(client: Client, path: string): Promise<string> {
  const digest = await digestOf(path)
  const address = new URL(`${client.url}/api/v1/uploads`)
  address.searchParams.set('sha256', digest)
  address.searchParams.set('filename', basename(path))
  const answer = await requestJson<{ digest: string }>(address.href, {
    method: 'POST',
    body: await openAsBlob(path),
    headers: { 'content-type': 'application/octet-stream' },
    token: client.token,
  })
  return answer.digest
}

/** Adds a file as a version of a dataset and waits until it is there. Throws with the server's reason when it is refused. */
export async function addFile(
  client: Client,
  input: { path: string; name: string; target?: string; time?: string },
  note: (line: string) => void,
) {
  const digest = await uploadFile(client, input.path)
  const { path, ...rest } = input
  const started = await client.api.data.add.mutate({ ...rest, fileName: basename(path), digest })
  let said = ''
  for (;;) {
    const now = await patiently(() => client.api.data.ingestion.query({ id: started.id }), note)
    if (now.state !== said) note(`${input.name}: ${now.state}`)
    said = now.state
    if (now.state === 'failed') throw failed(now.reason ?? 'The file was refused.', undefined, 'invalid')
    if (now.state === 'done') return now
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

async function add({ args, text, flag, client, note }: Call): Promise<Outcome> {
  const path = args[0]!
  if (ADDRESS.test(path))
    throw usage(
      `${path.split('://')[0]}:// sources come with a later version; this one adds files.`,
      'Fetch it into a file (CSV, TSV, JSON, NDJSON or Parquet, also .gz), then add that.',
    )
  for (const later of ['query', 'header', 'pages'])
    if (text(later) !== undefined)
      throw usage(`--${later} belongs to sources that come with a later version; this one adds files.`)
  if (flag('append'))
    throw usage('--append comes with a later version.', 'Add a file that holds all rows: it becomes the next version.')
  const found = await stat(path).catch(() => undefined)
  if (!found) throw usage(`There is no file ${path}.`)
  if (!found.isFile()) throw usage(`${path} is not a file.`)
  const name = text('name')!
  const done = await addFile(await client(), { path, name, target: text('target'), time: text('time') }, note)
  const document = {
    dataset: done.dataset,
    version: done.version,
    rows: done.rows,
    columns: done.columns,
    digest: done.digest,
    created: done.created,
    warnings: done.warnings,
  }
  const words = done.created
    ? `${done.dataset} v${done.version}: ${done.rows} rows, ${done.columns} columns.`
    : `These bytes are ${done.dataset} v${done.version} already; no new version was made.`
  return { document, text: [words, ...done.warnings.map(w => `  ${w}`)].join('\n') }
}

async function list({ client }: Call): Promise<Outcome> {
  const { items, next } = await (await client()).api.data.list.query({})
  return {
    document: { items, next },
    text:
      items.length === 0
        ? 'No dataset yet. Add one: fleximl data add FILE --name NAME'
        : showTable(
            ['DATASET', 'VERSION', 'ROWS', 'COLUMNS', 'CREATED', 'WARNINGS'],
            items.map(d => [d.dataset, d.version, d.rows, d.columns, d.createdAt, d.warnings.length]),
          ),
  }
}

async function show({ args, client }: Call): Promise<Outcome> {
  const shown = await (await client()).api.data.show.query({ dataset: args[0]! })
  return {
    document: { ...shown },
    text: [
      showFields([
        ['dataset', `${shown.dataset} v${shown.version}`],
        ['rows', shown.rows],
        ['columns', shown.columns],
        ['digest', shown.digest],
        ['created', shown.createdAt],
        ['versions', shown.versions.map(v => v.version).join(', ')],
      ]),
      '',
      showTable(
        ['COLUMN', 'TYPE', 'ROLE', 'MISSING', 'DISTINCT'],
        shown.schema.map(c => [c.name, c.type, c.role, c.missing, c.distinct]),
      ),
      ...shown.warnings.map(w => `warning: ${w}`),
    ].join('\n'),
  }
}

async function profile({ args, client, note }: Call): Promise<Outcome> {
  const { api } = await client()
  let shown = await api.data.profile.query({ dataset: args[0]! })
  for (let said = false; shown.state === 'queued' || shown.state === 'running'; said = true) {
    if (!said) note('The profile is being made …')
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
    shown = await patiently(() => api.data.profile.query({ dataset: args[0]! }), note)
  }
  if (shown.state === 'failed') throw failed(shown.reason ?? 'The profile could not be made.')
  return {
    document: { ...shown },
    text: [
      `${shown.dataset} v${shown.version}: ${shown.rows} rows, ${shown.duplicateRows ?? '–'} of them duplicates.`,
      '',
      showTable(
        ['COLUMN', 'TYPE', 'MISSING', 'DISTINCT', 'MIN', 'MEDIAN', 'MEAN', 'MAX', 'MOST FREQUENT'],
        shown.columns.map(c => [
          c.name,
          c.type,
          c.missing,
          c.distinctExact ? c.distinct : `~${c.distinct}`,
          typeof c.min === 'number' ? numberText(c.min) : c.min,
          numberText(c.quantiles['0.5']),
          numberText(c.mean),
          typeof c.max === 'number' ? numberText(c.max) : c.max,
          c.top[0] ? `${c.top[0].value} (${c.top[0].count})` : null,
        ]),
      ),
      ...shown.columns.flatMap(c => c.warnings.map(w => `warning: ${c.name}: ${w}`)),
    ].join('\n'),
  }
}

export const dataCommands: Command[] = [
  {
    name: 'data add',
    parameters: 'FILE',
    count: [1, 1],
    summary: 'Adds a file as a dataset, or as its next version; the same bytes make none.',
    more: 'FILE is CSV, TSV, JSON, NDJSON or Parquet, also gzipped. Addresses (URL, database, s3://) come with a later version.',
    options: {
      name: { type: 'string', value: 'N', help: 'the dataset', required: true },
      target: { type: 'string', value: 'COL', help: 'the column to be predicted' },
      time: { type: 'string', value: 'COL', help: 'the column that says when a row happened' },
      append: { type: 'boolean', help: 'a later version' },
      query: { type: 'string', value: 'SQL', help: 'of a database source: a later version' },
      header: { type: 'string', value: "'K: V'", help: 'of a URL source: a later version' },
      pages: { type: 'string', value: 'HOW', help: 'of a URL source: a later version' },
    },
    run: add,
  },
  { name: 'data ls', summary: 'Lists the datasets of the project.', run: list },
  {
    name: 'data show',
    parameters: 'N[@V]',
    count: [1, 1],
    summary: 'Shows a version of a dataset with its columns.',
    run: show,
  },
  {
    name: 'data profile',
    parameters: 'N[@V]',
    count: [1, 1],
    summary: 'Shows the profile of a version: counts, quantiles, frequent values, warnings.',
    run: profile,
  },
  ...dataFindingCommands,
  ...dataExpectationCommands,
  ...sqlCommands,
]
