import type { SchemaColumn } from '../schema.ts'
import { EXPECTED } from './expected.ts'
import { formatNumber, isPlainNumber } from './read-number.ts'

type Described = Pick<SchemaColumn, 'type' | 'format' | 'nullable'>

/** Describes the cells that a reader of the column takes, with an example written in the column's format. */
export function describeReadable({ type, format, nullable }: Described): string {
  const words = withExample(type, format) ?? EXPECTED[type]
  return nullable ? `${words} or null` : words
}

function withExample(type: Described['type'], format: Described['format']): string | undefined {
  if (type === 'datetime') return datetimeExample(format?.datetime)
  if ((type !== 'number' && type !== 'integer') || isPlainNumber(format?.number)) return undefined
  const { percent } = format!.number!
  const size = percent ? 37.5 : 1234.5
  const value = type === 'integer' ? Math.floor(size) : size
  return `${EXPECTED[type]} such as ${formatNumber(percent === 'divide' ? value / 100 : value, format!.number)}`
}

function datetimeExample(format: NonNullable<Described['format']>['datetime']): string | undefined {
  if (format?.epoch) return `${format.epoch === 's' ? 'seconds' : 'milliseconds'} since 1970, or ${EXPECTED.datetime}`
  const pattern = format?.patterns?.[0]
  if (pattern === undefined) return undefined
  const kind = /%[HI]/.test(pattern) ? 'a date and time' : 'a date'
  return `${kind} such as ${writeExample(pattern)}`
}

/** Tuesday, 31 March 2026, 14:05 in the parts of a `strptime` pattern: its day cannot be taken for a month. */
const PARTS: Readonly<Record<string, string>> = {
  Y: '2026',
  y: '26',
  m: '03',
  d: '31',
  b: 'Mar',
  B: 'March',
  a: 'Tue',
  H: '14',
  I: '02',
  M: '05',
  S: '30',
  f: '250',
  p: 'PM',
  z: '+00:00',
}
const writeExample = (pattern: string) =>
  pattern.replace(/%(.)/g, (part, directive: string) => PARTS[directive] ?? part)
