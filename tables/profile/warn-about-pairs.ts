import { type ProfileWarning, pairAt, type Relations, type WarningFacts } from './contract.ts'

const MOST = 30

/** Returns highly correlated pairs. Columns that are highly correlated with the target are reported as leaks instead. */
export function warnAboutPairs(r: Relations): ProfileWarning[] {
  const found: (ProfileWarning & { weight: number })[] = []
  if (r.sampledRows < 30) return []
  const look = (names: string[], value: (at: number) => { size: number; facts: WarningFacts['correlated'] } | null) => {
    for (const [i, a] of names.entries())
      for (const [k, b] of names.slice(i + 1).entries()) {
        if (a === r.target || b === r.target) continue
        const measured = value(pairAt(i, i + 1 + k, names.length))
        if (!measured || measured.size < 0.95) continue
        const same = measured.size > 1 - 1e-6
        found.push({
          code: same ? 'same-as' : 'correlated',
          severity: same ? 'medium' : 'low',
          column: a,
          other: b,
          facts: measured.facts,
          weight: measured.size,
        })
      }
  }
  look(r.numbers, at => {
    const [linear, rank] = [r.pearson[at] ?? null, r.spearman[at] ?? null]
    if (linear === null && rank === null) return null
    // A single outlier can cause a linear correlation, so the ranks must agree.
    const size =
      Math.min(Math.abs(linear ?? 0), 1) >= 0.95 && Math.abs(rank ?? 0) < 0.7
        ? 0
        : Math.max(Math.abs(linear ?? 0), Math.abs(rank ?? 0))
    const byRank = Math.abs(rank ?? 0) > Math.abs(linear ?? 0)
    const measure = byRank ? 'spearman' : 'pearson'
    return { size, facts: { measure, value: (byRank ? rank : linear) ?? 0 } }
  })
  look(r.groups, at => {
    const v = r.cramersV[at] ?? null
    return v === null ? null : { size: v, facts: { measure: 'cramers-v', value: v } }
  })
  return found
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST)
    .map(({ weight: _, ...warning }) => warning)
}
