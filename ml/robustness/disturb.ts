import { columnFrom, columnOf, rawCell, withColumns } from '../explain/columns.ts'
import type { Frame, FrameColumn } from '../frame/frame.ts'
import { createRandom, deriveSeed, type Random } from '../random.ts'
import type { DisturbanceId } from './types.ts'

export type Disturbance = {
  id: Exclude<DisturbanceId, 'adversarial'>
  label: string
  unit: string
  strengths: number[]
  /** Types of columns that are disturbed. */
  types: FrameColumn['type'][]
  /** Disturbs a column at this strength; the same `random` stream at every strength, so that a larger strength is more of the same. */
  apply(column: FrameColumn, strength: number, random: Random): FrameColumn
}

const rowsOf = (column: FrameColumn) => (column.type === 'category' ? column.codes.length : column.values.length)

/** Standard deviation of the present cells; 0 for a constant. */
export function deviationOf(values: ArrayLike<number>): number {
  let [count, mean, squares] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    count++
    const gap = value - mean
    mean += gap / count
    squares += gap * (value - mean)
  }
  return count === 0 ? 0 : Math.sqrt(squares / count)
}

/** Maps every cell of a number column; missing ones stay missing. */
function mapNumbers(column: FrameColumn, map: (value: number) => number): FrameColumn {
  return column.type === 'number' ? { ...column, values: column.values.map(map) } : column
}

export const disturbances: readonly Disturbance[] = [
  {
    id: 'noise',
    label: 'Noise',
    unit: 'standard deviations of normal noise added to every number',
    strengths: [0.1, 0.25, 0.5, 1],
    types: ['number'],
    apply(column, strength, random) {
      const size = column.type === 'number' ? strength * deviationOf(column.values) : 0
      return mapNumbers(column, value => value + size * random.normal())
    },
  },
  {
    id: 'missing',
    label: 'Missing cells',
    unit: 'share of cells left out',
    strengths: [0.05, 0.1, 0.25, 0.5],
    types: ['number', 'boolean', 'datetime', 'category', 'text'],
    apply: (column, strength, random) =>
      columnFrom(column, rowsOf(column), row => (random.next() < strength ? null : rawCell(column, row))),
  },
  {
    id: 'shift',
    label: 'Shift',
    unit: 'standard deviations by which every number is larger',
    strengths: [0.1, 0.25, 0.5, 1],
    types: ['number'],
    apply(column, strength) {
      const size = column.type === 'number' ? strength * deviationOf(column.values) : 0
      return mapNumbers(column, value => value + size)
    },
  },
  {
    id: 'scale',
    label: 'Scale',
    unit: 'part by which every number is larger (a wrong unit)',
    strengths: [0.05, 0.1, 0.25, 0.5],
    types: ['number'],
    apply: (column, strength) => mapNumbers(column, value => value * (1 + strength)),
  },
  {
    id: 'swap',
    label: 'Swapped categories',
    unit: 'share of categories replaced by another one',
    strengths: [0.05, 0.1, 0.25, 0.5],
    types: ['category', 'boolean'],
    apply(column, strength, random) {
      if (column.type === 'boolean') {
        return { ...column, values: column.values.map(value => (random.next() < strength ? 1 - value : value)) }
      }
      if (column.type !== 'category' || column.dictionary.length < 2) return column
      const levels = column.dictionary.length
      const codes = column.codes.map(code => {
        const [hit, other] = [random.next() < strength, random.integer(levels - 1)]
        return code < 0 || !hit ? code : other >= code ? other + 1 : other
      })
      return { ...column, codes }
    },
  },
]

/** Returns the frame with all applicable columns disturbed; the same frame if there are none. */
export function disturb(
  frame: Frame,
  columns: readonly string[],
  disturbance: Disturbance,
  strength: number,
  seed: number,
): Frame {
  const touched = columns.map(name => columnOf(frame, name)).filter(column => disturbance.types.includes(column.type))
  if (touched.length === 0 || strength === 0) return frame
  return withColumns(
    frame,
    touched.map(column =>
      disturbance.apply(column, strength, createRandom(deriveSeed(seed, `${disturbance.id} ${column.name}`))),
    ),
  )
}
