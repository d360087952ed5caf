import { randomUUID } from 'node:crypto'
import { describeRowError } from '#ml/rows/describe-error.ts'
import type { Signature } from '#server/registry/contract.ts'
import {
  type FeedbackAnswer,
  MAX_BODY_BYTES,
  MAX_ROWS,
  type OddRows,
  type PredictAnswer,
  ROW_POLICIES,
} from '#server/serving/contract.ts'
import type { Call, Command, Outcome, World } from './command.ts'
import { type Client, requestJson } from './connection.ts'
import { watchIngestion } from './data-sources.ts'
import { EXIT, Failure, failed, usage } from './failure.ts'
import { batchesOf, compileFit, fitRows } from './fit-rows.ts'
import type { Row } from './parse-json-rows.ts'
import { readRows } from './read-rows.ts'
import { numberText, showTable } from './show-table.ts'

/** Bytes reserved for the field names around the rows. */
const BATCH_BYTES = MAX_BODY_BYTES * 0.8
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Returns the address of the endpoint: FLEXIML_INFERENCE_URL, else INFERENCE_PORT on the machine of the server, else the address that the
 * server reports. A reported loopback address of a remote server is replaced by its host name.
 */
export function endpointUrl(endpoint: string, webUrl: string, env: World['env']): string {
  const url = new URL(endpoint)
  const web = new URL(webUrl)
  if (env.FLEXIML_INFERENCE_URL) return `${env.FLEXIML_INFERENCE_URL.replace(/\/$/, '')}${url.pathname}`
  if (LOOPBACK.test(url.hostname) && !LOOPBACK.test(web.hostname)) url.hostname = web.hostname
  if (env.INFERENCE_PORT) url.port = env.INFERENCE_PORT
  return url.href
}

export const endpointOf = (client: Client, endpoint: string) => client.api.serving.show.query({ endpoint })

/** Posts JSON. Retries with backoff while the server reports `too_many_requests`. */
async function post<T>(url: string, client: Client, requestId: string, body: unknown): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await requestJson<T>(url, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', 'x-request-id': requestId },
        token: client.token,
      })
    } catch (error) {
      const busy = error instanceof Failure && error.body.code === 'too_many_requests'
      if (!busy || tries >= 5) throw error
      await new Promise(resolve => setTimeout(resolve, 500 * 2 ** tries))
    }
  }
}

export interface Item {
  row: Row
  time?: unknown
  id?: unknown
}

/** Sends rows in as few requests as possible and joins the responses. Errors count rows from the start of the file. */
export async function predictItems(
  client: Client,
  url: string,
  items: Item[],
  note: (line: string) => void,
): Promise<PredictAnswer> {
  const requestId = randomUUID()
  const joined: PredictAnswer = {
    predictions: [],
    ids: [],
    model: '',
    version: 0,
    requestId,
    warnings: [],
    errors: [],
  }
  const batches = batchesOf(items, MAX_ROWS, BATCH_BYTES)
  for (const batch of batches) {
    const sent = joined.ids.length
    const answer = await post<PredictAnswer>(`${url}/predict`, client, requestId, {
      rows: batch.map(i => i.row),
      ...(batch.some(i => i.time !== undefined) ? { times: batch.map(i => i.time ?? null) } : {}),
      ...(batch.some(i => i.id !== undefined) ? { ids: batch.map(i => i.id ?? null) } : {}),
    }).catch(error => {
      throw shifted(error, sent)
    })
    if (joined.version !== 0 && joined.version !== answer.version)
      note(`The endpoint switched from v${joined.version} to v${answer.version} after row ${sent}.`)
    // A batch has at most 10,000 rows, below the limit of arguments of a call.
    joined.predictions.push(...answer.predictions)
    joined.ids.push(...answer.ids)
    if (answer.probabilities) {
      joined.probabilities ??= []
      joined.probabilities.push(...answer.probabilities)
      joined.classes = answer.classes
    }
    joinReport(joined, answer, sent)
    joined.model = answer.model
    joined.version = answer.version
    if (batches.length > 1) note(`${joined.ids.length} of ${items.length} rows`)
  }
  return joined
}

/** Adds the warnings and errors of a batch, with row numbers counted from the start of the file. */
function joinReport(joined: PredictAnswer, answer: PredictAnswer, sent: number): void {
  joined.warnings.push(...answer.warnings.map(w => ({ ...w, row: w.row + sent })))
  joined.errors.push(...answer.errors.map(e => ({ ...e, row: e.row + sent })))
  if (answer.failedRows) joined.failedRows = (joined.failedRows ?? 0) + answer.failedRows
  for (const count of answer.warningCounts ?? []) {
    joined.warningCounts ??= []
    const known = joined.warningCounts.find(c => c.column === count.column && c.code === count.code)
    if (known) known.rows += count.rows
    else joined.warningCounts.push({ ...count })
  }
}

/** Returns the error with row numbers counted from the start of the file. */
function shifted(error: unknown, by: number): unknown {
  if (!(error instanceof Failure) || by === 0) return error
  const details = error.body.details?.map(d => {
    const detail = d as { row?: number }
    return detail.row === undefined ? detail : { ...detail, row: detail.row + by }
  })
  return new Failure(error.status, {
    ...error.body,
    message: `${error.body.message} The first ${by} rows were answered.`,
    ...(details ? { details } : {}),
  })
}

const requireColumn = (rows: Row[], column: string | undefined, option: string) => {
  if (column !== undefined && !rows.some(row => Object.hasOwn(row, column)))
    throw usage(`--${option} ${column}: the rows have no such column.`)
}

async function predict({ args, text, client, world, note }: Call): Promise<Outcome> {
  const open = await client()
  const shown = await endpointOf(open, args[0]!)
  const { rows } = await readRows(args[1]!, world.stdin)
  const [time, id] = [text('time'), text('id')]
  requireColumn(rows, time, 'time')
  requireColumn(rows, id, 'id')
  let sent = rows
  const timeOf = readTime(shown, time)
  if (shown.signature) {
    const fitted = fitRows(rows, shown.policy === 'strict', shown.signature)
    const unused = fitted.leftOut.filter(name => name !== time && name !== id)
    if (unused.length > 0) note(`Not used by ${shown.model} v${shown.version} and not sent: ${unused.join(', ')}.`)
    if (fitted.plain.length > 0)
      note(`Numbers of ${fitted.plain.join(', ')} are written with a decimal point in this file, unlike in training.`)
    sent = fitted.rows
  }
  const blank = (value: unknown) => (value === '' ? null : value)
  const items = sent.map((row, i) => ({
    row,
    ...(time ? { time: blank(timeOf(rows[i]![time])) } : {}),
    ...(id ? { id: blank(rows[i]![id]) } : {}),
  }))
  const answer = await predictItems(open, endpointUrl(shown.url, open.url, world.env), items, note)
  for (const line of describeReport(answer)) note(line)
  return {
    document: { ...answer },
    text: showTable(
      ['ROW', 'PREDICTION', ...(answer.classes ?? []).map(c => `P(${c})`), 'ID'],
      answer.predictions.map((p, i) => [
        i + 1,
        typeof p === 'number' ? Number(numberText(p)) : (p ?? '-'),
        ...(answer.probabilities?.[i] ?? []).map(x => Number(numberText(x))),
        answer.ids[i] ?? '-',
      ]),
    ),
    status: answer.predictions.every(p => p === null) ? EXIT.failed : EXIT.done,
  }
}

/** Returns the reader of times for a column of the file: by its format if the model has that column. */
function readTime(shown: { signature: Signature | null }, name: string | undefined): (cell: unknown) => unknown {
  const column = shown.signature?.columns.find(c => c.name === name && c.type === 'datetime')
  return column ? compileFit(column) : cell => (typeof cell === 'string' ? cell.trim() : cell)
}

const CODES: Record<string, string> = {
  missing: 'missing',
  absent_column: 'without the column',
  unseen: 'with a value that training did not have',
  fraction: 'with a fraction where training had whole numbers',
  extra_column: 'with a column that the model does not have',
}
const LISTED = 10

/** Describes warnings and errors for a person, a line each. */
export function describeReport({ warningCounts = [], errors, failedRows = 0, predictions }: PredictAnswer): string[] {
  const counted = (n: number) => (n === 1 ? '1 row' : `${n} rows`)
  const lines = warningCounts.map(({ column, code, rows }) => `${column}: ${counted(rows)} ${CODES[code] ?? code}.`)
  for (const e of errors.slice(0, LISTED)) lines.push(describeRowError(e, `Row ${e.row + 1}`))
  if (failedRows > 0)
    lines.push(`${failedRows} of ${counted(predictions.length)} could not be understood and have no prediction.`)
  return lines
}

export interface Truth {
  id: unknown
  actual: unknown
  time?: unknown
}

export async function sendFeedback(
  client: Client,
  url: string,
  truths: Truth[],
  note: (line: string) => void,
): Promise<FeedbackAnswer> {
  const total: FeedbackAnswer = { accepted: 0, duplicates: 0, unknown: [], rejected: 0, errors: [] }
  const requestId = randomUUID()
  const batches = batchesOf(truths, MAX_ROWS, BATCH_BYTES)
  let sent = 0
  for (const rows of batches) {
    const answer = await post<FeedbackAnswer>(`${url}/feedback`, client, requestId, { rows }).catch(error => {
      throw shifted(error, sent)
    })
    total.rejected += answer.rejected
    total.errors.push(...answer.errors.map(e => ({ ...e, row: e.row + sent })))
    sent += rows.length
    total.accepted += answer.accepted
    total.duplicates += answer.duplicates
    total.unknown.push(...answer.unknown)
    if (batches.length > 1) note(`${sent} of ${truths.length} rows`)
  }
  return total
}

async function feedback({ args, text, client, world, note }: Call): Promise<Outcome> {
  const open = await client()
  const shown = await endpointOf(open, args[0]!)
  const { rows } = await readRows(args[1]!, world.stdin)
  const [id, actual, time] = [text('id') ?? 'id', text('actual') ?? 'actual', text('time')]
  for (const [column, option] of [
    [id, 'id'],
    [actual, 'actual'],
  ] as const)
    if (!rows.some(row => Object.hasOwn(row, column)))
      throw failed(`The rows have no column “${column}”.`, `Name the column: --${option} COL.`, 'invalid')
  requireColumn(rows, time, 'time')
  const timeColumn = time ?? 'time'
  const trimmed = (cell: unknown) => (typeof cell === 'string' ? cell.trim() : cell)
  const truths = rows.map(row => ({
    id: trimmed(row[id]),
    actual: row[actual],
    ...(row[timeColumn] ? { time: trimmed(row[timeColumn]) } : {}),
  }))
  const answer = await sendFeedback(open, endpointUrl(shown.url, open.url, world.env), truths, note)
  return {
    document: { ...answer },
    text: [
      `${answer.accepted} accepted, ${answer.duplicates} known before, ${answer.unknown.length} without a prediction, ${answer.rejected} rejected.`,
      ...answer.errors.slice(0, LISTED).map(e => describeRowError(e, `Row ${e.row + 1}`)),
    ].join('\n'),
    status: answer.accepted + answer.duplicates === 0 ? EXIT.failed : EXIT.done,
  }
}

async function batch({ args, text, flag, client, note }: Call): Promise<Outcome> {
  const open = await client()
  const [endpoint, data, to] = [args[0]!, text('data'), text('to')]
  if (!data || !to)
    throw usage('--data and --to are needed.', 'As: fleximl batch demand --data hours --to hours-predicted.')
  const { job, ingestion, dataset } = await open.api.serving.predictDataset.mutate({ endpoint, data, to })
  if (!flag('wait'))
    return {
      document: { job, ingestion, dataset, version: null, rows: null, errors: null },
      text: `Predicting ${data} with ${endpoint}; the result becomes a version of ${dataset}.`,
    }
  const done = await watchIngestion(open, ingestion, dataset, note)
  const { rows = null, errors = null, warningCounts = [] } = done.predictions ?? {}
  return {
    document: { job, ingestion, dataset, version: done.version, rows, errors, warningCounts },
    text: [
      `${dataset} v${done.version}: ${rows} rows with predictions, ${errors} without.`,
      ...warningCounts.map(c => `${c.column}: ${c.rows} rows ${CODES[c.code] ?? c.code}.`),
    ].join('\n'),
  }
}

async function policy({ args, text, client }: Call): Promise<Outcome> {
  const { api } = await client()
  const [endpoint, wished] = [args[0]!, args[1]]
  if (wished === undefined) {
    const { policy, odd } = await api.serving.show.query({ endpoint })
    return {
      document: { endpoint, policy, ...odd },
      text: [`${endpoint} reads rows by the ${policy} policy.`, ...describeRefusals(odd)].join('\n'),
    }
  }
  const policyWished = ROW_POLICIES.find(each => each === wished)
  if (!policyWished) throw usage(`“${wished}” is no policy.`, `Choose ${ROW_POLICIES.join(' or ')}.`)
  const done = await api.serving.changePolicy.mutate({ endpoint, policy: policyWished, reason: text('reason') })
  return {
    document: { ...done },
    text: `${endpoint} reads rows by the ${done.policy} policy (before: ${done.previous}).`,
  }
}

function describeRefusals({ days, refused, answerable, failedRows, cells }: OddRows): string[] {
  const since = `In the last ${days} days`
  return [
    ...(refused > 0
      ? [
          `${since} ${refused} requests were refused for their cells; lenient would have answered ${answerable} of them.`,
        ]
      : []),
    ...(failedRows > 0 ? [`${since} ${failedRows} rows could not be understood.`] : []),
    ...(cells.length > 0
      ? [
          '',
          showTable(
            ['COLUMN', 'CODE', 'ROWS'],
            cells.map(c => [c.column, c.code, c.rows]),
          ),
        ]
      : []),
  ]
}

const FILE = 'Takes what `data add` takes: CSV, TSV, JSON, NDJSON and Parquet, also compressed; - reads standard input.'

export const servingCommands: Command[] = [
  {
    name: 'batch',
    parameters: 'E',
    count: [1, 1],
    summary: 'Predicts every row of a dataset version; the rows with their predictions become a dataset version.',
    more: 'Adds the columns prediction and, for classes, probability_<class>; prediction_error has the reason where a row has none.',
    options: {
      data: { type: 'string', value: 'N[@V]', help: 'the dataset, or a version of it' },
      to: { type: 'string', value: 'NAME', help: 'the dataset that gets the result' },
      wait: { type: 'boolean', help: 'wait until the version is there' },
    },
    run: batch,
  },
  {
    name: 'endpoint policy',
    parameters: 'E [lenient|strict]',
    count: [1, 2],
    summary: 'Shows or changes how an endpoint reads rows.',
    more: 'lenient: odd cells are answered and reported, and a row that cannot be understood has no prediction. strict: a request with such a cell is refused.',
    options: { reason: { type: 'string', value: 'R', help: 'kept in the audit log' } },
    run: policy,
  },
  {
    name: 'predict',
    parameters: 'E FILE|-',
    count: [2, 2],
    summary: 'Predicts rows with an endpoint.',
    more: `${FILE} Only the columns that the model takes are sent.`,
    options: {
      time: { type: 'string', value: 'COL', help: 'the column with the event time of a row' },
      id: { type: 'string', value: 'COL', help: 'a column of your own ids, by which feedback may name the rows' },
    },
    run: predict,
  },
  {
    name: 'feedback',
    parameters: 'E FILE|-',
    count: [2, 2],
    summary: 'Sends the ground truth of earlier predictions to an endpoint.',
    more: `Rows have the columns id (from predict), actual and, when known, time. ${FILE}`,
    options: {
      id: { type: 'string', value: 'COL', help: 'the column of ids (id)' },
      actual: { type: 'string', value: 'COL', help: 'the column of true values (actual)' },
      time: { type: 'string', value: 'COL', help: 'the column with the time when the truth became known (time)' },
    },
    run: feedback,
  },
]
