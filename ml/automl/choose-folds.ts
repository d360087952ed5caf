import { type Folds, makeFolds } from '../validation/folds.ts'
import { planFolds } from '../validation/plan-folds.ts'
import type { Table } from '../validation/table.ts'

/** Above this many rows one holdout tells models apart well enough. */
const HOLDOUT_ROWS = 100_000
/** Settings that the time should be enough for. */
const WANTED_SETTINGS = 15
/** Seconds that one good tree model of a million cells takes; measured, roughly. */
const SECONDS_PER_MILLION_CELLS = 2
/** Of a holdout for a large table: more rows only cost time. */
const MAX_HOLDOUT_ROWS = 50_000

/** How settings are compared. Small tables are repeated, since there the luck of one division decides; large ones, and short budgets, get fewer folds. */
export function chooseFolds(table: Table, budgetMs: number, seed: number): Folds & { reason: string } {
  const rows = table.data.rows.length
  const seconds = (rows * table.data.columns.length * SECONDS_PER_MILLION_CELLS) / 1e6
  const affordable = Math.floor(budgetMs / 1000 / WANTED_SETTINGS / Math.max(seconds, 1e-6))
  const count = rows > HOLDOUT_ROWS || affordable < 2 ? 1 : Math.min(5, Math.max(3, affordable))
  const repeats = rows < 1500 ? 3 : rows < 4000 ? 2 : 1
  const { plan, reason } = planFolds(table, count, repeats, Math.min(0.2, MAX_HOLDOUT_ROWS / rows))
  const made = makeFolds(plan, table.facts, seed)
  // The latest block first: it has most rows to learn from and is most like what comes next, should there be no time for the others.
  return { ...made, folds: plan.kind === 'time' ? [...made.folds].reverse() : made.folds, reason }
}
