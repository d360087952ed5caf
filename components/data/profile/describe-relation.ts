import type { ShownRelations, TargetRelation } from '#server/data/profile/contract.ts'
import { formatCell } from '../labels.ts'

const MEASURE: Record<TargetRelation['measure'], string> = {
  pearson: 'Pearson',
  'correlation-ratio': 'η²',
  'cramers-v': 'Cramér’s V',
}

export const formatMeasure = (r: TargetRelation) => `${MEASURE[r.measure]} ${formatCell(r.value)}`

/** On one scale from 0 to 1: the share of variance, or its like, that the column and the target share. */
export const strengthOf = (r: TargetRelation): number =>
  r.measure === 'correlation-ratio' ? (r.value ?? 0) : Math.max(Math.abs(r.value ?? 0), Math.abs(r.spearman ?? 0)) ** 2

/** What the numbers were counted on. */
export const describeBasis = (r: ShownRelations) =>
  r.exact
    ? `on all ${r.rows.toLocaleString('en')} rows`
    : `on a sample of ${r.sampledRows.toLocaleString('en')} of ${r.rows.toLocaleString('en')} rows (seed ${r.seed})`

export function describeRelation(r: TargetRelation, relations: ShownRelations): string {
  const parts = [formatMeasure(r)]
  if (r.spearman !== null) parts.push(`Spearman ${formatCell(r.spearman)}`)
  if (r.mutualInformation !== null) parts.push(`mutual information ${formatCell(r.mutualInformation)} nats`)
  const way = r.direction === null ? '' : ` The target tends to go ${r.direction} as it rises.`
  return `With the target ${relations.target}: ${parts.join(', ')}, ${describeBasis(relations)}.${way}`
}
