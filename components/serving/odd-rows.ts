import { describeRowError } from '#ml/rows/describe-error.ts'
import type { OddRows, PredictAnswer, PredictWarning, RowPolicy } from '#server/serving/contract.ts'
import { formatCount } from '../ui/format.ts'

export const POLICY_HELP: Record<RowPolicy, string> = {
  lenient:
    'Missing cells, new values and fractions are answered and reported. A row that cannot be understood has no prediction.',
  strict: 'A request with a cell unlike those of training is refused.',
}

const CODES: Record<string, string> = {
  missing: 'missing',
  absent_column: 'column absent',
  unseen: 'new value',
  fraction: 'fraction',
  extra_column: 'unknown column',
  feedback_rejected: 'feedback rejected',
}

/** States how many refused requests the lenient policy would have answered; undefined if none was refused. */
export function refusalSentence({ days, refused, answerable }: OddRows): string | undefined {
  if (refused === 0) return undefined
  const part =
    answerable === refused
      ? 'all of them'
      : answerable === 0
        ? 'none of them'
        : `${answerable.toLocaleString('en')} of them`
  return `${formatCount(refused, 'request')} of the last ${days} days ${refused === 1 ? 'was' : 'were'} refused for their cells; lenient would have answered ${part}.`
}

export const describeOddCell = ({ column, code, rows }: OddRows['cells'][number]): string =>
  `${column}: ${CODES[code] ?? code} in ${formatCount(rows, 'row')}`

/** Describes a warning of one row. */
export function describeWarning({ column, code, got, used }: PredictWarning): string {
  if (code === 'extra_column') return `The model has no column ${column}.`
  if (code === 'fraction') return `${column}: ${got} is a fraction; training had whole numbers.`
  if (code === 'unseen') return `${column}: training did not have “${got}”${used === '(unseen)' ? '' : filled(used)}.`
  return `${column} is missing${filled(used)}.`
}

const filled = (used: PredictWarning['used']) =>
  used === null ? '; the model handles missing values itself' : `; ${used} is used`

/** Describes why a row has no prediction. */
export const describeError = (error: PredictAnswer['errors'][number]): string => describeRowError(error)
