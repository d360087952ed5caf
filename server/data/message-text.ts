import type { NameList } from '#tables/contract.ts'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const percentFormat = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

export const formatWhole = (n: number): string => whole.format(n)
/** Formats a count of cells: `1 cell`, `17,379 cells`. */
export const formatCells = (n: number): string => `${whole.format(n)} ${n === 1 ? 'cell' : 'cells'}`
export const formatShare = (part: number, all: number): string =>
  `${percentFormat.format((100 * part) / Math.max(1, all))} %`
export const quoteName = (name: string): string => `“${name}”`

const SHOWN_NAMES = 5

/** Formats a list of names: `“a”, “b” and 3 more`. */
export function listNames({ names, total }: NameList): string {
  const shown = names.slice(0, SHOWN_NAMES)
  const more = total - shown.length
  return `${shown.map(quoteName).join(', ')}${more > 0 ? ` and ${whole.format(more)} more` : ''}`
}
