import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ColumnFormat } from '#ml/cells/column-format.ts'
import type { CheckCounts, LeakCounts } from '#server/data/contract.ts'
import type { ShownRelations } from '#server/data/profile/contract.ts'
import { printFormat } from '#tables/format/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { type Client, retryWhileUnreachable } from './connection.ts'
import { dataExpectationCommands } from './data-expectations.ts'
import { dataFindingCommands } from './data-findings.ts'
import { addAddress, dataSourceCommands, ingestionOutcome, SOURCE_OPTIONS, watchIngestion } from './data-sources.ts'
import { sqlCommands } from './data-sql.ts'
import { dataStorageCommands } from './data-storage.ts'
import { failed, usage } from './failure.ts'
import { isAddress } from './parse-source.ts'
import { READING_OPTIONS, type ReadingInput, readingInput } from './reading-options.ts'
import { numberText, showFields, showTable } from './show-table.ts'
import { uploadFile } from './upload-file.ts'

const POLL_MS = 400

/** Adds a file as a version of a dataset and waits until it exists. Throws with the reason of the server if it fails. */
export async function addFile(
  client: Client,
  input: { path: string; name: string; target?: string; time?: string; append?: boolean } & ReadingInput,
  note: (line: string) => void,
) {
  const digest = await uploadFile(client, input.path, note)
  const { path, ...rest } = input
  const started = await client.api.data.add.mutate({ ...rest, fileName: basename(path), digest })
  return watchIngestion(client, started.id, input.name, note)
}

async function add(call: Call): Promise<Outcome> {
  const { args, text, texts, flag, client, note } = call
  const path = args[0]!
  if (isAddress(path)) return addAddress(call, path)
  for (const name of Object.keys(SOURCE_OPTIONS))
    if (name === 'header' ? texts(name).length > 0 : text(name) !== undefined)
      throw usage(`--${name} belongs to addresses; ${path} is a file.`)
  const found = await stat(path).catch(() => undefined)
  if (!found) throw usage(`There is no file ${path}.`)
  if (!found.isFile()) throw usage(`${path} is not a file.`)
  const options = { target: text('target'), time: text('time'), append: flag('append'), ...(await readingInput(call)) }
  const done = await addFile(await client(), { path, name: text('name')!, ...options }, note)
  return ingestionOutcome(done, 'These bytes')
}

const NOT_CHECKED = { none: 'none', unchecked: 'not checked', checking: 'checking', failed: 'check failed' } as const
const checksText = ({ state, failing, total }: CheckCounts): string =>
  state === 'checked' ? `${failing} of ${total} fail` : NOT_CHECKED[state]
const leaksText = ({ state, found }: LeakCounts): string =>
  state === 'checked' ? `${found} found` : state === 'none' ? 'no target' : NOT_CHECKED[state]

async function list({ client }: Call): Promise<Outcome> {
  const { items, next } = await (await client()).api.data.list.query({})
  return {
    document: { items, next },
    text:
      items.length === 0
        ? 'No dataset yet. Add one: fleximl data add FILE --name NAME'
        : showTable(
            ['DATASET', 'VERSION', 'ROWS', 'COLUMNS', 'CREATED', 'WARNINGS', 'CHECKS', 'LEAKS'],
            items.map(d => [
              d.dataset,
              d.version,
              d.rows,
              d.columns,
              d.createdAt,
              d.warnings.length,
              checksText(d.checks),
              leaksText(d.leaks),
            ]),
          ),
  }
}

/** Writes how a column's cells are written, without the texts that always mean missing. */
const formatText = (format: ColumnFormat | undefined): string =>
  format ? printFormat({ ...format, missing: undefined }) : ''

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
        ['COLUMN', 'TYPE', 'ROLE', 'MISSING', 'DISTINCT', 'FORMAT'],
        shown.schema.map(c => [c.name, c.type, c.role, c.missing, c.distinct, formatText(c.format)]),
      ),
      ...shown.warnings.map(w => `warning: ${w}`),
    ].join('\n'),
  }
}

async function profile({ args, client, note }: Call): Promise<Outcome> {
  const { api } = await client()
  let shown = await api.data.profile.query({ dataset: args[0]! })
  const isPending = (state: string | null) => state === 'queued' || state === 'running'
  for (let noted = false; isPending(shown.state) || isPending(shown.relationsState); noted = true) {
    if (!noted) note('Computing the profile …')
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
    shown = await retryWhileUnreachable(() => api.data.profile.query({ dataset: args[0]! }), note)
  }
  if (shown.state === 'failed') throw failed(shown.reason ?? 'The profile failed.')
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
      ...relationLines(shown.correlations),
      ...shown.warnings.map(w => `${w.severity}: ${w.sentence}`),
    ].join('\n'),
  }
}

/** Formats the relations of the columns with the target, strongest first. */
function relationLines(r: ShownRelations | null): string[] {
  if (r?.target == null || r.targetRelations.length === 0) return []
  const basis = r.exact ? 'all rows' : `a sample of ${r.sampledRows} rows, seed ${r.seed}`
  return [
    '',
    `Relation to ${r.target} (${basis}):`,
    showTable(
      ['COLUMN', 'MEASURE', 'VALUE', 'SPEARMAN', 'INFORMATION'],
      r.targetRelations
        .slice(0, 20)
        .map(t => [t.column, t.measure, numberText(t.value), numberText(t.spearman), numberText(t.mutualInformation)]),
    ),
    '',
  ]
}

export const dataCommands: Command[] = [
  {
    name: 'data add',
    parameters: 'FILE|ADDRESS',
    count: [1, 1],
    summary: 'Adds rows as a dataset, or as its next version; the same rows make none.',
    more: 'FILE is CSV, TSV, JSON, NDJSON, Parquet or Excel (.xlsx), also compressed with gzip, zstd or zip. How its cells are written is inferred from all of them; `data show` prints it, --format changes it. ADDRESS is http(s)://…, postgres://USER:PASSWORD@HOST/DATABASE, mysql://…, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or azure://ACCOUNT/CONTAINER/PREFIX; `data refresh` reads it again. Keys of object stores come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY; GCS_…; AZURE_STORAGE_KEY).',
    options: {
      name: { type: 'string', value: 'N', help: 'the dataset', required: true },
      target: { type: 'string', value: 'COL', help: 'the column to be predicted' },
      time: { type: 'string', value: 'COL', help: 'the column with the event time of a row' },
      append: { type: 'boolean', help: 'put the rows below those of the newest version' },
      ...READING_OPTIONS,
      ...SOURCE_OPTIONS,
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
    summary: 'Shows the profile of a version: counts, quantiles, frequent values, correlations, warnings.',
    run: profile,
  },
  ...dataFindingCommands,
  ...dataSourceCommands,
  ...dataExpectationCommands,
  ...dataStorageCommands,
  ...sqlCommands,
]
