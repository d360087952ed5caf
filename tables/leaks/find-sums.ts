export interface NumberColumn {
  name: string
  /** NaN: missing. */
  values: readonly number[]
}

const MAX_PAIRS = 20
const MIN_ROWS = 10

/**
 * Returns pairs of columns that add up to the target in every row where all three are present. A column of zeros would pair with a copy of
 * the target, so it is excluded.
 */
export function findSums(columns: readonly NumberColumn[], target: readonly number[]): [string, string][] {
  const varied = columns.filter(c => c.values.some(v => v !== 0 && !Number.isNaN(v)))
  const pairs: [string, string][] = []
  for (let a = 0; a < varied.length; a++)
    for (let b = a + 1; b < varied.length && pairs.length < MAX_PAIRS; b++)
      if (addsUp(varied[a]!.values, varied[b]!.values, target)) pairs.push([varied[a]!.name, varied[b]!.name])
  return pairs
}

function addsUp(a: readonly number[], b: readonly number[], target: readonly number[]): boolean {
  let known = 0
  for (let row = 0; row < target.length; row++) {
    const gap = a[row]! + b[row]! - target[row]!
    if (Number.isNaN(gap)) continue
    if (Math.abs(gap) > 1e-9 * Math.max(1, Math.abs(target[row]!))) return false
    known++
  }
  return known >= MIN_ROWS
}
