const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

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

/** A dataset's name from a file's: `Bike sharing (hour).csv.gz` → `Bike-sharing-hour`. */
export const nameFromFile = (fileName: string) =>
  fileName
    .replace(/(\.(csv|tsv|txt|json|ndjson|jsonl|parquet|gz|zst))+$/i, '')
    .replace(/[^a-zA-Z0-9_.-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+|-+$/g, '')
    .slice(0, 100)
