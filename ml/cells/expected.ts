import type { CellColumn } from './read-cell.ts'

/** What a cell of a column may be, in words. */
export const EXPECTED: Readonly<Record<CellColumn['type'], string>> = {
  number: 'a number',
  integer: 'a whole number',
  category: 'text',
  constant: 'text',
  id: 'text',
  text: 'text',
  boolean: 'true or false',
  datetime: 'a date and time such as 2026-03-01T14:00',
}
