import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ColumnFacts,
  completeIngestion,
  failIngestion,
  guessTime,
  inferColumn,
  ingestFileJob,
  startIngestion,
  warnAbout,
} from '#server/data/index.ts'
import { type DuckDBConnection, quoteLiteral as text, withDuckDb } from '#server/kernel/duckdb.ts'
import { AppError } from '#server/kernel/errors.ts'
import { defineHandler } from '../handler.ts'
import { cleanColumns } from './clean-columns.ts'
import { columnFacts } from './column-facts.ts'
import { explainFailure } from './explain-failure.ts'
import { type Header, prepareSource, readHeader, requireGoodNames, type Source } from './read-source.ts'

const SAMPLE_ROWS = 100_000

/** Quotes as RFC 4180 has them, no guessing of comments or of lines to skip: nothing of a file may vanish silently. */
function reader(source: Source, header: Header | undefined, allText = false): string {
  if (source.format === 'parquet') return `read_parquet(${text(source.path)})`
  if (source.format === 'json')
    return `read_json_auto(${text(source.path)}, maximum_object_size = 16777216, sample_size = ${SAMPLE_ROWS})`
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
  ]
  return `read_csv(${text(source.path)}, ${options.join(', ')})`
}

/** A column that is numbers in the sample and has words further down is read again as text; `cleanColumns` then decides. */
async function loadSource(db: DuckDBConnection, source: Source, header: Header | undefined, fileName: string) {
  try {
    try {
      await db.run(`CREATE TABLE source AS SELECT * FROM ${reader(source, header)}`)
    } catch (error) {
      if (source.format !== 'csv') throw error
      await db.run(`CREATE TABLE source AS SELECT * FROM ${reader(source, header, true)}`)
    }
  } catch (error) {
    throw await explainFailure(error, source, header, fileName)
  }
}

export const ingestFile = defineHandler({
  definition: ingestFileJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const { ingestion, before } = await startIngestion(kernel, scope, payload.ingestionId)
    const { fileName } = ingestion
    const sourceDigest = ingestion.sourceDigest!
    const folder = await kernel.blobs.temporaryFolder()
    try {
      progress(0.05, 'reading')
      const source = await prepareSource(
        await kernel.blobs.pathOf(sourceDigest),
        fileName,
        join(folder, 'source.csv'),
      )
      const header = source.format === 'csv' ? await readHeader(source.path, fileName) : undefined
      if (header) requireGoodNames(header.names, fileName)
      const target = join(folder, 'version.parquet')
      const made = await withDuckDb(
        {
          files: [source.path],
          folders: [folder],
          limits: { temporaryFolder: folder, memoryMb: 1024, threads: 2 },
          signal,
        },
        async db => {
          await loadSource(db, source, header, fileName)
          const [{ n: rows }] = (
            await db.runAndReadAll('SELECT count(*)::DOUBLE AS n FROM source')
          ).getRowObjectsJson() as [{ n: number }]
          if (rows === 0)
            throw new AppError('invalid', `${fileName} has a header but no rows.`, {
              hint: 'Add at least one row below the header line.',
            })
          const warnings = await cleanColumns(db, source.format, header?.names)
          progress(0.5, 'inferring types')
          const facts: ColumnFacts[] = await columnFacts(db, 'data', rows, signal)
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
          const wishes = { ...options, decided }
          const schema = guessTime(
            facts.map(f => inferColumn(f, wishes)),
            wishes,
          )
          for (const [i, f] of facts.entries()) warnings.push(...warnAbout(schema[i]!, f))
          if (facts.length === 1 && source.format === 'csv')
            warnings.unshift('The file has a single column: is the delimiter one of comma, semicolon, tab or |?')
          progress(0.8, 'writing')
          await db.run(`COPY data TO ${text(target)} (FORMAT parquet, COMPRESSION zstd)`)
          return { rows, schema, warnings }
        },
      )
      const blob = await kernel.blobs.putFile(target)
      line('info', `${made.rows} rows, ${made.schema.length} columns, ${blob.bytes} bytes of Parquet.`)
      await finish(c => completeIngestion(c, scope, ingestion, { ...made, sourceDigest, blob }))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => failIngestion(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
