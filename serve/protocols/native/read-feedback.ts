import { describeReadable } from '#ml/cells/describe-cell.ts'
import { createActualReader, type TargetFacts } from '#ml/predict.ts'
import { AppError, type ErrorDetail } from '#server/kernel/errors.ts'
import type { DesiredTarget, FeedbackAnswer, FeedbackRow } from '#server/serving/contract.ts'
import { resolveInstant } from '#server/serving/service.ts'
import { got, invalid, requireFewRows } from './read-request.ts'

export interface ReadFeedback {
  rows: { id: string; actual: FeedbackRow['actual']; time: Date | null }[]
  rejected: number
  errors: FeedbackAnswer['errors']
}

const MAX_LISTED = 1000

/**
 * Reads feedback row by row: true values become numbers or names of classes of the target. Rows that do not fit are rejected, the others
 * kept. Throws `invalid` if no row has an id and a value, `too_large` above the limit of rows.
 */
export function readFeedback(body: unknown, zone: string, target: DesiredTarget['target']): ReadFeedback {
  const b = body as { rows?: unknown } | null
  const rows = b !== null && typeof b === 'object' ? b.rows : undefined
  if (!Array.isArray(rows))
    throw new AppError('invalid', 'The body has no list “rows”.', {
      hint: 'Send {"rows": [{"id": "…", "actual": value}]}.',
      details: [{ column: 'rows', expected: 'a list of objects', got: got(rows) }],
    })
  requireFewRows(rows)
  const readActual = compileActual(target)
  const read: ReadFeedback = { rows: [], rejected: 0, errors: [] }
  let malformed = 0
  for (const [row, item] of rows.entries()) {
    const { value, errors, shapeless } = readRow(item, row, zone, readActual)
    if (value) read.rows.push(value)
    else {
      read.rejected++
      if (shapeless) malformed++
      if (read.errors.length < MAX_LISTED) read.errors.push(...errors)
    }
  }
  if (malformed > 0 && malformed === rows.length)
    throw invalid('Some rows do not fit; nothing was saved.', read.errors as ErrorDetail[])
  return read
}

type Actual = { value: FeedbackRow['actual'] } | { expected: string }

function readRow(item: unknown, row: number, zone: string, readActual: (cell: unknown) => Actual) {
  const r = (item !== null && typeof item === 'object' ? item : {}) as Record<string, unknown>
  const errors: FeedbackAnswer['errors'] = []
  const id = typeof r.id === 'number' ? String(r.id) : r.id
  const named = typeof id === 'string' && id.length > 0 && id.length <= 200
  if (!named) errors.push({ row, column: 'id', expected: 'the id of a prediction, ours or yours', got: got(r.id) })
  const scalar = isScalar(r.actual)
  const actual = readActual(r.actual)
  if ('expected' in actual) errors.push({ row, column: 'actual', expected: actual.expected, got: got(r.actual) })
  let time: Date | null = null
  if (r.time !== undefined && r.time !== null) {
    const ms = typeof r.time === 'string' ? resolveInstant(r.time, zone) : Number.NaN
    if (Number.isNaN(ms))
      errors.push({ row, column: 'time', expected: 'a time as 2026-03-01T14:00Z', got: got(r.time) })
    else time = new Date(ms)
  }
  return {
    errors,
    shapeless: !named || !scalar,
    value: errors.length === 0 && 'value' in actual ? { id: id as string, actual: actual.value, time } : undefined,
  }
}

const MAX_TEXT = 1000
const NAMED_CLASSES = 10

const isScalar = (value: unknown): value is FeedbackRow['actual'] =>
  (typeof value === 'number' && Number.isFinite(value)) ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && value.length <= MAX_TEXT)

/** Without facts about the target, as in a saved state of an earlier release, every single value is accepted. */
function compileActual(target: DesiredTarget['target']): (cell: unknown) => Actual {
  if (!target?.task || (target.task !== 'regression' && !target.classes?.length))
    return cell => (isScalar(cell) ? { value: cell } : { expected: 'a number, a text or true or false' })
  const read = createActualReader(target as TargetFacts)
  const { format } = target as TargetFacts
  const expected =
    target.task === 'regression'
      ? describeReadable({ type: 'number', nullable: false, ...(format ? { format } : {}) })
      : nameClasses(target.classes ?? [])
  return cell => {
    const value = isScalar(cell) ? read(cell) : undefined
    return value === undefined ? { expected } : { value }
  }
}

function nameClasses(classes: readonly string[]): string {
  const more = classes.length > NAMED_CLASSES ? ` or ${classes.length - NAMED_CLASSES} more classes` : ''
  return `one of ${classes.slice(0, NAMED_CLASSES).join(', ')}${more}`
}
