import type { Trees } from './model.ts'

/** Returns whether a cell of the tested feature goes to `node`'s left child. The reference definition; prediction packs it for speed. */
export function goesLeft(trees: Trees, node: number, cell: number): boolean {
  const flags = trees.flags[node]!
  if (Number.isNaN(cell)) return (flags & 1) === 1
  const at = trees.threshold[node]!
  if ((flags & 2) === 0) return cell <= at
  const code = Math.trunc(cell)
  const words = trees.categories[at]!
  return code >= 0 && code < words * 32 && ((trees.categories[at + 1 + (code >>> 5)]! >>> (code & 31)) & 1) === 1
}
