import type { ClassWarning } from '#ml/index.ts'

const count = (n: number, one: string) => `${n.toLocaleString('en')} ${n === 1 ? one : `${one}s`}`

/** Describes a class warning in one sentence. */
export function classWarningMessage({ code, facts }: ClassWarning): string {
  if (code === 'predicts_one_class')
    return `The model predicts “${facts.class}” for all ${count(facts.rows, 'row')} and misses ${count(facts.missed, 'row')} of other classes.`
  if (code === 'class_missing') {
    const names = facts.classes.slice(0, 5).map(name => `“${name}”`)
    const more = facts.classes.length - names.length
    return `No measured row is of the class ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}: metrics that need it are empty.`
  }
  return `Only ${count(facts.rows, 'measured row')} of the class “${facts.class}”: metrics about it are very uncertain.`
}

/** True: the numbers of the model must not be shown as its achievement. */
export const isMisleading = (warnings: readonly ClassWarning[]): boolean =>
  warnings.some(({ code }) => code === 'predicts_one_class')
