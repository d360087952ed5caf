const NUMBER = /^-?\d[\d,]*(\.\d+)?(e[+-]?\d+)?$/

/** Formats rows as aligned columns for a terminal, numbers to the right, without colors. */
export function showTable(columns: string[], rows: (string | number | null | undefined)[][]): string {
  const words = rows.map(row =>
    row.map(cell => (cell === null || cell === undefined || cell === '' ? '–' : String(cell))),
  )
  const right = columns.map(
    (_, i) => words.some(w => NUMBER.test(w[i]!)) && words.every(w => w[i] === '–' || NUMBER.test(w[i]!)),
  )
  const width = columns.map((c, i) => Math.max(c.length, ...words.map(w => (w[i] ?? '').length)))
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (right[i] ? cell.padStart(width[i]!) : cell.padEnd(width[i]!)))
      .join('  ')
      .trimEnd()
  return [line(columns), ...words.map(line)].join('\n')
}

/** Formats a number with at most six significant digits; integers in full. */
export const numberText = (n: number | null | undefined): string =>
  n === null || n === undefined ? '–' : Number.isInteger(n) ? String(n) : String(Number(n.toPrecision(6)))

/** Formats `name: value` lines with aligned values. */
export function showFields(fields: [string, string | number | null | undefined][]): string {
  const width = Math.max(...fields.map(([name]) => name.length)) + 1
  return fields.map(([name, value]) => `${`${name}:`.padEnd(width)} ${value ?? '–'}`).join('\n')
}
