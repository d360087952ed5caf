import type { Schema } from '#ml/index.ts'
import type { VersionColumn } from '#server/data/contract.ts'

export interface ColumnProblem {
  column: string
  expected: string
  got: string
}

type Kind = 'number' | 'time' | 'truth value' | 'word'

const KINDS: Record<VersionColumn['type'], Kind> = {
  number: 'number',
  integer: 'number',
  datetime: 'time',
  boolean: 'truth value',
  category: 'word',
  text: 'word',
  id: 'word',
  constant: 'word',
}

/** The kinds as which a column of this kind can be read without loss. Every kind can be read as text. */
const FITS: Record<Kind, readonly Kind[]> = {
  number: ['number'],
  time: ['time'],
  // One new word makes words of a column of truth values: it counts as missing.
  'truth value': ['truth value', 'number', 'word'],
  word: ['word', 'number', 'truth value', 'time'],
}

/**
 * Returns why a model cannot be evaluated on these columns: missing columns, columns of another kind, a missing target. A column that is
 * constant here, or was in training, is accepted.
 */
export function checkColumns(
  signature: Schema,
  target: string,
  task: 'regression' | 'binary' | 'multiclass',
  columns: readonly Pick<VersionColumn, 'name' | 'type'>[],
): ColumnProblem[] {
  const byName = new Map(columns.map(c => [c.name, c]))
  const problems: ColumnProblem[] = []
  for (const needed of signature.columns) {
    const column = byName.get(needed.name)
    const kind = KINDS[needed.type]
    if (!column) problems.push({ column: needed.name, expected: `a ${kind}`, got: 'no such column' })
    else if (column.type !== 'constant' && !FITS[kind].includes(KINDS[column.type]))
      problems.push({ column: needed.name, expected: `a ${kind}`, got: `a ${KINDS[column.type]}` })
  }
  const truth = byName.get(target)
  if (!truth) problems.push({ column: target, expected: 'the target', got: 'no such column' })
  else if (task === 'regression' && KINDS[truth.type] === 'time')
    problems.push({ column: target, expected: 'a number', got: 'a time' })
  return problems
}
