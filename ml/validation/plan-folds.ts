import type { FoldPlan } from './folds.ts'
import type { Table } from './table.ts'

/** With fewer rows a time block would be too small to measure on: one block is held out. */
const FEW_IN_TIME = 40

/**
 * Plans the folds by a table's roles: by time if there is a time column (random rows of a series would measure on data the model will never
 * see), whole groups if there is a group column, otherwise stratified.
 * @param count folds; 1 for one holdout.
 */
export function planFolds(
  table: Table,
  count: number,
  repeats = 1,
  fraction = 0.2,
): { plan: FoldPlan; reason: string } {
  const { facts, timeColumn, groupColumn } = table
  const classes = facts.classes !== undefined
  const evenly = classes ? 'with the classes spread evenly' : 'at random'
  if (timeColumn) {
    const reason = `in the order of “${timeColumn}”`
    if (count === 1) return { plan: { kind: 'holdout', by: 'time', fraction }, reason }
    if (facts.rows < FEW_IN_TIME) return { plan: { kind: 'holdout', by: 'time', fraction: 0.25 }, reason }
    const folds = Math.min(count, 4)
    return { plan: { kind: 'time', folds, fraction: 0.5 / folds }, reason }
  }
  if (groupColumn) {
    const reason = `with each “${groupColumn}” wholly on one side`
    if (count === 1) return { plan: { kind: 'holdout', by: 'group', fraction }, reason }
    return { plan: { kind: classes ? 'stratified-group' : 'group', folds: count, repeats }, reason }
  }
  if (count === 1) return { plan: { kind: 'holdout', by: classes ? 'stratified' : 'random', fraction }, reason: evenly }
  return { plan: { kind: classes ? 'stratified' : 'k-fold', folds: count, repeats }, reason: evenly }
}
