import { type Folds, makeFolds } from '../validation/folds.ts'
import { planFolds } from '../validation/plan-folds.ts'
import type { Table } from '../validation/table.ts'

/** Above this many rows one holdout separates models well enough. */
const HOLDOUT_ROWS = 100_000
/** Number of settings that should fit into the budget. */
const WANTED_SETTINGS = 15
/** Approximate seconds that one good tree model needs per million cells; measured. */
const SECONDS_PER_MILLION_CELLS = 2
/** Maximum holdout rows of a large table: more rows only cost time. */
const MAX_HOLDOUT_ROWS = 50_000

/**
 * Chooses how settings are compared. Small tables repeat the folds, because chance of one division dominates; large tables and short
 * budgets
 * get fewer folds.
 */
export function chooseFolds(table: Table, budgetMs: number, seed: number): Folds & { reason: string } {
  const rows = table.data.rows.length
  const seconds = (rows * table.data.columns.length * SECONDS_PER_MILLION_CELLS) / 1e6
  const affordable = Math.floor(budgetMs / 1000 / WANTED_SETTINGS / Math.max(seconds, 1e-6))
  const count = rows > HOLDOUT_ROWS || affordable < 2 ? 1 : Math.min(5, Math.max(3, affordable))
  const repeats = rows < 1500 ? 3 : rows < 4000 ? 2 : 1
  const { plan, reason } = planFolds(table, count, repeats, Math.min(0.2, MAX_HOLDOUT_ROWS / rows))
  const made = makeFolds(plan, table.facts, seed)
  // The latest block comes first: it has the most training rows and is most like future data, in case there is no time for the others.
  return { ...made, folds: plan.kind === 'time' ? [...made.folds].reverse() : made.folds, reason }
}
