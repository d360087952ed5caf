import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ColumnFacts,
  completeIngestion,
  failIngestion,
  inferColumn,
  ingestFileJob,
  startIngestion,
  warnAbout,
} from '#server/data/index.ts'
import {
  type DuckDBConnection,
  quoteIdentifier as id,
  quoteLiteral as text,
  withDuckDb,
} from '#server/kernel/duckdb.ts'
import { AppError } from '#server/kernel/errors.ts'
import { defineHandler } from '../handler.ts'
import { columnFacts } from './column-facts.ts'
import { prepareSource, readHeader, requireGoodNames, type SourceFormat } from './read-source.ts'

/** Share of cells that must be numbers for a column with a few stray words to be read as numbers. */
const NUMERIC_SHARE = 0.99

type Source = { path: string; format: SourceFormat; gzip: boolean }

function reader(source: Source, delimiter: string | undefined): string {
  if (source.format === 'parquet') return `read_parquet(${text(source.path)})`
  if (source.format === 'json')
    return `read_json_auto(${text(source.path)}, maximum_object_size = 16777216${source.gzip ? ", compression = 'gzip'" : ''})`
  return `read_csv(${text(source.path)}, header = true, all_varchar = false, sample_size = 100000, null_padding = false, strict_mode = true${delimiter ? `, delim = ${text(delimiter)}` : ''}${source.gzip ? ", compression = 'gzip'" : ''})`
}

/** DuckDB's words, made into ours: the line, what was expected, what to do. */
function explain(error: unknown, fileName: string): AppError {
  const message = String((error as Error)?.message ?? error)
  const line = /Line: (\d+)/i.exec(message)?.[1]
  const at = line ? `Line ${line} of ${fileName}` : `A line of ${fileName}`
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/i.exec(message)
  if (counts)
    return new AppError('invalid', `${at} has ${counts[2]} cells where the header has ${counts[1]}.`, {
      hint: 'Repair the line (often a delimiter or a line break inside a cell without quotes), then add the file again.',
      cause: error,
    })
  if (/quote/i.test(message) && line)
    return new AppError('invalid', `${at} has a quote that is not closed.`, {
      hint: 'Repair the line, then add the file again.',
      cause: error,
    })
  const cast = /Error when converting column "([^"]+)"\. Could not convert string "([^"]*)" to '(\w+)'/i.exec(message)
  if (cast)
    return new AppError('invalid', `${at}: “${cast[2]}” in column “${cast[1]}” is not a ${cast[3]!.toLowerCase()}.`, {
      cause: error,
    })
  if (/unicode|utf-?8|encoding/i.test(message))
    return new AppError('invalid', `${fileName} is not UTF-8 text.`, {
      hint: 'Save it as UTF-8, then add it again.',
      cause: error,
    })
  if (/Out of Memory|max_temp_directory_size|No space left/i.test(message))
    return new AppError('disk_full', `${fileName} needs more memory or disk than this machine has free.`, {
      cause: error,
    })
  return new AppError('invalid', `${fileName} cannot be read as a table${line ? ` (line ${line})` : ''}.`, {
    hint: message.split('\n')[0]?.slice(0, 300),
    cause: error,
  })
}

/** Columns of words that are numbers but for a few: read as numbers, the words become missing, and a warning names them. */
async function repairNumbers(db: DuckDBConnection): Promise<string[]> {
  const columns = (await db.runAndReadAll('DESCRIBE source')).getRowObjectsJson() as {
    column_name: string
    column_type: string
  }[]
  const words = columns.filter(c => c.column_type === 'VARCHAR').map(c => c.column_name)
  const warnings: string[] = []
  for (let i = 0; i < words.length; i += 200) {
    const part = words.slice(i, i + 200)
    const [counts] = (
      await db.runAndReadAll(
        `SELECT ${part.map((c, k) => `count(${id(c)}) AS n${k}, count(TRY_CAST(${id(c)} AS DOUBLE)) AS g${k}`).join(', ')} FROM source`,
      )
    ).getRowObjectsJson() as Record<string, string>[]
    for (const [k, column] of part.entries()) {
      const present = Number(counts![`n${k}`])
      const numbers = Number(counts![`g${k}`])
      if (present === 0 || numbers === present || numbers < present * NUMERIC_SHARE || present - numbers > 1000)
        continue
      const strays = (
        await db.runAndReadAll(
          `SELECT DISTINCT ${id(column)} AS w FROM source WHERE ${id(column)} IS NOT NULL AND TRY_CAST(${id(column)} AS DOUBLE) IS NULL LIMIT 4`,
        )
      ).getRowObjectsJson() as { w: string }[]
      await db.run(`ALTER TABLE source ALTER ${id(column)} TYPE DOUBLE USING TRY_CAST(${id(column)} AS DOUBLE)`)
      warnings.push(
        `${column}: ${present - numbers} of ${present} cells are no numbers (${strays.map(s => `“${s.w}”`).join(', ')}) and are read as missing.`,
      )
    }
  }
  return warnings
}

export const ingestFile = defineHandler({
  definition: ingestFileJob,
  async run({ kernel, scope, payload, progress, line, finish }) {
    const { ingestion, before } = await startIngestion(kernel, scope, payload.ingestionId)
    const { fileName } = ingestion
    const folder = await kernel.blobs.temporaryFolder()
    try {
      progress(0.05, 'reading')
      const source = await prepareSource(
        await kernel.blobs.pathOf(ingestion.sourceDigest),
        fileName,
        join(folder, 'source.csv'),
      )
      let delimiter: string | undefined
      if (source.format === 'csv' && !source.gzip) {
        const header = await readHeader(source.path)
        requireGoodNames(header.names, fileName)
        delimiter = header.names.length > 1 ? header.delimiter : undefined
      }
      const target = join(folder, 'version.parquet')
      const made = await withDuckDb(
        { files: [source.path], folders: [folder], limits: { temporaryFolder: folder, memoryMb: 1024, threads: 2 } },
        async db => {
          try {
            await db.run(`CREATE TABLE source AS SELECT * FROM ${reader(source, delimiter)}`)
          } catch (error) {
            throw explain(error, fileName)
          }
          const [{ n: rows }] = (
            await db.runAndReadAll('SELECT count(*)::DOUBLE AS n FROM source')
          ).getRowObjectsJson() as [{ n: number }]
          if (rows === 0)
            throw new AppError('invalid', `${fileName} has a header but no rows.`, {
              hint: 'Add at least one row below the header line.',
            })
          const warnings = source.format === 'csv' ? await repairNumbers(db) : []
          progress(0.5, 'inferring types')
          const facts: ColumnFacts[] = await columnFacts(db, 'source', rows)
          requireGoodNames(
            facts.map(f => f.name),
            fileName,
          )
          const options = ingestion.options as { target?: string; time?: string }
          for (const [word, name] of Object.entries(options))
            if (name && !facts.some(f => f.name === name))
              throw new AppError('invalid', `There is no column “${name}” to be the ${word}.`, {
                hint: `The columns are ${facts
                  .slice(0, 30)
                  .map(f => f.name)
                  .join(', ')}${facts.length > 30 ? ' …' : ''}.`,
              })
          const decided = new Map(
            (before?.schema ?? [])
              .filter(c => c.reason.startsWith('decided by a person'))
              .map(c => [c.name, { type: c.type, role: c.role }]),
          )
          const schema = facts.map(f => inferColumn(f, { ...options, decided }))
          for (const [i, f] of facts.entries()) warnings.push(...warnAbout(schema[i]!, f))
          if (facts.length === 1 && source.format === 'csv')
            warnings.unshift('The file has a single column: is the delimiter one of comma, semicolon, tab or |?')
          progress(0.8, 'writing')
          await db.run(`COPY source TO ${text(target)} (FORMAT parquet, COMPRESSION zstd)`)
          return { rows, schema, warnings }
        },
      )
      const blob = await kernel.blobs.putFile(target)
      line('info', `${made.rows} rows, ${made.schema.length} columns, ${blob.bytes} bytes of Parquet.`)
      await finish(c => completeIngestion(c, scope, ingestion, { ...made, blob }))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => failIngestion(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
