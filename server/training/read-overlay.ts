import type { ClassCurves, Curves } from '#ml/metrics/curves.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { CurvePoint, Overlay } from './contract.ts'
import { requireRuns } from './read-runs.ts'
import type { StoredResult } from './rules/store-result.ts'
import { listResults } from './store.ts'

/** Points of a drawn curve; more are not distinguishable on a screen. */
const MAX_POINTS = 120
/** Precision that is visible in a pixel. */
const DIGITS = 4

const classesOf = (curves: unknown): ClassCurves[] => {
  const { kind, byClass } = curves as Curves & { byClass?: ClassCurves[] }
  return kind === 'classification' ? (byClass ?? []) : []
}

/** Thins a curve evenly, keeping both ends, and rounds it. */
export function thinCurve(points: readonly CurvePoint[], most = MAX_POINTS): CurvePoint[] {
  const step = Math.max(1, (points.length - 1) / (most - 1))
  const count = Math.min(points.length, most)
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = points[Math.round(i * step)]!
    return [Number(x.toFixed(DIGITS)), Number(y.toFixed(DIGITS))]
  })
}

const curveOf = (of: ClassCurves | undefined, pick: 'roc' | 'pr'): CurvePoint[] => {
  if (!of) return []
  const points: CurvePoint[] =
    pick === 'roc'
      ? of.roc.map(p => [p.falsePositiveRate, p.truePositiveRate])
      : of.pr.map((p): CurvePoint => [p.recall, p.precision]).sort((a, b) => a[0] - b[0])
  return thinCurve(points)
}

/** Returns the intervals of all metrics of finished runs, and ROC and precision-recall curves for the class that they have in common. */
export async function readOverlay(kernel: Kernel, caller: Caller, refs: readonly string[]): Promise<Overlay> {
  await authorize(kernel, caller, 'training:read')
  const runs = await requireRuns(kernel, caller.scope, [...new Set(refs)])
  const results = await listResults(
    kernel.db,
    caller.scope,
    runs.map(run => run.id),
  )
  const finished = runs.flatMap(run => {
    const result = results.get(run.id) as Partial<StoredResult> | null | undefined
    return result ? [{ run, result, classes: classesOf(result.curves ?? {}) }] : []
  })
  const name = finished.find(({ classes }) => classes.length > 0)?.classes[0]?.class ?? null
  return {
    class: name,
    items: finished.map(({ run, result, classes }) => {
      const shown = classes.find(c => c.class === name)
      return {
        run: run.id.replaceAll('-', ''),
        intervals: result.intervals ?? {},
        roc: curveOf(shown, 'roc'),
        pr: curveOf(shown, 'pr'),
      }
    }),
  }
}
