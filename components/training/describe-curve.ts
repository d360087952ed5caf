import type { Direction } from '#ml/index.ts'
import type { CurveSeries } from '#server/training/contract.ts'
import { formatNumber } from '../ui/format.ts'

/** Returns the requested metric if it exists, else a validation metric. */
export function pickKey(keys: readonly string[], wanted: string | null, metric: string | null = null): string | null {
  if (wanted && keys.includes(wanted)) return wanted
  if (metric && keys.includes(`validation_${metric}`)) return `validation_${metric}`
  return keys.find(k => k.startsWith('validation_')) ?? keys.find(k => k === 'loss') ?? keys[0] ?? null
}

/** Which line was best and where, and whether it still got better at its end. */
export function curveSentence(series: readonly CurveSeries[], direction: Direction | null): string {
  const best = series
    .flatMap(s => {
      const point = bestOf(s, direction)
      return point ? [{ s, ...point }] : []
    })
    .reduce<{ s: CurveSeries; step: number; value: number } | null>(
      (a, b) => (a === null || (direction === 'maximize' ? b.value > a.value : b.value < a.value) ? b : a),
      null,
    )
  if (!best) return 'No results yet.'
  const last = best.s.points.at(-1)!.step
  const name = series.length > 1 ? `${best.s.name} was` : 'It was'
  const extreme = direction === 'maximize' ? 'highest' : 'lowest'
  if (best.step === last)
    return `${name} ${extreme} at its last step, ${formatNumber(last)}: ${formatNumber(best.value)}.`
  return `${name} ${extreme} at step ${formatNumber(best.step)}: ${formatNumber(best.value)}; no improvement in the ${last - best.step === 1 ? 'step' : `${formatNumber(last - best.step)} steps`} after.`
}

function bestOf(s: CurveSeries, direction: Direction | null): { step: number; value: number } | null {
  let best: { step: number; value: number } | null = null
  for (const { step, value } of s.points) {
    if (value === null) continue
    if (best === null || (direction === 'maximize' ? value > best.value : value < best.value)) best = { step, value }
  }
  return best
}
