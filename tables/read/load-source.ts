import { nameList } from '../contract.ts'
import { type DuckDBConnection, quoteLiteral as text } from '../duckdb.ts'
import type { IngestNote, ReadingOptions } from './contract.ts'
import { type Header, readHeader } from './read-header.ts'
import { jsonReader, prepareJson } from './read-json.ts'
import { type PreparedFile, prepareSource, requireGoodNames, type Source } from './read-source.ts'

/** The writer holds a row group per thread in memory. */
const GROUP_CELLS = 4_000_000
const GROUP_ROWS = 122_880

/** Inspects each file, decompresses it where needed and reads header lines. Throws `TableError` for files it cannot read. */
export async function prepareFiles(
  files: { path: string; name: string }[],
  rewrittenTo: (i: number) => string,
  options: ReadingOptions = {},
  signal?: AbortSignal,
): Promise<PreparedFile[]> {
  const prepared: PreparedFile[] = []
  for (const [i, file] of files.entries()) {
    const opened = await prepareSource(file.path, file.name, rewrittenTo(i), options, signal)
    const source = opened.format === 'json' ? await reshape(opened, file.name, `${rewrittenTo(i)}.ndjson`) : opened
    const found = source.format === 'csv' ? await readHeader(source.path, file.name, options) : undefined
    const header = found && nameIndex(found)
    if (header) requireGoodNames(header.names, file.name)
    prepared.push({ source, header, name: file.name })
  }
  return prepared
}

/** Finds the records of JSON in other shapes. */
async function reshape(source: Source, name: string, target: string): Promise<Source> {
  const { path, notes } = await prepareJson(source.path, name, target)
  return { ...source, path, notes: [...source.notes, ...notes] }
}

/** A first column without a name is the row index that pandas writes. */
function nameIndex(header: Header): Header {
  const { names, notes } = header
  if (names[0] !== '' || names.length < 2 || names.slice(1).includes('')) return header
  const taken = new Set(names.map(n => n.toLowerCase()))
  let name = 'index'
  for (let k = 1; taken.has(name); k++) name = `index_${k}`
  return {
    ...header,
    names: [name, ...names.slice(1)],
    notes: [...notes, { code: 'index-column', facts: { column: name } }],
  }
}

/** Names in order of first appearance, when every file has a header line. */
export function namesOf(files: PreparedFile[]): string[] | undefined {
  const names = new Map<string, string>()
  for (const { header } of files) {
    if (!header) return undefined
    for (const name of header.names) if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name)
  }
  return [...names.values()]
}

/** Returns a note for each file whose columns differ from those of the first. */
export function compareHeaders(files: PreparedFile[]): IngestNote[] {
  const [first, ...rest] = files
  if (!first?.header) return []
  const names = first.header.names
  return rest.flatMap(({ header, name }): IngestNote[] => {
    const absent = names.filter(n => !header!.names.includes(n))
    const additional = header!.names.filter(n => !names.includes(n))
    if (absent.length + additional.length === 0) return []
    const facts = { file: name, first: first.name, absent: nameList(absent), additional: nameList(additional) }
    return [{ code: 'file-columns-differ', facts }]
  })
}

/** Reads every column as text. Without detection of comments or types: nothing in a file may be dropped or changed silently. */
function csvReader(files: PreparedFile[], options: ReadingOptions): string {
  const header = files[0]!.header!
  const paths = `[${files.map(f => text(f.source.path)).join(', ')}]`
  const columns = header.names.map(name => `${text(name)}: 'VARCHAR'`)
  const settings = [
    'auto_detect = false',
    'header = true',
    `skip = ${header.skip}`,
    `delim = ${text(header.delimiter)}`,
    `quote = ${text(header.quote)}`,
    `escape = ${text(header.escape)}`,
    "comment = ''",
    'null_padding = false',
    'strict_mode = true',
    `columns = {${columns.join(', ')}}`,
    ...((options.skipBadLines ?? 0) > 0
      ? ['ignore_errors = true', 'store_rejects = true', 'rejects_limit = 200000']
      : []),
  ]
  return `read_csv(${[paths, ...settings].join(', ')})`
}

/** Groups files that one reader can read together. */
function groupsOf(files: PreparedFile[]): PreparedFile[][] {
  const groups = new Map<string, PreparedFile[]>()
  for (const file of files) {
    const { notes: _, ...dialect } = file.header ?? { notes: [] }
    const key = `${file.source.format} ${JSON.stringify(dialect)}`
    groups.set(key, [...(groups.get(key) ?? []), file])
  }
  return [...groups.values()]
}

export const copyOptions = (columns: number) =>
  `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${Math.max(2048, Math.min(GROUP_ROWS, Math.floor(GROUP_CELLS / Math.max(1, columns) / 2048) * 2048))}`

/** Creates the view `text` over all files: each column of text files as text, the columns of Parquet with their types. */
export async function openText(
  db: DuckDBConnection,
  files: PreparedFile[],
  options: ReadingOptions & { rows?: number } = {},
): Promise<void> {
  const reader = async (group: PreparedFile[]): Promise<string> => {
    const { format } = group[0]!.source
    if (format === 'csv') return csvReader(group, options)
    if (format === 'json')
      return jsonReader(
        db,
        group.map(f => ({ path: f.source.path, name: f.name })),
        options.flatten ?? false,
      )
    const paths = `[${group.map(f => text(f.source.path)).join(', ')}]`
    const union = group.length > 1 ? ', union_by_name = true' : ''
    return `read_parquet(${paths}${union})`
  }
  const select: string[] = []
  for (const group of groupsOf(files)) select.push(`SELECT * FROM ${await reader(group)}`)
  await db.run(
    `CREATE OR REPLACE VIEW text AS ${select.join(' UNION ALL BY NAME ')}${options.rows === undefined ? '' : ` LIMIT ${options.rows}`}`,
  )
}
