const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

export const formatCount = (n: number, one: string, many = `${one}s`) => `${whole.format(n)} ${n === 1 ? one : many}`
export const formatCell = (n: number | string | null) =>
  n === null
    ? '–'
    : typeof n === 'string'
      ? n
      : Math.abs(n) >= 1e12
        ? n.toExponential(3)
        : (Number.isInteger(n) ? whole : short).format(n)
export const formatShareOf = (part: number, all: number) => {
  const share = all === 0 ? 0 : (100 * part) / all
  return share > 0 && share < 1 ? '< 1 %' : `${Math.round(share)} %`
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${short.format(Number((bytes / 1000 ** power).toPrecision(3)))} ${units[power]}`
}

/** A dataset's name from a file's: `Bike sharing (hour).csv.gz` → `Bike-sharing-hour`. */
export const nameFromFile = (fileName: string) =>
  fileName
    .replace(/(\.(csv|tsv|txt|json|ndjson|jsonl|parquet|gz|zst))+$/i, '')
    .replace(/[^a-zA-Z0-9_.-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+|-+$/g, '')
    .slice(0, 100)
