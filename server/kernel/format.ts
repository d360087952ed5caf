/** The one way to write numbers, shares, times and rates: used by pages, messages and the tables of the CLI. */
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

const NONE = '–'

/** Four significant digits; whole numbers whole; `–` for what is not there. */
export const formatNumber = (n: number | null | undefined): string =>
  n === null || n === undefined
    ? NONE
    : !Number.isFinite(n)
      ? Number.isNaN(n)
        ? 'NaN'
        : n > 0
          ? '∞'
          : '−∞'
      : Math.abs(n) >= 1e12 || (n !== 0 && Math.abs(n) < 1e-4)
        ? n.toExponential(2)
        : (Number.isInteger(n) ? whole : short).format(n)

export const formatCount = (n: number, one: string, many = `${one}s`): string =>
  `${whole.format(n)} ${n === 1 ? one : many}`

/** Whole percent; more digits near 0 and 100, which are written only for none and all. */
export function formatShare(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return NONE
  const percent = 100 * share
  if (percent > 0 && percent < 0.01) return '< 0.01 %'
  if (percent > 99.99 && percent < 100) return '> 99.99 %'
  const isEdge = (percent > 0 && percent < 1) || (percent > 99 && percent < 100)
  if (!isEdge) return `${whole.format(percent)} %`
  return `${Number(percent.toFixed(percent < 0.1 || percent > 99.9 ? 2 : 1))} %`
}

/** Decimals of a value whose interval has this half width: 0.14 needs its second digit, 0.7 does not. */
function decimalsOf(halfWidth: number): number {
  const power = Math.floor(Math.log10(halfWidth))
  return Math.min(8, Math.max(0, halfWidth / 10 ** power < 2 ? 1 - power : -power))
}

const fixed = (n: number, decimals: number): string =>
  new Intl.NumberFormat('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .format(n)
    .replace(/^-(0(?:\.0+)?)$/, '$1')

/** An estimated value with its interval, in the unit it is written in. */
export interface Estimate {
  value: number | null
  low?: number | null
  high?: number | null
}

/** `percent`: the value is a share and is written in percent. */
export type NumberUnit = 'percent' | null

/** An interval so wide or so narrow that its digits mean nothing counts as none. */
const hasInterval = (e: Estimate): e is { value: number; low: number; high: number } => {
  if (e.value === null || typeof e.low !== 'number' || typeof e.high !== 'number') return false
  const half = (e.high - e.low) / 2
  return half >= 1e-8 && half < 1e6
}

/** Returns how a value and its differences are written: digits follow the interval of `like`; without one, four significant digits. */
function writerOf(like: Estimate, unit: NumberUnit): (n: number) => string {
  const scale = unit === 'percent' ? 100 : 1
  if (!hasInterval(like)) return n => formatNumber(Number((n * scale).toPrecision(unit === 'percent' ? 3 : 4)))
  const decimals = decimalsOf((scale * (like.high - like.low)) / 2)
  return n => (Math.abs(n * scale) >= 1e12 ? formatNumber(n * scale) : fixed(n * scale, decimals))
}

const suffix = (unit: NumberUnit) => (unit === 'percent' ? ' %' : '')

/** Formats the value of an estimate with as many digits as its interval supports: `0.875`, `144 %`. */
export function formatEstimate(estimate: Estimate, unit: NumberUnit = null): string {
  const { value } = estimate
  if (value === null || !Number.isFinite(value)) return formatNumber(value)
  return `${writerOf(estimate, unit)(value)}${suffix(unit)}`
}

/** `0.875 ± 0.014`; without an interval only the value. */
export function formatWithError(estimate: Estimate, unit: NumberUnit = null): string {
  if (!hasInterval(estimate)) return formatEstimate(estimate, unit)
  const write = writerOf(estimate, unit)
  return `${write(estimate.value)} ± ${write((estimate.high - estimate.low) / 2)}${suffix(unit)}`
}

/** Half of the interval in the digits of the value; null without one. */
export const formatHalfWidth = (estimate: Estimate, unit: NumberUnit = null): string | null =>
  hasInterval(estimate) ? writerOf(estimate, unit)((estimate.high - estimate.low) / 2) : null

/** `0.861 to 0.889`, in the digits of the value; `–` without an interval. */
export function formatInterval(estimate: Estimate, unit: NumberUnit = null): string {
  if (typeof estimate.low !== 'number' || typeof estimate.high !== 'number') return NONE
  const write = writerOf(estimate, unit)
  return `${write(estimate.low)} to ${write(estimate.high)}${suffix(unit)}`
}

/** A difference in the digits of the values it is of, with its sign: `+0.012`, `−3.1 points`. */
export function formatDelta(difference: number | null, like: Estimate, unit: NumberUnit = null): string {
  if (difference === null || !Number.isFinite(difference)) return formatNumber(difference)
  const size = writerOf(like, unit)(Math.abs(difference))
  const sign = Number(size.replaceAll(',', '')) === 0 ? '±' : difference > 0 ? '+' : '−'
  return `${sign}${size}${unit === 'percent' ? ' points' : ''}`
}

/** Events per second, minute or hour, whichever has a whole part: `12 req/s`, `1 req/min`. */
export function formatRate(perSecond: number, noun = 'req'): string {
  if (perSecond === 0) return `0 ${noun}/s`
  for (const [seconds, unit] of [
    [1, 's'],
    [60, 'min'],
    [3600, 'h'],
  ] as const)
    if (perSecond * seconds >= 0.95 || unit === 'h')
      return `${short.format(Number((perSecond * seconds).toPrecision(perSecond * seconds < 10 ? 2 : 3)))} ${noun}/${unit}`
  return NONE
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${short.format(Number((bytes / 1000 ** power).toPrecision(3)))} ${units[power]}`
}

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`
}

/** `3 min ago`; the exact instant belongs into the title (see `<Time>`). */
export function formatAgo(iso: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(iso)) / 1000)
  const size = Math.abs(seconds)
  const words =
    size < 45
      ? 'moments'
      : size < 3600
        ? `${Math.max(1, Math.round(size / 60))} min`
        : size < 86_400
          ? `${Math.round(size / 3600)} h`
          : size < 60 * 86_400
            ? formatCount(Math.round(size / 86_400), 'day')
            : iso.slice(0, 10)
  return size >= 60 * 86_400 ? words : seconds >= 0 ? `${words} ago` : `in ${words}`
}
