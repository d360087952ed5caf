import { AppError } from '#server/kernel/errors.ts'

export type Row = Record<string, unknown>

// JSON.parse source text access of ECMAScript, which the types lack.
const json = JSON as unknown as {
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
  parse(
    text: string,
    reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
}

/** Keeps the digits of integers beyond 2⁵³, which are mostly ids. */
export function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '')
      ? json.rawJSON(source!)
      : value,
  )
}

const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !json.isRawJSON(value)

/** Returns the value at `meta.next` or `pages.0.items`, or undefined. Names may contain dots; the longest match is used. */
export function atPath(document: unknown, path: string): unknown {
  if (path === '') return document
  if (Array.isArray(document)) {
    const [head = '', ...rest] = path.split('.')
    return /^\d+$/.test(head) ? atPath(document[Number(head)], rest.join('.')) : undefined
  }
  if (!isObject(document)) return undefined
  const parts = path.split('.')
  for (let n = parts.length; n > 0; n--) {
    const name = parts.slice(0, n).join('.')
    if (Object.hasOwn(document, name)) return atPath(document[name], parts.slice(n).join('.'))
  }
  return undefined
}

/** Returns the list of rows of a response: at `path`, else the response itself, else its only list. A single object is one row. */
export function findItems(document: unknown, path: string): unknown[] {
  if (path !== '') {
    const found = atPath(document, path)
    if (Array.isArray(found)) return found
    throw new AppError(
      'invalid',
      found === undefined ? `The answer has nothing at “${path}”.` : `What the answer has at “${path}” is no list.`,
      { hint: isObject(document) ? `It has ${Object.keys(document).slice(0, 20).join(', ')}.` : undefined },
    )
  }
  if (Array.isArray(document)) return document
  if (!isObject(document)) throw new AppError('invalid', 'The answer is JSON, but neither a list nor an object.')
  const lists = Object.entries(document).filter(([, value]) => Array.isArray(value) && value.every(isObject))
  const filled = lists.filter(([, value]) => (value as unknown[]).length > 0)
  const [only, second] = filled.length > 0 ? filled : lists
  if (second)
    throw new AppError(
      'invalid',
      `The answer has several lists: ${(filled.length > 0 ? filled : lists).map(([name]) => name).join(', ')}.`,
      {
        hint: 'Set the path of the list with the rows.',
      },
    )
  return only ? (only[1] as unknown[]) : [document]
}

/** Flattens nested objects to columns `a.b` and keeps lists. A row that is no object becomes the column `value`. */
export function flattenRow(item: unknown): Row {
  if (!isObject(item)) return { value: item }
  const row: Row = {}
  const add = (object: Row, prefix: string) => {
    for (const [name, value] of Object.entries(object)) {
      const column = prefix + name
      if (isObject(value) && Object.keys(value).length > 0) add(value, `${column}.`)
      // Two paths give the same name; the second must not overwrite the first.
      else row[Object.hasOwn(row, column) ? `${column}_2` : column] = isObject(value) ? null : value
    }
  }
  add(item, '')
  return row
}

/** Returns the same text for the same row, independent of the order of its fields. */
export const canonicalRow = (row: Row): string =>
  JSON.stringify(
    Object.keys(row)
      .sort()
      .map(name => [name, row[name]]),
  )
