import { FEW_OF_A_CLASS } from './registry.ts'

/** What the rows or the predictions of a classification lack, as code and facts. */
export type ClassWarning =
  /** Every row is predicted as this class, although others occur. */
  | { code: 'predicts_one_class'; facts: { class: string; rows: number; missed: number } }
  /** No row of these classes was measured: metrics that need them are empty. */
  | { code: 'class_missing'; facts: { classes: string[]; rows: number } }
  /** Too few rows of a class for a precise metric. */
  | { code: 'class_rare'; facts: { class: string; rows: number } }

/** Returns the warnings of a confusion matrix, `counts[true][predicted]`, most severe first. */
export function warnAboutClasses(confusion: { classes: readonly string[]; counts: number[][] }): ClassWarning[] {
  const { classes, counts } = confusion
  const actual = counts.map(row => row.reduce((sum, count) => sum + count, 0))
  const predicted = classes.map((_, k) => counts.reduce((sum, row) => sum + (row[k] ?? 0), 0))
  const rows = actual.reduce((sum, count) => sum + count, 0)
  if (rows === 0) return []
  const warnings: ClassWarning[] = []
  const called = predicted.flatMap((count, k) => (count > 0 ? [k] : []))
  const [only] = called
  if (called.length === 1 && actual[only!]! < rows)
    warnings.push({
      code: 'predicts_one_class',
      facts: { class: classes[only!]!, rows, missed: rows - actual[only!]! },
    })
  const missing = classes.filter((_, k) => actual[k] === 0)
  if (missing.length > 0) warnings.push({ code: 'class_missing', facts: { classes: missing, rows } })
  for (const [k, count] of actual.entries())
    if (count > 0 && count < FEW_OF_A_CLASS)
      warnings.push({ code: 'class_rare', facts: { class: classes[k]!, rows: count } })
  return warnings
}
