import { NODE_BYTES, type PackedTrees } from './pack.ts'
import type { Scorer } from './scorer.ts'

/** Scores one row after another in plain JavaScript. @param width scores per row. */
export function loopScorer(packed: PackedTrees, width: number): Scorer {
  const { roots, values, leafWidth, numbers, integers, cols } = packed
  const add = (x: ArrayLike<number>, offset: number, scores: Float64Array, at: number) => {
    for (let t = 0, slot = 0; t < roots.length; t++) {
      const leaf = findLeaf(numbers, integers, cols * 8, roots[t]!, x, offset)
      if (leafWidth === 1) {
        scores[at + slot]! += numbers[leaf >> 3]!
        if (++slot === width) slot = 0
      } else {
        const from = integers[leaf >> 2]!
        for (let k = 0; k < leafWidth; k++) scores[at + k]! += values[from + k]!
      }
    }
  }
  return {
    block: 64,
    addRow: (x, offset, scores) => add(x, offset, scores, 0),
    addRows(x, first, rows, scores) {
      for (let i = 0; i < rows; i++) add(x, (first + i) * cols, scores, i * width)
    },
  }
}

function findLeaf(
  numbers: Float64Array,
  integers: Int32Array,
  leafTest: number,
  root: number,
  x: ArrayLike<number>,
  offset: number,
): number {
  for (let at = root; ; ) {
    const test = integers[(at >> 2) + 2]!
    if (test === leafTest) return at
    const cell = x[offset + (test >> 3)]!
    let right: boolean
    if (Number.isNaN(cell)) right = (test & 1) === 1
    else if (test & 2) right = !hasCode(integers, at >> 2, (test & 4) !== 0, cell)
    else right = cell > numbers[at >> 3]!
    at = integers[(at >> 2) + 3]! + (right ? NODE_BYTES : 0)
  }
}

function hasCode(integers: Int32Array, node: number, large: boolean, cell: number): boolean {
  const set = large ? integers[node]! >> 2 : node
  const words = large ? integers[node + 1]! : 2
  const code = Math.trunc(cell)
  return code >= 0 && code < words * 32 && ((integers[set + (code >>> 5)]! >>> (code & 31)) & 1) === 1
}
