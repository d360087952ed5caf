import { csvRows } from './csv-rows.ts'

/** An hour of the file with its start time; all cells are texts. */
export type Hour = Record<string, string> & { time: string }

/**
 * Reads the hours of the file. Date (`dteday`) and hour of day (`hr`) become the event time, a wall clock without offset
 * (`2012-03-11T05:00:00`). It replaces the date, because a dataset has one time column.
 */
export function readHours(text: string): Hour[] {
  return csvRows(text, 'the bike-sharing file').map(row => {
    const { dteday, ...rest } = row as Record<string, string>
    return { time: `${dteday}T${rest.hr!.padStart(2, '0')}:00:00`, ...rest } as Hour
  })
}

/** Returns the hours from `from` (inclusive) to `to` (exclusive); both are prefixes of a time: `2012`, `2012-07`. */
export const hoursBetween = (hours: Hour[], from: string, to: string): Hour[] =>
  hours.filter(hour => hour.time >= from && hour.time < to)

export function toCsv(hours: Hour[]): string {
  const columns = Object.keys(hours[0] ?? {})
  return `${[columns, ...hours.map(hour => columns.map(c => hour[c]!))].map(cells => cells.join(',')).join('\n')}\n`
}

/** Groups hours by calendar month (`2012-01`), oldest first. */
export function byMonth(hours: Hour[]): [month: string, hours: Hour[]][] {
  const months = new Map<string, Hour[]>()
  for (const hour of hours) {
    const month = hour.time.slice(0, 7)
    const list = months.get(month)
    if (list) list.push(hour)
    else months.set(month, [hour])
  }
  return [...months].sort(([a], [b]) => a.localeCompare(b))
}
