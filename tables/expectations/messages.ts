/** Formats `1234.5` as `1,234.5`, with at most six significant digits. */
export const numberText = (n: number): string =>
  Number.isFinite(n)
    ? n !== 0 && (Math.abs(n) >= 1e15 || Math.abs(n) < 1e-4)
      ? n.toExponential(3)
      : new Intl.NumberFormat('en', { maximumSignificantDigits: Number.isInteger(n) ? 15 : 6 }).format(n)
    : String(n)

/** Formats `3 of 200 values (1.5 %)`. */
export function shareText(part: number, whole: number, one = 'value', many = 'values'): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole
  const rounded = percent > 0 && percent < 0.1 ? '< 0.1' : numberText(Number(percent.toFixed(1)))
  return `${numberText(part)} of ${numberText(whole)} ${whole === 1 ? one : many} (${rounded} %)`
}

export const rangeText = (min: number | string | null | undefined, max: number | string | null | undefined): string => {
  const text = (v: number | string) => (typeof v === 'number' ? numberText(v) : v)
  if (min !== null && min !== undefined && max !== null && max !== undefined)
    return min === max ? `exactly ${text(min)}` : `${text(min)} to ${text(max)}`
  if (min !== null && min !== undefined) return `at least ${text(min)}`
  return max !== null && max !== undefined ? `at most ${text(max)}` : 'anything'
}

export const hoursText = (hours: number): string =>
  hours >= 72 ? `${numberText(Number((hours / 24).toFixed(1)))} days` : `${numberText(Number(hours.toFixed(1)))} hours`
