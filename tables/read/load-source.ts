import { nameList } from '../contract.ts'
import { type DuckDBConnection, quoteLiteral as text } from '../duckdb.ts'
import type { IngestNote } from './contract.ts'
import { explainFailure } from './explain-failure.ts'
import { type PreparedFile, prepareSource, readHeader, requireGoodNames } from './read-source.ts'

/** As many rows as DuckDB samples by default: types that differ later are found when reading. */
const SAMPLE_ROWS = 20_480
const CODE_ROWS = 5_000
const MAX_CODE_COLUMNS = 500
/** The writer holds a row group per thread in memory. */
const GROUP_CELLS = 4_000_000
const GROUP_ROWS = 122_880

/** Inspects each file, decompresses it where needed and reads header lines. Throws `TableError` for files it cannot read. */
export async function prepareFiles(
  files: { path: string; name: string }[],
  rewrittenTo: (i: number) => string,
  signal?: AbortSignal,
): Promise<PreparedFile[]> {
  const prepared: PreparedFile[] = []
  for (const [i, file] of files.entries()) {
    const source = await prepareSource(file.path, file.name, rewrittenTo(i), signal)
    const header = source.format === 'csv' ? await readHeader(source.path, file.name) : undefined
    if (header) requireGoodNames(header.names, file.name)
    prepared.push({ source, header, name: file.name })
  }
  return prepared
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

/** Quotes as in RFC 4180, without detection of comments or skipped lines: nothing in a file may be dropped silently. */
function reader(files: PreparedFile[], allText: boolean, words: ReadonlySet<string>): string {
  const { source, header } = files[0]!
  const paths = `[${files.map(f => text(f.source.path)).join(', ')}]`
  const union = files.length > 1 ? ['union_by_name = true'] : []
  if (source.format === 'parquet') return `read_parquet(${[paths, ...union].join(', ')})`
  if (source.format === 'json')
    return `read_json_auto(${[paths, 'maximum_object_size = 16777216', 'sample_size = 100000', ...union].join(', ')})`
  const types = [...words].map(name => `${text(name)}: 'VARCHAR'`)
  const options = [
    'header = true',
    `delim = ${text(header?.delimiter ?? ',')}`,
    `quote = '"'`,
    `escape = '"'`,
    "comment = ''",
    'skip = 0',
    `all_varchar = ${allText}`,
    `sample_size = ${SAMPLE_ROWS}`,
    'null_padding = false',
    'strict_mode = true',
    ...(types.length > 0 && !allText ? [`types = {${types.join(', ')}}`] : []),
    ...union,
  ]
  return `read_csv(${[paths, ...options].join(', ')})`
}

/** Creates the view `text` over all files: each column of text files as text, the columns of Parquet with their types. */
export async function openText(db: DuckDBConnection, files: PreparedFile[]): Promise<void> {
  const select = groupsOf(files).map(group => `SELECT * FROM ${reader(group, true, new Set())}`)
  await db.run(`CREATE VIEW text AS ${select.join(' UNION ALL BY NAME ')}`)
}

/** Groups files that one reader can read together. */
function groupsOf(files: PreparedFile[]): PreparedFile[][] {
  const groups = new Map<string, PreparedFile[]>()
  for (const file of files) {
    const key = `${file.source.format} ${file.header?.delimiter ?? ''}`
    groups.set(key, [...(groups.get(key) ?? []), file])
  }
  return [...groups.values()]
}

const ZEROS = "regexp_full_match(trim(COLUMNS(*)), '0[0-9]{2,}')"
const TRUTH =
  "(TRY_CAST(trim(COLUMNS(*)) AS BOOLEAN) IS NOT NULL AND NOT regexp_full_match(lower(trim(COLUMNS(*))), 'true|false|[01]'))"

interface Words {
  /** Digits with leading zeros (postcodes, article numbers) would lose the zeros as numbers. */
  codes: Set<string>
  /** Also "yes", "N" and similar, which DuckDB would read as booleans: the text is kept as written. */
  all: Set<string>
}

/** Returns columns whose text would be lost if they were read by inferred type. */
async function findTextColumns(db: DuckDBConnection, groups: PreparedFile[][]): Promise<Words> {
  const words: Words = { codes: new Set(), all: new Set() }
  for (const group of groups) {
    const names = namesOf(group)
    if (!names || names.length > MAX_CODE_COLUMNS) continue
    try {
      const result = await db.runAndReadAll(
        `SELECT bool_or(${ZEROS}), bool_or(${TRUTH}) FROM (SELECT * FROM ${reader(group, true, words.all)} LIMIT ${CODE_ROWS})`,
      )
      const [row] = result.getRowsJson() as unknown[][]
      if (row?.length !== 2 * names.length) continue
      for (const [i, name] of names.entries()) {
        if (row[i] === true) words.codes.add(name)
        if (row[i] === true || row[names.length + i] === true) words.all.add(name)
      }
    } catch {
      // Errors in the file are reported when it is read.
    }
  }
  return words
}

export interface Loaded {
  rows: number
  columns: number
  codes: Set<string>
  /** `source` reads a file written by this process. */
  written: boolean
}

export const copyOptions = (columns: number) =>
  `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${Math.max(2048, Math.min(GROUP_ROWS, Math.floor(GROUP_CELLS / Math.max(1, columns) / 2048) * 2048))}`

/**
 * Creates the view `source` over all files. Text is streamed into `target` as Parquet, so that memory holds only a few row groups; Parquet
 * is read in place. A column that starts with numbers and has text later is read again as text; `cleanColumns` then decides.
 */
export async function loadSource(
  db: DuckDBConnection,
  files: PreparedFile[],
  target: string,
  options: { rows?: number } = {},
): Promise<Loaded> {
  const groups = groupsOf(files)
  const limit = options.rows === undefined ? '' : ` LIMIT ${options.rows}`
  const { codes, all } = await findTextColumns(db, groups)
  const select = (allText: boolean) =>
    groups.map(g => `SELECT * FROM ${reader(g, allText, all)}`).join(' UNION ALL BY NAME ') + limit
  const width = namesOf(files)?.length ?? 50
  const only = groups.length === 1 && groups[0]![0]!.source.format === 'parquet' && limit === ''
  const write = async (allText: boolean) => {
    if (only) return db.run(`CREATE VIEW source AS ${select(false)}`)
    await db.run(`COPY (${select(allText)}) TO ${text(target)} (${copyOptions(width)})`)
    return db.run(`CREATE VIEW source AS SELECT * FROM read_parquet(${text(target)})`)
  }
  try {
    try {
      await write(false)
    } catch (error) {
      if (!files.some(f => f.source.format === 'csv') || isOutOfMemory(error)) throw error
      await write(true)
    }
    const [[rows], columns] = await Promise.all([
      db.runAndReadAll('SELECT count(*)::DOUBLE AS n FROM source').then(r => r.getRowsJson()[0] as [number]),
      db.runAndReadAll('DESCRIBE source').then(r => r.getRowsJson().length),
    ])
    return { rows, columns, codes, written: !only }
  } catch (error) {
    throw await explainFailure(error, files)
  }
}

const isOutOfMemory = (error: unknown) =>
  /Out of Memory|No space left/i.test(String((error as Error)?.message ?? error))
