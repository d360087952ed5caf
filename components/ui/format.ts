const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

/** Four significant digits; whole numbers whole; `–` for what is not there. */
export const formatNumber = (n: number | null | undefined): string =>
  n === null || n === undefined
    ? '–'
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

export const formatShare = (share: number | null | undefined): string => {
  if (share === null || share === undefined) return '–'
  return share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`
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
