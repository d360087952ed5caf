import { failed } from './failure.ts'

export type Row = Record<string, unknown>

/** Returns the rows of a JSON list, of an object that wraps one (`{"rows": […]}`), of a table by columns, of one object, or of NDJSON. */
export function parseRows(text: string, name: string): Row[] {
  const start = text.replace(/^\ufeff/, '').trim()
  if (start.startsWith('[')) return objects(parseJson(start, name), name)
  // A complete object on the first line means NDJSON, unless the file is one object.
  const whole = tryJson(start)
  if (whole === undefined) {
    const lines = start.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [{ line, number: i + 1 }]))
    return objects(
      lines.map(({ line, number }) => parseJson(line, `${name}, line ${number}`)),
      name,
    )
  }
  return objects(unwrap(whole as Row), name)
}

/** Names under which exporters put the list of rows. */
const WRAPPERS = ['rows', 'data', 'records', 'items', 'results', 'dataframe_records', 'instances']

const isObject = (value: unknown): value is Row => value !== null && typeof value === 'object' && !Array.isArray(value)

function unwrap(whole: Row): unknown[] {
  const { columns, data } = whole
  // pandas: to_json(orient='split')
  if (Array.isArray(columns) && Array.isArray(data) && data.every(Array.isArray))
    return data.map(cells => Object.fromEntries(columns.map((column, i) => [String(column), cells[i]])))
  const wrapper = WRAPPERS.find(key => {
    const list = Object.hasOwn(whole, key) ? whole[key] : undefined
    return Array.isArray(list) && list.every(isObject) && (key === 'rows' || list.length > 0)
  })
  return wrapper ? (whole[wrapper] as unknown[]) : (byColumns(whole) ?? [whole])
}

/** pandas: to_json() writes an object of cells by row number for each column. */
function byColumns(whole: Row): Row[] | undefined {
  const columns = Object.entries(whole)
  const [first] = columns
  if (!first || !isObject(first[1])) return undefined
  const keys = Object.keys(first[1])
  const even = columns.every(([, cells]) => isObject(cells) && Object.keys(cells).length === keys.length)
  if (keys.length === 0 || !even || !keys.every(key => /^\d+$/.test(key))) return undefined
  return keys.map(key => Object.fromEntries(columns.map(([name, cells]) => [name, (cells as Row)[key]])))
}

const tryJson = (text: string): unknown => {
  try {
    return readJson(text)
  } catch {
    return undefined
  }
}

const parseJson = (text: string, name: string): unknown => {
  try {
    return readJson(text)
  } catch (error) {
    throw failed(`${name} is not JSON: ${(error as Error).message}`, undefined, 'invalid')
  }
}

/** Bare NaN and Infinity, as Python writes them, are missing, as in `data add`. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error
    const strings = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g
    return JSON.parse(text.replace(strings, part => (part.startsWith('"') ? part : 'null')))
  }
}

function objects(list: unknown, name: string): Row[] {
  if (!Array.isArray(list)) throw failed(`${name} is no list of rows.`, undefined, 'invalid')
  for (const [i, row] of list.entries())
    if (!isObject(row))
      throw failed(`${name}: row ${i + 1} is no object of columns.`, 'Write {"column": value}.', 'invalid')
  return list as Row[]
}
