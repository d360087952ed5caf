import type { StoredType } from '#tables/contract.ts'
import type { BreakFacts } from '#tables/infer/contract.ts'
import type { CellKind, NoteFacts } from '#tables/read/contract.ts'
import type { DetectedReading, SourcePreviewResult, StoredBreak, StoredNote, StoredPreviewResult } from './contract.ts'
import { formatCells, formatShare, formatWhole, listNames, quoteName } from './message-text.ts'

const six = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 })
const quoteAll = (texts: readonly string[]) => texts.map(quoteName).join(', ')
const columnsText = (total: number) => (total === 1 ? 'column' : 'columns')

const KINDS: Record<CellKind, string> = { number: 'numbers', boolean: 'booleans', datetime: 'datetimes', text: 'text' }
const HOLDS: Record<StoredType, string> = {
  number: 'numbers',
  integer: 'integers',
  boolean: 'booleans',
  datetime: 'datetimes',
  words: 'text',
}

const ENCODINGS: Record<string, string> = { 'windows-1252': 'Windows-1252 (Western European)' }
const TYPES = { number: 'numbers', integer: 'integers', datetime: 'times' } as const
const CODES: Record<NoteFacts['code-kept']['reason'], string> = {
  zeros: 'numbers with leading zeros are kept as text, so that the zeros are not lost.',
  exponent: 'codes such as 12E4 are kept as text; as numbers they would be 120000.',
  digits: 'integers beyond 2^53 are kept as text, so that no digit is lost.',
  plus: 'telephone numbers are kept as text, so that the plus is not lost.',
}

const NOTES: { [C in keyof NoteFacts]: (facts: NoteFacts[C]) => string } = {
  'single-column': () => 'The file has a single column: is the delimiter one of comma, semicolon, tab or |?',
  'inferred-from-sample': ({ rows }) =>
    `Types are inferred from the first ${formatWhole(rows)} rows; all rows are read when the file is added.`,
  'file-columns-differ': ({ file, first, absent, additional }) => {
    const parts = [
      ...(absent.total > 0 ? [`has no ${columnsText(absent.total)} ${listNames(absent)}`] : []),
      ...(additional.total > 0 ? [`has additional ${columnsText(additional.total)} ${listNames(additional)}`] : []),
    ]
    return `Unlike ${first}, ${file} ${parts.join(' and ')}; cells of absent columns are missing values.`
  },
  'nested-as-json': ({ column }) => `${column}: nested values are stored as JSON text.`,
  'separator-line': ({ file, delimiter }) =>
    `The first line of ${file} (sep=${delimiter}) names the delimiter and is no row.`,
  'lead-lines-skipped': ({ file, lines, texts }) =>
    `${formatWhole(lines)} ${lines === 1 ? 'line' : 'lines'} above the header of ${file} ${lines === 1 ? 'was' : 'were'} skipped (${quoteAll(texts)}).`,
  'encoding-detected': ({ file, encoding }) =>
    `${file} is not UTF-8; it was read as ${ENCODINGS[encoding] ?? encoding}.`,
  'backslash-quotes': ({ file }) => `${file} writes quotes inside cells as \\"; they were read that way.`,
  'single-quotes': ({ file }) => `${file} has its cells in single quotes; they were read that way.`,
  'index-column': ({ column }) => `The first column has no name; it is read as “${column}”, the index of the rows.`,
  'sheet-read': ({ file, sheet, others }) =>
    `The sheet “${sheet}” of ${file} was read${others.total > 0 ? `; it also has ${listNames(others)}` : ''}.`,
  'records-found': ({ file, shape }) => `The rows of ${file} were found in ${shape}.`,
  'bad-lines-skipped': ({ lines, total }) =>
    `${formatWhole(total)} ${total === 1 ? 'line' : 'lines'} could not be read and ${total === 1 ? 'was' : 'were'} skipped: ${lines.slice(0, 10).join(', ')}${total > 10 ? ' …' : ''}.`,
  converted: ({ column, example, value }) => `${column}: cells such as “${example}” are read as ${value}.`,
  trimmed: ({ column, cells }) =>
    `${column}: white space at the beginning or end of ${formatCells(cells)} was removed.`,
  'code-kept': ({ column, reason }) => `${column}: ${CODES[reason]}`,
  'ambiguous-decimal': ({ column, example, decimal }) =>
    decimal === '.'
      ? `${column}: “${example}” could have a decimal comma or commas between thousands, and points likewise; the point is read as the decimal mark. Check it, and set the format if it is wrong.`
      : `${column}: “${example}” could be written with a decimal comma or a decimal point; the comma is read as the decimal mark. Check it, and set the format if it is wrong.`,
  'ambiguous-day-order': ({ column, example, dayFirst }) =>
    `${column}: in every date, such as “${example}”, day and month could be exchanged; they are read ${dayFirst ? 'day' : 'month'} first. Check it, and set the format if it is wrong.`,
  'times-without-offset': ({ column, cells, present }) =>
    `${column}: ${formatWhole(cells)} of ${formatWhole(present)} times have no UTC offset, unlike the others; they are read as UTC.`,
  'time-of-day': ({ column, example }) => `${column}: times of day such as “${example}” are kept as text.`,
  'nearly-numbers': ({ column, type, cells, present, texts }) =>
    cells === 0
      ? `${column}: all cells could be read as ${TYPES[type]} but are text in the file; change the type to convert them.`
      : `${column}: ${formatWhole(cells)} of ${formatWhole(present)} cells are not ${TYPES[type]} (${quoteAll(texts)}), so that the column is text; the others are. Change the type to ${type} to read these cells as missing.`,
  'not-times': ({ column, cells, present, examples }) =>
    `${column}: ${cells} of ${present} cells are not times (${quoteAll(examples)}) and are read as missing.`,
  'not-booleans': ({ column, cells, present, examples }) =>
    `${column}: ${cells} of ${present} cells are not booleans (${quoteAll(examples)}) and are read as missing.`,
  'lookalike-levels': ({ column, pairs, total }) =>
    `${column}: ${pairs.map(([a, b]) => `“${a}” and “${b}”`).join(', ')}${total > pairs.length ? ` and ${formatWhole(total - pairs.length)} more pairs` : ''} differ only by case or white space and are different values.`,
  'format-changed': ({ column, version }) => `${column}: cells are written differently from ${version}.`,
  'not-finite': ({ column, cells }) =>
    `${column}: ${formatCells(cells)} ${cells === 1 ? 'is' : 'are'} NaN or infinite and read as missing.`,
  'leading-zeros-kept': ({ column }) =>
    `${column}: numbers with leading zeros are kept as text, so that the zeros are not lost.`,
  'not-numbers': ({ column, cells, present, examples }) =>
    `${column}: ${cells} of ${present} cells are not numbers (${quoteAll(examples)}) and are read as missing.`,
  'na-kept': ({ column }) => `${column}: “NA” is kept as text, because the other values are two-letter codes too.`,
  'missing-tokens': ({ column, cells, present, tokens }) =>
    `${column}: ${cells} of ${present} cells are ${quoteAll(tokens)} and are read as missing.`,
  'blank-cells': ({ column, cells, present }) =>
    `${column}: ${cells} of ${present} cells are blank and are read as missing.`,
  'append-columns-absent': ({ columns }) =>
    `The new rows have no ${columnsText(columns.total)} ${listNames(columns)}; their cells are missing.`,
  'append-columns-new': ({ columns, version }) =>
    `${listNames(columns)} ${columns.total === 1 ? 'is' : 'are'} new; the cells are missing in the rows of ${version}.`,
  'append-mixed-offsets': ({ column }) =>
    `“${column}” has times with and without a UTC offset; times without one are read as UTC.`,
  'append-became-text': ({ column, before, after, version }) =>
    `“${column}” holds ${KINDS[before]} in ${version} and ${KINDS[after]} in the new rows: the column is text now.`,
  'mostly-missing': ({ column, missing, rows }) => `${column}: ${formatShare(missing, rows)} of the cells are missing.`,
  empty: ({ column }) => `${column}: every cell is missing; the column carries no information.`,
  constant: ({ column, value, gaps }) =>
    `${column}: ${value === null ? 'has one value' : `is ${value}`} in every row${gaps ? ' where it is not missing' : ''}; the column carries no information.`,
  'missing-lookalikes': ({ column, words }) =>
    `${column}: ${quoteAll(words)} ${words.length === 1 ? 'looks' : 'look'} like a missing value but ${words.length === 1 ? 'is' : 'are'} kept as text.`,
  'many-levels': ({ column, distinct }) =>
    `${column}: ${formatWhole(distinct)} distinct values; rare ones are combined into one.`,
  'columns-removed': ({ columns, version }) =>
    `Removed since ${version}: ${columnsText(columns.total)} ${listNames(columns)}.`,
  'columns-added': ({ columns, version }) =>
    `Added since ${version}: ${columnsText(columns.total)} ${listNames(columns)}.`,
  'type-changed': ({ column, before, after, version }) =>
    `${column}: type changed from ${before} in ${version} to ${after}.`,
  'more-types-changed': ({ columns, version }) => `${formatWhole(columns)} more columns changed type since ${version}.`,
}

const BREAKS: { [C in keyof BreakFacts]: (facts: BreakFacts[C]) => string } = {
  'column-absent': ({ column, decided }) =>
    decided === null ? `“${column}” is in the contract but absent.` : `“${column}” should be ${decided} but is absent.`,
  'type-differs': ({ column, decided, holds }) => `“${column}” should be ${decided} but holds ${HOLDS[holds]}.`,
  'has-missing': ({ column, missing, rows }) =>
    `“${column}” is not nullable, but ${formatWhole(missing)} of ${formatWhole(rows)} cells ${missing === 1 ? 'is' : 'are'} missing.`,
  'values-not-allowed': ({ column, values, allowed }) =>
    `“${column}” has ${listNames(values)}, which ${values.total === 1 ? 'is' : 'are'} not among its ${formatWhole(allowed)} allowed values.`,
  'too-many-values': ({ column, distinct, allowed }) =>
    `“${column}” has ${formatWhole(distinct)} distinct values; ${formatWhole(allowed)} are allowed.`,
  'out-of-range': ({ column, min, max, allowed }) =>
    `“${column}” ranges from ${six.format(min)} to ${six.format(max)}; allowed is ${six.format(allowed.min)} to ${six.format(allowed.max)}.`,
}

/** Returns the sentence of a note. Notes stored before codes and facts keep their text. */
export function describeNote(note: StoredNote): string {
  if ('legacyText' in note) return note.legacyText
  return (NOTES[note.code] as (facts: typeof note.facts) => string)(note.facts)
}

/** Returns the sentence of a contract break. Breaks stored before codes and facts keep their text. */
export function describeBreak(broken: StoredBreak): string {
  if ('legacyText' in broken) return broken.legacyText
  return (BREAKS[broken.code] as (facts: typeof broken.facts) => string)(broken.facts)
}

/** Collects what reading options would change from the notes of a preview. */
function detectedReading(notes: readonly StoredNote[]): DetectedReading {
  const found: DetectedReading = {}
  for (const note of notes) {
    if (note.code === 'sheet-read') {
      found.sheet = note.facts.sheet
      found.otherSheets = note.facts.others.names
    } else if (note.code === 'encoding-detected') found.encoding = note.facts.encoding
    else if (note.code === 'lead-lines-skipped') found.skippedLines = note.facts.lines
    else if (note.code === 'bad-lines-skipped') found.badLines = note.facts.total
    else if (note.code === 'nested-as-json') found.nested = [...(found.nested ?? []), note.facts.column]
  }
  return found
}

export const showPreviewResult = ({ notes, breaks, ...rest }: StoredPreviewResult): SourcePreviewResult => ({
  ...rest,
  detected: detectedReading(notes),
  warnings: notes.map(describeNote),
  breaks: breaks.map(describeBreak),
})
