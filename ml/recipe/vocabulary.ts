import { toText } from '../frame/cell.ts'
import type { FrameColumn } from '../frame/frame.ts'
import type { RecipeStep } from './types.ts'

/** With few rows no level counts as rare. */
export const rareBelow = (rows: number, minCount: number): number => (rows < 50 ? 1 : minCount)

export const MAX_LEVELS = { 'one-hot': 40, ordinal: 1000, 'target-encoding': 10_000 } as const
export const RARE_LEVEL = { 'one-hot': 2, ordinal: 2, 'target-encoding': 1 } as const

/** Returns the number of levels of a column needed by all steps, and the minimum count of a level. */
function limitsOf(steps: readonly RecipeStep[], column: string): { most: number; minCount: number } {
  let most = 0
  let minCount = Number.POSITIVE_INFINITY
  for (const step of steps) {
    if (step.step !== 'one-hot' && step.step !== 'ordinal' && step.step !== 'target-encoding') continue
    if (!step.columns.includes(column)) continue
    most = Math.max(most, step.maxCategories ?? MAX_LEVELS[step.step])
    const rare = 'minCount' in step ? step.minCount : undefined
    minCount = Math.min(minCount, rare ?? RARE_LEVEL[step.step])
  }
  return most > 0 ? { most, minCount } : { most: MAX_LEVELS['one-hot'], minCount: RARE_LEVEL['one-hot'] }
}

/**
 * Chooses the levels that keep their own code, most frequent first (ties by name).
 * @param counts rows by level. @param missing rows without one: they count for the level that a step imputes.
 */
export function chooseVocabulary(
  counts: ReadonlyMap<string, number>,
  missing: number,
  rows: number,
  steps: readonly RecipeStep[],
  column: string,
): string[] {
  const { most, minCount } = limitsOf(steps, column)
  const all = new Map(counts)
  const filled = new Set<string>()
  for (const step of steps) {
    if (step.step !== 'impute' || step.strategy !== 'constant' || !step.columns.includes(column)) continue
    const level = String(step.value ?? 'missing')
    all.set(level, (all.get(level) ?? 0) + missing)
    filled.add(level)
  }
  const enough = rareBelow(rows, minCount)
  return [...all]
    .filter(([level, n]) => n >= enough || filled.has(level))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .filter(([level], rank) => rank < most || filled.has(level))
    .map(([level]) => level)
}

/** Counts the levels of a column on some rows. */
export function countLevels(
  column: FrameColumn,
  rows: ArrayLike<number>,
): { counts: Map<string, number>; missing: number } {
  const counts = new Map<string, number>()
  if (column.type === 'category') {
    const perCode = new Int32Array(column.dictionary.length)
    let present = 0
    for (let i = 0; i < rows.length; i++) {
      const code = column.codes[rows[i]!]!
      if (code < 0) continue
      perCode[code]!++
      present++
    }
    for (const [code, level] of column.dictionary.entries()) if (perCode[code]! > 0) counts.set(level, perCode[code]!)
    return { counts, missing: rows.length - present }
  }
  return countTexts(row => toText(column.values[rows[row]!]), rows.length)
}

export function countTexts(
  text: (row: number) => string | null,
  rows: number,
): { counts: Map<string, number>; missing: number } {
  const counts = new Map<string, number>()
  let missing = 0
  for (let i = 0; i < rows; i++) {
    const level = text(i)
    if (level === null) missing++
    else counts.set(level, (counts.get(level) ?? 0) + 1)
  }
  return { counts, missing }
}

/** Training rows by code. */
export function countCodes(codes: Float64Array, levels: number): Int32Array {
  const counts = new Int32Array(levels)
  for (const code of codes) if (code >= 0) counts[code]!++
  return counts
}
