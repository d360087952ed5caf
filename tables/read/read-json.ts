import { createReadStream } from 'node:fs'
import { open, readFile, stat, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import { TableError } from '../errors.ts'
import type { IngestNote } from './contract.ts'
import { MAX_COLUMNS, requireGoodNames } from './read-source.ts'

/** A document in another shape than a list of records is read whole. */
const MAX_DOCUMENT_BYTES = 128 * 2 ** 20
const HEAD_BYTES = 1 << 20
const MAX_RECORD_BYTES = 16_777_216

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Rows = { rows: Json[][]; names: string[] } | { records: Json[] }

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isRecords = (value: Json | undefined): value is { [key: string]: Json }[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject)
const isWhole = (key: string) => /^\d+$/.test(key)

/**
 * Rewrites JSON of another shape as one record per line into `target`: records inside an object, columns of values (as pandas writes them),
 * lists of lists. Returns the path to read, and what was found. Lists of records and NDJSON stay as they are.
 */
export async function prepareJson(
  path: string,
  fileName: string,
  target: string,
): Promise<{ path: string; notes: IngestNote[] }> {
  const asIs = { path, notes: [] }
  const head = await headOf(path)
  const start = head.replace(/^\ufeff/, '').trimStart()
  if (/^\[\s*[{\]]/.test(start)) return asIs
  if (start.startsWith('{')) {
    const [first = '', ...rest] = start.split('\n')
    // A complete record on the first line, and more lines: one record per line.
    if (rest.some(line => line.trim() !== '') && parse(first) !== undefined) return asIs
  }
  if ((await stat(path)).size > MAX_DOCUMENT_BYTES) {
    if (start.startsWith('{')) return asIs
    throw new TableError('too_large', `${fileName} is one JSON document of more than ${MAX_DOCUMENT_BYTES >> 20} MB.`, {
      hint: 'Write one record per line (NDJSON), [{…}, {…}], or Parquet.',
    })
  }
  const document = parse((await readFile(path, 'utf8')).replace(/^\ufeff/, ''))
  if (document === undefined) return asIs
  const found = findRows(document)
  if (!found) {
    if (Array.isArray(document))
      throw new TableError('invalid', `${fileName} is a JSON list, but not of records.`, {
        hint: 'Expected [{"column": value}, …], or a list of lists of one length whose first has the names.',
      })
    return asIs
  }
  const { shape, rows } = found
  const records =
    'records' in rows
      ? rows.records
      : rows.rows.map(row => Object.fromEntries(rows.names.map((n, i) => [n, row[i] ?? null])))
  if ('names' in rows) requireGoodNames(rows.names, fileName)
  await writeFile(target, records.map(r => `${JSON.stringify(r)}\n`).join(''))
  return { path: target, notes: [{ code: 'records-found', facts: { file: fileName, shape } }] }
}

async function headOf(path: string): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

const parse = (json: string): Json | undefined => {
  try {
    return JSON.parse(json) as Json
  } catch {
    return undefined
  }
}

function findRows(document: Json): { shape: string; rows: Rows } | undefined {
  if (Array.isArray(document)) return fromLists(document, undefined, 'a list of lists')
  if (!isObject(document)) return undefined
  const { columns, data } = document
  if (
    Array.isArray(columns) &&
    columns.every(c => typeof c === 'string' || typeof c === 'number') &&
    Array.isArray(data)
  )
    return fromLists(data, columns.map(String), '“columns” and “data”, as pandas writes them')
  const entries = Object.entries(document)
  const lists = entries.filter(([, value]) => isRecords(value))
  if (lists.length === 1 && !entries.every(([, v]) => isObject(v)))
    return { shape: `“${lists[0]![0]}”`, rows: { records: lists[0]![1] as Json[] } }
  return fromColumns(entries) ?? fromWrappedLists(entries)
}

/** `{"data": {"rows": […]}}`: records one object deeper. */
function fromWrappedLists(entries: [string, Json][]): { shape: string; rows: Rows } | undefined {
  const inner = entries.filter(([, value]) => isObject(value))
  for (const [name, value] of inner) {
    const lists = Object.entries(value as { [key: string]: Json }).filter(([, v]) => isRecords(v))
    if (lists.length === 1) return { shape: `“${name}.${lists[0]![0]}”`, rows: { records: lists[0]![1] as Json[] } }
  }
  return undefined
}

function fromLists(
  list: Json[],
  names: string[] | undefined,
  shape: string,
): { shape: string; rows: Rows } | undefined {
  const rows = list.filter(Array.isArray) as Json[][]
  const width = names?.length ?? rows[0]?.length ?? 0
  if (rows.length !== list.length || width === 0 || rows.some(r => r.length > width)) return undefined
  if (names) return { shape, rows: { names, rows } }
  const header = rows[0]!
  const named = header.every(h => typeof h === 'string' && h.trim() !== '') && new Set(header).size === width
  return named && rows.length > 1
    ? {
        shape: `${shape} whose first has the names`,
        rows: { names: header.map(h => String(h).trim()), rows: rows.slice(1) },
      }
    : { shape, rows: { names: header.map((_, i) => `column_${i + 1}`), rows } }
}

/** Columns of values: `{"a": [1, 2]}`, `{"a": {"0": 1, "1": 2}}`; or rows by their index: `{"0": {"a": 1}}`. */
function fromColumns(entries: [string, Json][]): { shape: string; rows: Rows } | undefined {
  if (entries.length === 0) return undefined
  const names = entries.map(([name]) => name)
  if (entries.every(([, v]) => Array.isArray(v))) {
    const lists = entries.map(([, v]) => v as Json[])
    const length = lists[0]!.length
    if (length < 2 || lists.some(l => l.length !== length)) return undefined
    return { shape: 'columns of values', rows: { names, rows: lists[0]!.map((_, i) => lists.map(l => l[i]!)) } }
  }
  if (!entries.every(([, v]) => isObject(v))) return undefined
  const objects = entries.map(([, v]) => v as { [key: string]: Json })
  const keys = [...new Set(objects.flatMap(o => Object.keys(o)))]
  const alike = objects.every(o => Object.keys(o).length >= keys.length * 0.5)
  if (keys.length === 0 || !alike || (keys.length === 1 && names.length === 1)) return undefined
  const byRow = names.every(isWhole) && !keys.every(isWhole)
  if (
    byRow ||
    (!keys.every(isWhole) &&
      names.length > keys.length &&
      objects.every(o => Object.values(o).every(v => !isObject(v))))
  )
    return { shape: 'rows by their index', rows: { records: objects } }
  if (!keys.every(isWhole) && keys.length < 2) return undefined
  return {
    shape: 'columns of values by index, as pandas writes them',
    rows: { names, rows: keys.map(key => objects.map(o => o[key] ?? null)) },
  }
}

/** Returns the keys of all records, in the order in which they first occur. */
async function keysOf(db: DuckDBConnection, paths: string): Promise<string[]> {
  const rows = (
    await db.runAndReadAll(
      `SELECT k FROM (SELECT unnest(json_keys(json)) AS k, generate_subscripts(json_keys(json), 1) AS p, r FROM (SELECT json, row_number() OVER () AS r FROM read_json_objects(${paths}, format = 'auto', maximum_object_size = ${MAX_RECORD_BYTES}))) GROUP BY k ORDER BY min(r * 100000 + p)`,
    )
  ).getRowsJson()
  return rows.map(r => String(r[0]))
}

/**
 * Returns SQL that reads records with every key of every record as a column of text: numbers, times and booleans are found like those of
 * text files. `flatten`: the properties of nested objects become columns `outer.inner`.
 */
export async function jsonReader(
  db: DuckDBConnection,
  files: { path: string; name: string }[],
  flatten: boolean,
): Promise<string> {
  const paths = `[${files.map(f => text(f.path)).join(', ')}]`
  const keys = await keysOf(db, paths)
  if (keys.length === 0)
    throw new TableError('invalid', `${files[0]!.name} has no records with named values.`, {
      hint: 'Expected a list of records, [{"column": value}, …], or one record per line.',
    })
  if (keys.length > MAX_COLUMNS)
    throw new TableError(
      'too_large',
      `${files[0]!.name} has ${keys.length} keys; at most ${MAX_COLUMNS} columns are read.`,
    )
  requireGoodNames(keys, files[0]!.name)
  const reader = `read_json(${paths}, format = 'auto', records = 'true', maximum_object_size = ${MAX_RECORD_BYTES}, columns = {${keys.map(k => `${text(k)}: 'VARCHAR'`).join(', ')}})`
  if (!flatten) return reader
  return flattened(db, reader, keys)
}

async function flattened(db: DuckDBConnection, reader: string, keys: string[]): Promise<string> {
  const columns: string[] = []
  for (const key of keys) {
    const c = id(key)
    const inner = (
      await db.runAndReadAll(
        `SELECT DISTINCT unnest(json_keys(v)) FROM (SELECT TRY_CAST(${c} AS JSON) AS v FROM ${reader} WHERE ${c} LIKE '{%') WHERE json_type(v) = 'OBJECT' ORDER BY 1`,
      )
    ).getRowsJson()
    if (inner.length === 0) columns.push(c)
    for (const [name] of inner)
      columns.push(
        `CASE WHEN ${c} LIKE '{%' THEN TRY_CAST(${c} AS JSON) ->> ${text(`$."${String(name).replaceAll('"', '\\"')}"`)} END AS ${id(`${key}.${name}`)}`,
      )
  }
  return `(SELECT ${columns.join(', ')} FROM ${reader})`
}

/** Returns the first line, from 1, that is not JSON; undefined when every line is. */
export async function findBadJsonLine(path: string): Promise<number | undefined> {
  let line = 0
  for await (const record of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    const json = record.trim()
    if (json !== '' && parse(json) === undefined && parse(json.replace(/\b(-?Infinity|NaN)\b/g, 'null')) === undefined)
      return line
  }
  return undefined
}
