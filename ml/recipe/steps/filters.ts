import { removeSlot, type Slot } from '../program.ts'
import type { Training } from '../training.ts'
import type { FittedStep } from '../types.ts'
import { type Fitted, listNames, type Step, shortNumber } from './step.ts'

const all = (columns: readonly string[], what: string) => (columns.length === 0 ? what : listNames(columns))
const DEFAULT_SHARE = 0.995
const DEFAULT_LIMIT = 0.98
/** Rows sampled for correlations, evenly spaced: enough for a precision of 0.003. */
const CORRELATION_ROWS = 100_000

export const drop: Step<'drop'> & Fitted<'drop'> = {
  takes: ['number', 'category', 'boolean', 'datetime', 'text'],
  explain: step => `${listNames(step.columns)}: not used.`,
  effect: step => ({ gone: step.columns }),
  fit: (_step, [slot]) => [{ step: 'drop', column: slot!.name }],
  describe: step => `${step.column}: left out${step.because ? `, ${step.because}` : ''}.`,
  compile(step, program) {
    // A dropped input may be missing from the fitted recipe.
    const slot = program.slots.get(step.column)
    if (slot) removeSlot(program, slot)
  },
}

export const nearConstant: Step<'near-constant'> = {
  takes: ['number', 'category', 'boolean', 'datetime', 'text'],
  whole: true,
  explain: step =>
    `${all(step.columns, 'All columns')}: left out where ${shortNumber((step.share ?? DEFAULT_SHARE) * 100)} % or more of the training rows have the same value.`,
  effect: () => ({}),
  fit(step, slots, training) {
    return slots.flatMap((slot): FittedStep[] => {
      const share = commonestShare(slot, training)
      if (share < (step.share ?? DEFAULT_SHARE)) return []
      training.absent.add(slot.name)
      const because = `as ${shortNumber(share * 100)} % of its cells are the same`
      return [{ step: 'drop', column: slot.name, because }]
    })
  },
}

/** Share of the most frequent value; missing counts as a value. */
function commonestShare(slot: Slot, training: Training): number {
  const counts = new Map<number | string | null, number>()
  let most = 0
  const count = (value: number | string | null) => {
    const n = (counts.get(value) ?? 0) + 1
    counts.set(value, n)
    if (n > most) most = n
  }
  if (slot.kind === 'text') {
    const text = training.texts(slot)
    for (let i = 0; i < training.rows; i++) count(text(i))
  } else {
    for (const cell of training.numbers(slot)) count(cell)
  }
  return most / training.rows
}

export const correlation: Step<'correlation'> = {
  takes: ['number', 'boolean'],
  whole: true,
  explain: step =>
    `${all(step.columns, 'All numbers')}: of two that go together almost perfectly (correlation above ${step.limit ?? DEFAULT_LIMIT}), only the first is kept.`,
  effect: () => ({}),
  fit(step, slots, training) {
    const limit = step.limit ?? DEFAULT_LIMIT
    const kept: { name: string; cells: Float64Array }[] = []
    return slots.flatMap((slot): FittedStep[] => {
      const cells = standardized(training.numbers(slot))
      if (!cells) return []
      for (const earlier of kept) {
        const r = dot(cells, earlier.cells)
        if (Math.abs(r) <= limit) continue
        training.absent.add(slot.name)
        const because = `as it goes with ${earlier.name} (correlation ${shortNumber(r)})`
        return [{ step: 'drop', column: slot.name, because }]
      }
      kept.push({ name: slot.name, cells })
      return []
    })
  },
}

/** Centered and scaled to length 1; missing cells are at the mean. Undefined when constant or a code (`levels`). */
function standardized(all: Float64Array): Float64Array | undefined {
  const stride = Math.ceil(all.length / CORRELATION_ROWS)
  const cells =
    stride === 1
      ? all.slice()
      : Float64Array.from({ length: Math.floor(all.length / stride) }, (_, i) => all[i * stride]!)
  let sum = 0
  let present = 0
  for (const cell of cells) {
    if (Number.isNaN(cell)) continue
    sum += cell
    present++
  }
  const mean = sum / present
  let squares = 0
  for (let i = 0; i < cells.length; i++) {
    const gap = Number.isNaN(cells[i]!) ? 0 : cells[i]! - mean
    cells[i] = gap
    squares += gap * gap
  }
  const length = Math.sqrt(squares)
  if (!(length > Math.abs(mean) * 1e-12)) return undefined
  for (let i = 0; i < cells.length; i++) cells[i]! /= length
  return cells
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
