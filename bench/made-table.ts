import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createRandom, type Matrix } from '../ml/node.ts'

/** A made table of numbers with a target of two classes: features first, row-major, as peers read it from `file` too. */
export type MadeTable = { x: Matrix; y: Float64Array; file: string }

const folder = mkdtempSync(join(tmpdir(), 'fleximl-bench-'))
const made = new Map<string, MadeTable>()

/**
 * Steps, products, waves and noise over normal and skewed columns, so that trees find something at every depth. The same for the same shape.
 * @returns Float32 features: both sides learn from the same bits.
 */
export function madeTable(rows: number, cols: number): MadeTable {
  const key = `${rows}x${cols}`
  const known = made.get(key)
  if (known) return known
  const random = createRandom(20_26)
  const bytes = new Float32Array(rows * (cols + 1))
  const data = bytes.subarray(0, rows * cols)
  const y = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const at = i * cols
    for (let c = 0; c < cols; c++) {
      const z = random.normal()
      data[at + c] = c % 4 === 3 ? Math.exp(z) : z
    }
    const [a, b, c, d] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!]
    let score = a * b + Math.sin(2 * c) + (d > 1.5 ? 1 : -0.5) + (data[at + 4]! > 0.3 ? 0.6 * a : -0.4)
    for (let k = 5; k < cols; k++) score += (0.3 * data[at + k]!) / (k - 3)
    y[i] = random.next() < 1 / (1 + Math.exp(-score)) ? 1 : 0
    bytes[rows * cols + i] = y[i]!
  }
  const file = join(folder, `${key}.f32`)
  writeFileSync(file, bytes)
  const names = Array.from({ length: cols }, (_, c) => `x${c}`)
  const table = { x: { names, rows, cols, data }, y, file }
  made.clear()
  made.set(key, table)
  return table
}

/** Adult income as numbers: each level of a category is a column of 0 and 1, a missing one is all zeros. */
export function adultTable(): MadeTable {
  const text = gunzipSync(readFileSync(new URL('./data/adult-income.csv.gz', import.meta.url))).toString()
  const [header, ...lines] = text.trim().split('\n')
  const columns = header!.split(',')
  const cells = lines.map(line => line.split(','))
  const numeric = columns.map((_, c) => cells.every(row => row[c] !== '' && Number.isFinite(Number(row[c]))))
  const levels = columns.map((_, c) =>
    numeric[c] ? [] : [...new Set(cells.map(row => row[c]!))].filter(l => l !== '?').sort(),
  )
  const features = columns.slice(0, -1)
  const names = features.flatMap((name, c) => (numeric[c] ? [name] : levels[c]!.map(level => `${name}=${level}`)))
  const order = createRandom(7).shuffle(Int32Array.from(cells, (_, i) => i))
  const [rows, cols] = [cells.length, names.length]
  const bytes = new Float32Array(rows * (cols + 1))
  const y = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const row = cells[order[i]!]!
    const numbers = features.flatMap((_, c) =>
      numeric[c] ? [Number(row[c])] : levels[c]!.map(level => (row[c] === level ? 1 : 0)),
    )
    bytes.set(numbers, i * cols)
    y[i] = row.at(-1)!.startsWith('>50K') ? 1 : 0
    bytes[rows * cols + i] = y[i]!
  }
  const file = join(folder, 'adult.f32')
  writeFileSync(file, bytes)
  return { x: { names, rows, cols, data: bytes.subarray(0, rows * cols) }, y, file }
}
