import type { CellError } from '../schema.ts'

/** What a row must have to be answered. */
export const ENOUGH_COLUMNS = 'at least half of the columns of the model'

/** Describes why a row has no prediction, in one sentence. @param row its name, as `Row 3`; absent: it is evident which row is meant. */
export function describeRowError({ column, expected, got }: Omit<CellError, 'row'>, row?: string): string {
  if (column === '' && expected === ENOUGH_COLUMNS) return `${row ?? 'The row'} has ${got}; at least half are needed.`
  const place = [row, column].filter(Boolean).join(', ')
  return `${place}${place ? ': ' : ''}${got} instead of ${expected}.`
}
