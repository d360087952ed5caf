import { AppError, type ErrorDetail } from '#server/kernel/errors.ts'
import { MAX_ROWS } from '#server/serving/contract.ts'
import { resolveInstant } from '#server/serving/service.ts'
import { nestsDeeper } from '#tables/read/json-depth.ts'

const MAX_DETAILS = 100
/** Maximum JSON depth of a cell. */
const MAX_DEPTH = 32

/** Parses the body of a request as JSON. Throws `bad_request`. */
export function parseBody(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0)
    throw new AppError('bad_request', 'The body is empty.', { hint: 'Send {"rows": [{"column": value}]} as JSON.' })
  if (nestsDeeper(body, MAX_DEPTH))
    throw new AppError('bad_request', `The body nests deeper than ${MAX_DEPTH} levels.`, {
      hint: 'Send {"rows": [{"column": value}]}.',
    })
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new AppError('bad_request', `The body is not JSON: ${(cause as Error).message}`, {
      hint: 'Send {"rows": [{"column": value}]}.',
      cause,
    })
  }
}

export const invalid = (message: string, details: ErrorDetail[]) =>
  new AppError('invalid', message, {
    details: details.slice(0, MAX_DETAILS),
    ...(details.length > MAX_DETAILS
      ? { hint: `${details.length} cells do not fit; the first ${MAX_DETAILS} are listed.` }
      : {}),
  })

export const got = (value: unknown) => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return `the text “${value.slice(0, 40)}”`
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : String(value)
}

export interface PredictRequest {
  rows: Record<string, unknown>[]
  times?: unknown[]
  ids?: (string | null)[]
}

/** Throws `invalid` naming what does not fit, `too_large` above the limit of rows. The model checks the cells. */
export function readPredict(body: unknown): PredictRequest {
  const b = body as { rows?: unknown; times?: unknown; ids?: unknown } | null
  const rows = b !== null && typeof b === 'object' ? b.rows : undefined
  if (!Array.isArray(rows))
    throw new AppError('invalid', 'The body has no list “rows”.', {
      hint: 'Send {"rows": [{"column": value}]}.',
      details: [{ column: 'rows', expected: 'a list of objects', got: got(rows) }],
    })
  if (rows.length === 0)
    throw invalid('There are no rows.', [{ column: 'rows', expected: 'at least one row', got: 'an empty list' }])
  requireFewRows(rows)
  const { times, ids } = b as { times?: unknown; ids?: unknown }
  for (const [name, list] of [
    ['times', times],
    ['ids', ids],
  ] as const)
    if (list !== undefined && list !== null && (!Array.isArray(list) || list.length !== rows.length))
      throw invalid(`“${name}” must have one entry per row.`, [
        {
          column: name,
          expected: `a list of ${rows.length}`,
          got: Array.isArray(list) ? `a list of ${list.length}` : got(list),
        },
      ])
  return {
    rows,
    ...(Array.isArray(times) ? { times } : {}),
    ...(Array.isArray(ids) ? { ids: ids.map(readCallerId) } : {}),
  }
}

export function requireFewRows(rows: unknown[]): void {
  if (rows.length > MAX_ROWS)
    throw new AppError('too_large', `${rows.length} rows in one request; at most ${MAX_ROWS} are answered.`, {
      hint: 'Send them in several requests.',
    })
}

function readCallerId(value: unknown, row: number): string | null {
  if (value === null) return null
  if (typeof value === 'string' && value.length > 0 && value.length <= 200) return value
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  throw invalid('An id does not fit.', [
    { row, column: 'ids', expected: 'a text of 1 to 200 characters, a number or null', got: got(value) },
  ])
}

export interface TimeSource {
  times?: unknown[]
  /** The header `x-event-time`. */
  header?: string
  /** The endpoint's declared column. */
  column: string | null
  zone: string
  receivedAtMs: number
  /** Called for each cell of `column` that is no time; absent: the request is refused. */
  reject?: (error: { row: number; column: string; expected: string; got: string }) => void
}

/**
 * Returns the event time of each row, ISO 8601 in UTC: its entry of `times`, else the header, else the endpoint's time column, else the arrival.
 * Times without an offset are in the zone of the project. Throws `invalid` naming each invalid time.
 */
export function eventTimes(rows: readonly Record<string, unknown>[], source: TimeSource): string[] {
  const arrival = new Date(source.receivedAtMs).toISOString()
  const { times, header, column, zone } = source
  const read = (value: unknown): string | undefined => {
    if (typeof value !== 'string') return undefined
    const ms = resolveInstant(value, zone)
    return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
  }
  let fallback: string | undefined
  if (header !== undefined) {
    fallback = read(header)
    if (!fallback)
      throw invalid('The header x-event-time is not a time.', [
        { column: 'x-event-time', expected: 'ISO 8601, as 2026-03-01T14:00Z', got: got(header) },
      ])
  }
  if (!times && (fallback || column === null)) return new Array<string>(rows.length).fill(fallback ?? arrival)
  const errors: ErrorDetail[] = []
  const result = rows.map((row, i) => {
    const given = times?.[i]
    const inTimes = given !== undefined && given !== null
    const cell = inTimes ? given : fallback === undefined && column !== null ? row?.[column] : undefined
    if (cell === undefined || cell === null) return fallback ?? arrival
    const time = read(cell)
    if (time) return time
    const error = {
      row: i,
      column: inTimes ? 'times' : (column ?? 'times'),
      expected: 'a time as 2026-03-01T14:00Z',
      got: got(cell),
    }
    if (source.reject && !inTimes) source.reject(error)
    else errors.push(error)
    return arrival
  })
  if (errors.length > 0) throw invalid('Some event times are not times.', errors)
  return result
}
