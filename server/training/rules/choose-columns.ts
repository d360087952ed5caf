import { autoRecipe, type Schema, type Task } from '#ml/index.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { SPLITS } from '../contract.ts'

export type SplitKind = (typeof SPLITS)[number]

/** Columns that a training reads: features, target, and those that split or weight the rows. */
export interface TrainingColumns {
  /** In the order of the version. */
  read: VersionColumn[]
  /** Names of the features. */
  features: string[]
}

export function chooseColumns(
  schema: readonly VersionColumn[],
  target: string,
  ignore: readonly string[] = [],
): TrainingColumns {
  const left = new Set(ignore)
  const considered = schema.filter(c => c.name === target || (c.role !== 'ignore' && !left.has(c.name)))
  const features = autoRecipe(toEngineSchema(considered.filter(c => c.name !== target))).inputs.map(i => i.name)
  const used = new Set(features)
  const read = considered.filter(
    c => c.name === target || used.has(c.name) || c.role === 'group' || c.role === 'weight' || c.role === 'time',
  )
  return { read, features }
}

export const toEngineSchema = (columns: readonly VersionColumn[]): Schema => ({
  columns: columns.map(({ name, type, role, nullable, domain, format }) => ({
    name,
    type,
    role,
    nullable,
    ...(domain ? { domain } : {}),
    ...(format ? { format } : {}),
  })),
})

/** Chooses how rows are held out, with the reason. Throws `invalid` for a split that the columns do not support. */
export function chooseSplit(
  columns: readonly VersionColumn[],
  task: Task,
  wished?: SplitKind,
): { split: SplitKind; reason: string } {
  const time = columns.find(c => c.role === 'time')?.name
  const group = columns.find(c => c.role === 'group')?.name
  if (wished === 'time' && !time)
    throw new AppError('invalid', 'A split by time needs a time column, and no column used here has that role.', {
      hint: 'Give a date column the role “time” on the dataset’s schema page, or choose another split.',
    })
  if (wished === 'group' && !group)
    throw new AppError('invalid', 'A split by group needs a group column, and no column used here has that role.', {
      hint: 'Give a column the role “group” on the dataset’s schema page, or choose another split.',
    })
  const split = wished ?? (time ? 'time' : group ? 'group' : task === 'regression' ? 'random' : 'stratified')
  const reason = {
    time: `The newest fifth of the rows by “${time}” is held out: the model is evaluated on later data than it was trained on.`,
    group: `A fifth of the groups of “${group}” is held out whole.`,
    stratified: 'A random fifth of the rows is held out, with the same share of each class.',
    random: 'A random fifth of the rows is held out.',
  }[split]
  return { split, reason }
}
