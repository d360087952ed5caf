const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/

/** Rows as aligned columns, the way a terminal reads them; numbers to the right. No colours. */
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

/** Six significant digits at most; whole numbers whole. */
export const numberText = (n: number | null | undefined): string =>
  n === null || n === undefined ? '–' : Number.isInteger(n) ? String(n) : String(Number(n.toPrecision(6)))

/** `name: value` lines, values aligned. */
export function showFields(fields: [string, string | number | null | undefined][]): string {
  const width = Math.max(...fields.map(([name]) => name.length)) + 1
  return fields.map(([name, value]) => `${`${name}:`.padEnd(width)} ${value ?? '–'}`).join('\n')
}
