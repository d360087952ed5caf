import { TableError } from '../errors.ts'
import { offerCode } from './contract.ts'
import { findBadLine } from './find-bad-line.ts'
import { findBadJsonLine } from './read-json.ts'
import type { PreparedFile } from './read-source.ts'

const REPAIR = 'Repair the line, then add the file again.'
/** Above this share of bad lines, the delimiter or the header was not found. */
const MANY_LINES = 0.5
const NAMES: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' }

/** Translates DuckDB's failure to read a table's files and names the faulty file where it is known. */
export async function explainFailure(error: unknown, files: PreparedFile[]): Promise<Error> {
  if (error instanceof TableError) return error
  const message = String((error as Error)?.message ?? error)
  // Not the file's fault: an interrupt, or a statement of ours.
  if (!(error instanceof Error) || /^(Interrupt|Parser|Binder|Catalog|TypeError|Internal)/i.test(message))
    return error as Error
  const named = files.find(f => message.includes(f.source.path))
  if (files.length > 1 && !named)
    for (const file of files.filter(f => f.header)) {
      const bad = await findBadLine(file.source.path, file.header!)
      if (bad) return explainFile(error, file)
    }
  return explainFile(error, named ?? files[0]!)
}

/** A few bad lines can be left out; where most lines are bad, the file is divided otherwise. */
function offerFor({ cells, total, share = 0 }: { cells: number; total?: number; share?: number }) {
  const repair =
    cells === 1
      ? 'Use the same delimiter in the header and in the rows, then add the file again.'
      : `${REPAIR} Often a cell that contains the delimiter or a line break has no quotes around it.`
  if (share > MANY_LINES)
    return { hint: repair, reasonCode: offerCode({ option: cells === 1 ? 'delimiter' : 'skipLines' }) }
  const lines = total === undefined ? 'bad lines' : `${total} bad ${total === 1 ? 'line' : 'lines'}`
  return { hint: `${repair} Or skip ${lines}.`, reasonCode: offerCode({ option: 'skipBadLines', value: total }) }
}

/** Returns the failure with the line, what was expected and what to do. */
async function explainFile(error: unknown, { source, header, name: fileName }: PreparedFile): Promise<TableError> {
  const message = String((error as Error)?.message ?? error)
  if (/Out of Memory|max_temp_directory_size|No space left/i.test(message))
    return new TableError('disk_full', `${fileName} needs more memory or disk than this machine has free.`, {
      hint: 'Free space on the server, or add the file as Parquet.',
      cause: error,
    })
  if (source.format === 'parquet')
    return new TableError('invalid', `${fileName} cannot be read: its Parquet data is damaged or cut off.`, {
      hint: 'Write the file again, then add it again.',
      cause: error,
    })
  if (source.format === 'json') {
    const line = await findBadJsonLine(source.path)
    return new TableError('invalid', `${fileName} cannot be read as JSON${line ? ` (line ${line})` : ''}.`, {
      hint: 'Expected a list of records, [{…}, {…}], or one record per line.',
      cause: error,
    })
  }
  const bad = header && (await findBadLine(source.path, header))
  if (bad && 'badText' in bad)
    return new TableError('invalid', `Line ${bad.line} of ${fileName} is not UTF-8 text.`, {
      hint: 'Save the file as UTF-8 (in Excel: “CSV UTF-8”), or choose its encoding, then add it again.',
      reasonCode: offerCode({ option: 'encoding' }),
      cause: error,
    })
  if (bad && 'openQuote' in bad)
    return new TableError('invalid', `Line ${bad.line} of ${fileName} has a quote that is not closed.`, {
      hint: REPAIR,
      cause: error,
    })
  if (bad)
    return new TableError(
      'invalid',
      `Line ${bad.line} of ${fileName} has ${bad.cells} ${bad.cells === 1 ? 'cell' : 'cells'} where the header has ${header.names.length}, divided by ${NAMES[header.delimiter]}.`,
      {
        ...offerFor(bad),
        cause: error,
      },
    )
  const line = /Line: (\d+)/i.exec(message)?.[1]
  return new TableError('invalid', `${fileName} cannot be read as a table${line ? ` (line ${line})` : ''}.`, {
    hint: 'FlexiML reads CSV, TSV, JSON, NDJSON and Parquet, also compressed with gzip or zstd; text as UTF-8 with a header line.',
    cause: error,
  })
}
