import { createClassReader, MAX_CLASSES, type Task } from '#ml/index.ts'
import type { ColumnType } from '#server/data/contract.ts'
import { AppError } from '#server/kernel/errors.ts'

/** Counts of a target's cells over the whole version. */
export interface TargetFacts {
  name: string
  type: ColumnType
  rows: number
  /** Cells with a value. */
  present: number
  /** Distinct values; counted only up to slightly more than the maximum of classes. */
  distinct: number
  /** Classes with their rows, most frequent first; only of few distinct values. */
  classes?: readonly TargetClass[]
}

/** `name` is what a model calls the class; `label` is the text of the cells. */
export interface TargetClass {
  name: string
  label: string
  rows: number
}

export const isNumeric = (type: ColumnType) => type === 'number' || type === 'integer'

/** Suggests the task of a target, with the reason: the engine's own rule (`detectTask`), decided from counts. */
export function suggestTask(facts: TargetFacts): { task: Task; reason: string } {
  const { name, type, distinct, rows } = facts
  if (distinct === 2) return { task: 'binary', reason: `“${name}” has two different values.` }
  if (!isNumeric(type) && type !== 'datetime')
    return {
      task: distinct < 2 ? 'binary' : 'multiclass',
      reason: `“${name}” holds ${distinct} different text values.`,
    }
  if (type === 'integer' && distinct <= 10 && rows >= 10 * distinct)
    return { task: 'multiclass', reason: `“${name}” holds whole numbers with only ${distinct} different values.` }
  return { task: 'regression', reason: `“${name}” holds numbers.` }
}

/** Throws `invalid`, with an alternative, for a target that cannot be learned, before anything is queued. */
export function requireLearnable(facts: TargetFacts, task: Task): void {
  const { name, type, present, distinct } = facts
  const refuse = (message: string, hint: string) => {
    throw new AppError('invalid', message, { hint })
  }
  if (present < 2)
    refuse(
      `The target “${name}” has ${present === 0 ? 'no values' : 'only one value'}.`,
      'Choose another target, or a version with rows where it is known.',
    )
  if (distinct < 2)
    refuse(
      `The target “${name}” has the same value in every row: there is nothing to predict.`,
      'Choose another target, or rows in which it varies.',
    )
  if (type === 'datetime')
    refuse(`The target “${name}” holds dates, which cannot be predicted.`, 'Choose a target of numbers or classes.')
  if (task === 'regression') {
    if (!isNumeric(type) && type !== 'boolean')
      refuse(
        `The target “${name}” holds text, which no regression can predict.`,
        'Train a classification, or choose a target of numbers.',
      )
    return
  }
  if (task === 'binary' && distinct > 2)
    refuse(
      `The target “${name}” has ${many(distinct)} values; a binary model needs two.`,
      'Choose the task multiclass, or regression for numbers.',
    )
  if (distinct > MAX_CLASSES)
    refuse(
      `The target “${name}” has ${many(distinct)} different values; at most ${MAX_CLASSES} classes are supported.`,
      isNumeric(type)
        ? 'Predict it as a number: choose the task regression.'
        : 'Group the values, or choose another target.',
    )
}

/** Returns the rarer of two classes: usually the one to be found. Equally frequent: the last as the engine sorts them. */
export function suggestPositive(classes: readonly TargetClass[], numeric: boolean): string | undefined {
  if (classes.length !== 2) return undefined
  const [a, b] = classes as [TargetClass, TargetClass]
  if (a.rows === b.rows) return lastClass(classes, numeric)
  return a.rows < b.rows ? a.name : b.name
}

/** Returns the positive class of runs without a choice: the last of two as the engine sorts them. */
export function lastClass(classes: readonly TargetClass[], numeric: boolean): string | undefined {
  if (classes.length !== 2) return undefined
  const [a, b] = classes as [TargetClass, TargetClass]
  const isLast = numeric ? Number(a.name) > Number(b.name) : a.name > b.name
  return isLast ? a.name : b.name
}

/** Returns the engine's name of the class that a caller means by its name or label. Throws `invalid` naming the classes. */
export function requirePositive(wished: string, task: Task, { name, classes = [] }: TargetFacts): string {
  if (task !== 'binary')
    throw new AppError('invalid', `A positive class needs a target of two classes, and this is a ${task} target.`, {
      hint: 'Leave it out.',
    })
  const labeled = classes.find(c => c.label === wished)
  const code = createClassReader(classes.map(c => c.name))(wished)
  const found = labeled ?? (code === undefined ? undefined : classes[code])
  if (found) return found.name
  throw new AppError('invalid', `The target “${name}” has no class “${wished}”.`, {
    hint: `Its classes are ${classes.map(c => `“${c.label}”`).join(' and ')}.`,
  })
}

const many = (n: number) => n.toLocaleString('en')
