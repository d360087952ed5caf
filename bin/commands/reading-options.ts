import { readFile } from 'node:fs/promises'
import { columnDecision } from '#tables/contract.ts'
import { FORMAT_PARTS, parseFormat } from '#tables/format/contract.ts'
import type { ReadingOffer, ReadingOptions } from '#tables/read/contract.ts'
import type { Call, OptionSpec } from './command.ts'
import { usage } from './failure.ts'

type ColumnDecision = ReturnType<typeof columnDecision.parse>

/** How a file and its columns are read, where detection is not right. */
export interface ReadingInput {
  columns?: ColumnDecision[]
  reading?: ReadingOptions
}

export const READING_OPTIONS: Record<string, OptionSpec> = {
  format: {
    type: 'string',
    value: 'COL=SPEC',
    help: `how a column is written, may be given several times: an optional type, then ${FORMAT_PARTS}`,
    multiple: true,
  },
  columns: { type: 'string', value: 'FILE', help: 'JSON list of {name, type, role, nullable, format, domain}' },
  encoding: { type: 'string', value: 'E', help: 'such as windows-1252 (default: detected)' },
  delimiter: { type: 'string', value: 'D', help: 'between cells (default: detected)' },
  'skip-lines': { type: 'string', value: 'N', help: 'lines above the header (default: detected)' },
  sheet: { type: 'string', value: 'NAME', help: 'of an Excel file (default: the first)' },
  flatten: { type: 'boolean', help: 'of JSON: the properties of nested objects become columns' },
  'skip-bad-lines': { type: 'string', value: 'N', help: 'leave out up to N lines that cannot be read, and list them' },
}

/** Reads the options of `data add` about reading. Throws usage errors that name the option. */
export async function readingInput({ text, texts, flag }: Call): Promise<ReadingInput> {
  const whole = (name: string): number | undefined => {
    const value = text(name)
    if (value === undefined) return undefined
    if (!/^\d{1,6}$/.test(value)) throw usage(`--${name} is a whole number.`)
    return Number(value)
  }
  const reading: ReadingOptions = {
    encoding: text('encoding'),
    delimiter: text('delimiter')?.replace(/^\\t$|^tab$/, '\t'),
    skipLines: whole('skip-lines'),
    sheet: text('sheet'),
    flatten: flag('flatten') || undefined,
    skipBadLines: whole('skip-bad-lines'),
  }
  const file = text('columns')
  const columns = [...(file === undefined ? [] : await readColumns(file)), ...texts('format').map(readFormat)]
  return {
    ...(columns.length > 0 ? { columns } : {}),
    ...(Object.values(reading).some(v => v !== undefined) ? { reading } : {}),
  }
}

const FLAGS: Record<keyof ReadingOptions, string> = {
  encoding: '--encoding E',
  delimiter: '--delimiter D',
  quote: '--delimiter D',
  skipLines: '--skip-lines N',
  sheet: '--sheet NAME',
  flatten: '--flatten',
  skipBadLines: '--skip-bad-lines N',
}

/** Names the option that mends a failure to read a file. */
export function offerHint(offer: ReadingOffer | null | undefined): string | undefined {
  if (!offer) return undefined
  const { option, value } = offer
  return `Try ${value === undefined ? FLAGS[option] : FLAGS[option].replace('N', String(value))}.`
}

async function readColumns(path: string): Promise<ColumnDecision[]> {
  const json = await readFile(path, 'utf8').catch(() => {
    throw usage(`There is no file ${path}.`)
  })
  try {
    return columnDecision.array().parse(JSON.parse(json))
  } catch (error) {
    throw usage(`${path} is no list of columns: ${(error as Error).message.slice(0, 300)}`)
  }
}

const TYPES = ['number', 'integer', 'datetime', 'boolean', 'category', 'text', 'id'] as const

/** `Preis=number decimal=, group=.` → the decision about Preis. */
export function readFormat(option: string): ColumnDecision {
  const at = option.indexOf('=')
  const name = option.slice(0, at).trim()
  if (at < 1 || name === '') throw usage(`--format wants COL=SPEC, such as 'Preis=number decimal=, group=.'.`)
  const [first = '', ...rest] = option
    .slice(at + 1)
    .trim()
    .split(/\s+/)
  const type = TYPES.find(t => t === first)
  const spec = type ? rest.join(' ') : option.slice(at + 1)
  try {
    return { name, ...(type ? { type } : {}), format: parseFormat(spec) }
  } catch (error) {
    throw usage(`--format ${name}: ${(error as Error).message}`)
  }
}
