import { EngineError } from './errors.ts'
import { createRandom } from './random.ts'

/** `fraction` = share of the rows held out for validation, 0 < fraction < 1; default 0.2. */
export type Split =
  | { kind: 'random'; fraction?: number }
  /** Same class shares on both sides. */
  | { kind: 'stratified'; fraction?: number }
  /** The latest rows are held out, as the model will be used on later rows. */
  | { kind: 'time'; column?: string; fraction?: number }
  /** A group (customer, machine) is entirely on one side. */
  | { kind: 'group'; column?: string; fraction?: number }

export type SplitRows = { train: Int32Array; validation: Int32Array }

function heldOutCount(rows: number, fraction: number): number {
  if (!(fraction > 0 && fraction < 1)) {
    throw new EngineError('split-fraction', `A validation share of ${fraction} is not between 0 and 1.`, 'Use 0.2.')
  }
  if (rows < 2) {
    throw new EngineError('split-rows', `${rows} usable row(s) cannot be split in two.`, 'Add more rows.')
  }
  return Math.min(rows - 1, Math.max(1, Math.round(rows * fraction)))
}

/** Both sides in ascending row order. */
export function sidesOf(rows: number, heldOut: ArrayLike<number>): SplitRows {
  const out = new Uint8Array(rows)
  for (let i = 0; i < heldOut.length; i++) out[heldOut[i]!] = 1
  const validation = new Int32Array(heldOut.length)
  const train = new Int32Array(rows - heldOut.length)
  let [t, v] = [0, 0]
  for (let row = 0; row < rows; row++) {
    if (out[row]) validation[v++] = row
    else train[t++] = row
  }
  return { train, validation }
}

const range = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, i) => i)

export function splitRandom(rows: number, fraction: number, seed: number): SplitRows {
  const count = heldOutCount(rows, fraction)
  return sidesOf(rows, createRandom(seed).shuffle(range(rows)).subarray(0, count))
}

/** @param classes class code per row. Every class with at least two rows is on both sides. */
export function splitStratified(classes: ArrayLike<number>, fraction: number, seed: number): SplitRows {
  const rows = classes.length
  heldOutCount(rows, fraction)
  const members = new Map<number, number[]>()
  for (let i = 0; i < rows; i++) {
    const list = members.get(classes[i]!)
    if (list) list.push(i)
    else members.set(classes[i]!, [i])
  }
  const random = createRandom(seed)
  const heldOut: number[] = []
  for (const code of [...members.keys()].sort((a, b) => a - b)) {
    const list = random.shuffle(members.get(code)!)
    const count = list.length < 2 ? 0 : Math.min(list.length - 1, Math.max(1, Math.round(list.length * fraction)))
    for (const row of list.slice(0, count)) heldOut.push(row)
  }
  if (heldOut.length === 0) return splitRandom(rows, fraction, seed)
  return sidesOf(rows, heldOut)
}

/** Rows from earliest to latest; NaN counts as earliest, ties keep row order. */
export function timeOrder(times: Float64Array): Int32Array {
  const key = (row: number) => (Number.isNaN(times[row]!) ? Number.NEGATIVE_INFINITY : times[row]!)
  return range(times.length).sort((a, b) => {
    const [ka, kb] = [key(a), key(b)]
    return ka === kb ? a - b : ka < kb ? -1 : 1
  })
}

/** @param times one number per row, as for `timeOrder`. The latest share is held out. */
export function splitByTime(times: Float64Array, fraction: number): SplitRows {
  const count = heldOutCount(times.length, fraction)
  const order = timeOrder(times)
  return sidesOf(times.length, order.subarray(times.length - count))
}

/** @param groups group code per row. Whole groups are held out until their rows reach the share. */
export function splitByGroup(groups: ArrayLike<number>, fraction: number, seed: number): SplitRows {
  const rows = groups.length
  const wanted = heldOutCount(rows, fraction)
  const members = new Map<number, number[]>()
  for (let i = 0; i < rows; i++) {
    const list = members.get(groups[i]!)
    if (list) list.push(i)
    else members.set(groups[i]!, [i])
  }
  if (members.size < 2) {
    throw new EngineError('split-groups', 'All rows belong to one group.', 'Choose another group column or split.')
  }
  const order = createRandom(seed).shuffle([...members.keys()].sort((a, b) => a - b))
  const heldOut: number[] = []
  for (const group of order.slice(0, -1)) {
    if (heldOut.length >= wanted) break
    for (const row of members.get(group)!) heldOut.push(row)
  }
  return sidesOf(rows, heldOut)
}
