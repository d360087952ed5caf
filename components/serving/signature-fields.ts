import { type CellColumn, compileCellReader, UNREADABLE } from '#ml/cells/read-cell.ts'
import { formatNumber } from '#ml/cells/read-number.ts'
import type { Signature, SignatureColumn } from '#server/registry/contract.ts'
import type { Field, FormValues } from '../ui/schema-form/field.ts'
import { exampleOf } from './labels.ts'

/** Suggestions that a category offers at most. */
const SUGGESTIONS = 200

/** Form names of the columns: a column's own name may contain a dot, which a path splits at. */
const nameOf = (index: number) => `c${index}`

/** Returns one input for each column of a signature. */
export const fieldsOfSignature = (signature: Signature): Field[] =>
  signature.columns.map((column, i) => ({
    name: nameOf(i),
    label: column.name,
    required: false,
    nullable: column.nullable,
    ...kindOf(column),
  }))

const isNumber = ({ type }: SignatureColumn) => type === 'number' || type === 'integer'

function kindOf(column: SignatureColumn) {
  const { type, domain, format } = column
  if (isNumber(column)) {
    const written = (value: number) => formatNumber(value, format?.number)
    const seen =
      domain && !Array.isArray(domain) ? `training range ${written(domain.min)} to ${written(domain.max)}` : undefined
    // A number input would drop the characters of another format.
    return { kind: 'text', input: 'line', description: seen } as const
  }
  if (type === 'boolean')
    return {
      kind: 'choice',
      segmented: false,
      options: ['true', 'false'].map(value => ({ value, label: value })),
    } as const
  return type === 'datetime' ? ({ kind: 'date', time: true } as const) : ({ kind: 'text', input: 'line' } as const)
}

/** Returns the suggestions of categories, by form name. */
export const suggestionsOf = (signature: Signature): Record<string, string[]> =>
  Object.fromEntries(
    signature.columns.flatMap(({ domain }, i) =>
      Array.isArray(domain) ? [[nameOf(i), [...new Set(domain)].slice(0, SUGGESTIONS)]] : [],
    ),
  )

/** Returns example values for the inputs. */
export const exampleValues = (signature: Signature): FormValues =>
  Object.fromEntries(
    signature.columns.map((column, i) => {
      const example = exampleOf(column)
      if (typeof example === 'number') return [nameOf(i), formatNumber(example, column.format?.number)]
      return [nameOf(i), typeof example === 'boolean' ? String(example) : example]
    }),
  )

/** Returns the row that the inputs describe; blank values are missing. */
export const rowOf = (signature: Signature, values: FormValues): Record<string, unknown> =>
  Object.fromEntries(signature.columns.map((column, i) => [column.name, cellOf(column, values[nameOf(i)])]))

function cellOf(column: SignatureColumn, value: unknown): unknown {
  if (column.type === 'boolean') return typeof value === 'string' ? value === 'true' : null
  if (value === '' || value === null) return isNumber(column) || column.nullable ? null : ''
  if (!isNumber(column)) return value
  const number = compileCellReader(column as CellColumn)(value)
  // The server names a cell that is no number.
  return number === UNREADABLE ? value : number
}

/** Returns the server's messages about columns, by form name. */
export const errorsOf = (signature: Signature, byColumn: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    signature.columns.flatMap(({ name }, i) => (byColumn[name] === undefined ? [] : [[nameOf(i), byColumn[name]]])),
  )
