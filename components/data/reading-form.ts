import { z } from 'zod'
import type { DetectedReading } from '#server/data/contract.ts'
import { type ReadingOffer, type ReadingOptions, readingOptions } from '#tables/read/contract.ts'
import { formatCount } from '../ui/format.ts'
import type { FormValues } from '../ui/schema-form/field.ts'
import { fieldsOf, type Hints } from '../ui/schema-form/read-fields.ts'
import { cleanValues } from '../ui/schema-form/values.ts'

const { skipLines, sheet, flatten, skipBadLines } = readingOptions.shape
/** White space alone is blank in a form. */
const TAB = 'tab'
const ENCODINGS = ['utf-8', 'windows-1252', 'iso-8859-2', 'windows-1250', 'utf-16le', 'shift_jis', 'gb18030']

/** The inputs of the reading options; what is chosen, not typed, starts one preview only. */
export const readingForm = z.object({
  sheet: sheet.meta({ title: 'Sheet', placeholder: 'The first' }),
  encoding: z.enum(ENCODINGS).optional().meta({ title: 'Encoding', placeholder: 'Detected' }),
  delimiter: z
    .enum([',', ';', TAB, '|'])
    .optional()
    .meta({
      title: 'Delimiter',
      placeholder: 'Detected',
      labels: { ',': 'Comma', ';': 'Semicolon', [TAB]: 'Tab', '|': 'Bar' },
    }),
  skipLines: skipLines.meta({ title: 'Skip lines above the header', placeholder: 'Detected' }),
  skipBadLines: skipBadLines.meta({
    title: 'Skip bad lines, at most',
    description: 'Lines that cannot be read are left out and listed.',
    placeholder: 'None',
  }),
  flatten: flatten.meta({
    title: 'Flatten nested values',
    description: 'Properties of nested objects become columns.',
  }),
})

const OPTIONS: Record<'csv' | 'json' | 'xlsx', (keyof ReadingOptions)[]> = {
  csv: ['encoding', 'delimiter', 'skipLines', 'skipBadLines'],
  json: ['encoding', 'flatten'],
  xlsx: ['sheet', 'skipLines'],
}

/** Returns the options that a file of this name has; none for Parquet. */
export function optionsFor(fileName: string): (keyof ReadingOptions)[] {
  const name = fileName.toLowerCase().replace(/\.(gz|gzip|zst|zstd)$/, '')
  if (/\.(parquet|pq)$/.test(name)) return []
  if (/\.xls[xm]?$/.test(name)) return OPTIONS.xlsx
  if (/\.(json|ndjson|jsonl)$/.test(name)) return OPTIONS.json
  // A zip may hold any of them.
  return name.endsWith('.zip') ? [...OPTIONS.csv, 'flatten'] : OPTIONS.csv
}

/** Returns what the inputs show at first. */
export const readingValues = (reading: ReadingOptions): FormValues => ({
  ...reading,
  delimiter: reading.delimiter === '\t' ? TAB : reading.delimiter,
})

/** Returns the options of the inputs; undefined while one of them is wrong. */
export function readingOf(values: FormValues): ReadingOptions | undefined {
  const read = readingForm.safeParse(cleanValues(fieldsOf(readingForm), values))
  if (!read.success) return undefined
  const { delimiter, ...rest } = read.data
  return readingOptions.parse({ ...rest, ...(delimiter ? { delimiter: delimiter === TAB ? '\t' : delimiter } : {}) })
}

/** Hides the inputs that the file does not have, and offers its sheets. */
export function hintsFor(shown: readonly string[], detected?: DetectedReading): Hints {
  const hidden = Object.keys(readingForm.shape).map(name => [name, { hidden: !shown.includes(name) }] as const)
  const hints: Hints = Object.fromEntries(hidden)
  if (detected?.sheet !== undefined && detected.otherSheets)
    hints.sheet = { ...hints.sheet, enum: [detected.sheet, ...detected.otherSheets] }
  return hints
}

/** Whether something was found that an option may have to decide otherwise. */
export const isWorthALook = (detected: DetectedReading | undefined, offer: ReadingOffer | null | undefined): boolean =>
  Boolean(offer || detected?.otherSheets?.length || detected?.nested?.length || detected?.encoding)

/** Lines that are left out where their number is not known. */
const SOME_LINES = 1000

/** An option to set with one click. */
export interface ReadingMend {
  label: string
  change: ReadingOptions
}

/** Returns what one click can mend after a failure. */
export function mendsFor(offer: ReadingOffer | null | undefined): ReadingMend[] {
  if (offer?.option === 'skipBadLines')
    return offer.value === undefined
      ? [{ label: 'Skip bad lines', change: { skipBadLines: SOME_LINES } }]
      : [{ label: `Skip ${formatCount(offer.value, 'bad line')}`, change: { skipBadLines: offer.value } }]
  if (offer?.option === 'encoding') return [{ label: 'Read as Windows-1252', change: { encoding: 'windows-1252' } }]
  return []
}

/** Returns what one click can change about a file that was read. */
export function choicesFor(detected: DetectedReading, reading: ReadingOptions): ReadingMend[] {
  return [
    ...(detected.otherSheets ?? []).map(sheet => ({ label: `Read the sheet “${sheet}”`, change: { sheet } })),
    ...(detected.nested?.length && !reading.flatten
      ? [{ label: `Flatten ${detected.nested.slice(0, 3).join(', ')}`, change: { flatten: true } }]
      : []),
  ]
}

/** Returns one sentence about how the file was read; undefined if nothing is special. */
export function describeDetected({ sheet, encoding, skippedLines, badLines, nested }: DetectedReading) {
  const parts = [
    sheet === undefined ? [] : [`sheet “${sheet}”`],
    encoding === undefined ? [] : [encoding],
    skippedLines === undefined ? [] : [`${formatCount(skippedLines, 'line')} above the header skipped`],
    badLines === undefined ? [] : [`${formatCount(badLines, 'bad line')} skipped`],
    nested?.length ? [`${formatCount(nested.length, 'nested column')} as JSON`] : [],
  ].flat()
  return parts.length === 0 ? undefined : parts.join(' · ')
}
