import type { Metric } from '../metrics/types.ts'
import type { RobustnessPoint } from './types.ts'

const short = (value: number) => String(Number(value.toPrecision(3)))

/** Describes a curve: how far the metric changes, and up to which strength that is not significant. */
export function describeRobustness(
  metric: Metric,
  kind: { label: string },
  points: readonly RobustnessPoint[],
): string {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || first.value === null || last.value === null) {
    return `${kind.label}: ${metric.label} is not defined on these rows.`
  }
  const worse = (point: RobustnessPoint) =>
    point.value !== null &&
    (metric.direction === 'maximize'
      ? point.high !== null && first.low !== null && point.high < first.low
      : point.low !== null && first.high !== null && point.low > first.high)
  const firstWorse = points.findIndex(worse)
  const change = `${metric.label} goes from ${short(first.value)} to ${short(last.value)} at strength ${short(last.strength)}`
  if (firstWorse < 0) return `${kind.label}: ${change}, which is within chance.`
  const before = points[firstWorse - 1]!
  const safe =
    before.strength === 0
      ? 'it is clearly worse from the weakest on'
      : `up to ${short(before.strength)} it is within chance`
  return `${kind.label}: ${change}; ${safe}.`
}
