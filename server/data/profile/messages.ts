import type { ProfileWarning, WarningFacts } from '#tables/profile/contract.ts'
import { formatCells, formatShare, formatWhole } from '../message-text.ts'
import type { ShownWarning, StoredWarning } from './contract.ts'

const four = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const three = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const MEASURES = { pearson: 'Pearson r', spearman: 'Spearman ρ', 'cramers-v': "Cramér's V" } as const

type Pair = WarningFacts['correlated']
const strength = ({ measure, value }: Pair) => `${MEASURES[measure]} = ${three.format(value)}`
const missing = ({ missing, rows }: WarningFacts['missing'], column: string) =>
  `${formatShare(missing, rows)} of the cells of ${column} are missing.`
const distinctText = ({ distinct, exact }: { distinct: number; exact: boolean }) =>
  `${exact ? '' : 'about '}${formatWhole(distinct)} distinct values`

/** `column`: empty for warnings about the table; `other`: the second column of a pair. */
type Messages = { [C in keyof WarningFacts]: (facts: WarningFacts[C], column: string, other: string) => string }

const MESSAGES: Messages = {
  constant: ({ value }, column) =>
    value === null
      ? `${column} is empty: every cell is missing.`
      : `${column} is constant (“${value}”) and carries no information.`,
  'mostly-missing': missing,
  missing,
  infinite: ({ cells }, column) =>
    `${formatCells(cells)} of ${column} ${cells === 1 ? 'is' : 'are'} infinite or not a number and left out of the statistics.`,
  dominant: ({ value, count, cells }, column) =>
    `${formatShare(count, cells)} of ${column} are “${value}”; all other values together have ${formatWhole(cells - count)} rows.`,
  zeros: ({ zeros, cells }, column) =>
    `${formatShare(zeros, cells)} of ${column} are zero: check that zero is a measured value and does not stand for missing.`,
  skewed: ({ skewness, mean, median }, column) =>
    `${column} is strongly skewed to the ${skewness > 0 ? 'right' : 'left'} (skewness ${four.format(skewness)}, mean ${four.format(mean)}, median ${four.format(median)}).`,
  outliers: ({ extreme, lowerQuartile, upperQuartile }, column) =>
    `${column} has outliers: it reaches ${four.format(extreme)}, while half of its values are between ${four.format(lowerQuartile)} and ${four.format(upperQuartile)}.`,
  'high-cardinality': (facts, column) =>
    `${column} has ${distinctText(facts)}, on average ${four.format(facts.cells / facts.distinct)} rows each: too few to learn from each of them.`,
  unique: (facts, column) =>
    facts.integer
      ? `${column} is a different integer in every row${facts.monotone ? ', in row order' : ''}, like an id: exclude it unless it is a measurement.`
      : `${column} is nearly unique: ${distinctText(facts)} in ${formatCells(facts.cells)}. A model cannot learn from values that occur once.`,
  'row-order': ({ direction }, column) =>
    `${column} is ${direction} from row to row: it encodes the row order, which leaks across a random split.`,
  'blank-words': ({ value, cells }, column) =>
    `${formatCells(cells)} of ${column} ${cells === 1 ? 'is' : 'are'} ${value === '' ? 'blank' : `“${value}”`}, which often stands for missing but is counted as a value.`,
  'target-missing': ({ missing, rows }, column) =>
    `The target ${column} is missing in ${formatWhole(missing)} ${missing === 1 ? 'row' : 'rows'} (${formatShare(missing, rows)}): these rows cannot be used for training.`,
  'target-constant': ({ value }, column) =>
    `The target ${column} has a single value, “${value}”: there is nothing to predict.`,
  imbalance: ({ value, count, cells }, column) =>
    `The target ${column} is imbalanced: “${value}” has ${formatWhole(count)} of ${formatWhole(cells)} rows (${formatShare(count, cells)}). Choose a metric that is sensitive to the rare class instead of accuracy.`,
  duplicates: ({ duplicates, rows }) =>
    `${formatWhole(duplicates)} ${duplicates === 1 ? 'row is a duplicate' : 'rows are duplicates'} of another (${formatShare(duplicates, rows)}): duplicates can be in both training and test data.`,
  'few-rows': ({ rows }) =>
    `There ${rows === 1 ? 'is 1 row' : `are ${formatWhole(rows)} rows`}: too few to evaluate a model.`,
  'same-as': (pair, column, other) => `${column} and ${other} are redundant (${strength(pair)}): keep one of them.`,
  correlated: (pair, column, other) =>
    `${column} and ${other} are highly correlated (${strength(pair)}): their importance may be split.`,
}

/** Returns the sentence of a warning. Warnings stored before codes and facts keep their text. */
export function describeWarning(warning: StoredWarning): string {
  if ('legacyText' in warning) return warning.legacyText
  const message = MESSAGES[warning.code] as (facts: ProfileWarning['facts'], column: string, other: string) => string
  return message(warning.facts, warning.column ?? '', warning.other ?? '')
}

export const showWarning = (warning: StoredWarning): ShownWarning => {
  const { code, facts, severity, column, other } = warning
  return { kind: code, facts, severity, column, ...(other ? { other } : {}), sentence: describeWarning(warning) }
}
