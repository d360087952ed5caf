import { EngineError } from '../errors.ts'
import { deriveSeed } from '../random.ts'
import { type Split, type SplitRows, splitByGroup, splitByTime, splitRandom, splitStratified } from '../split.ts'
import { groupsOf, type Table, timesOf } from './table.ts'

/**
 * Holds rows out as requested; by default by time if there is a time column, by group if there is one, otherwise stratified or random.
 * @returns positions into the table's rows.
 */
export function splitRows(split: Split | undefined, table: Table, seed: number): SplitRows {
  const { data, facts, timeColumn, groupColumn } = table
  const { frame, rows, y, task } = data
  const chosen: Split =
    split ??
    (timeColumn
      ? { kind: 'time' }
      : groupColumn
        ? { kind: 'group' }
        : { kind: task === 'regression' ? 'random' : 'stratified' })
  const fraction = chosen.fraction ?? 0.2
  const splitSeed = deriveSeed(seed, 'split')
  const need = (name: string | undefined, what: string) => {
    if (name) return name
    throw new EngineError('split-column', `A split by ${what} needs a ${what} column.`, 'Give a column that role.')
  }
  switch (chosen.kind) {
    case 'random':
      return splitRandom(facts.rows, fraction, splitSeed)
    case 'stratified':
      return task === 'regression'
        ? splitRandom(facts.rows, fraction, splitSeed)
        : splitStratified(y, fraction, splitSeed)
    case 'time':
      return splitByTime(timesOf(frame, need(chosen.column ?? timeColumn, 'time'), rows), fraction)
    case 'group':
      return splitByGroup(groupsOf(frame, need(chosen.column ?? groupColumn, 'group'), rows), fraction, splitSeed)
  }
}
