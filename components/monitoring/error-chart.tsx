import type { MonitorStatus } from '#server/monitoring/contract.ts'
import { Chart } from '../charts/chart.tsx'
import { formatMetric } from '../training/labels.ts'
import { errorSummary, fillWindows, versionMarks } from './labels.ts'

/** Live metric per window and that of the validation rows. */
export function ErrorChart({ status }: { status: MonitorStatus }) {
  const names = fillWindows(status.windows.map(w => w.window))
  const byName = new Map(status.performance.map(p => [p.window, p]))
  const points = names.map((name, x) => {
    const { value = null, low = null, high = null } = byName.get(name) ?? {}
    return { x, y: value, low, high }
  })
  const baseline = status.performance.at(-1)
  const write = (value: number) => formatMetric(status.metric?.id, { value })
  const label = status.metric?.label ?? baseline?.metric ?? ''
  return (
    <Chart
      kind="line"
      title={status.metric?.direction === 'maximize' ? 'Score, measured' : 'Error, measured'}
      note={`${label} per ${status.grain}, ${status.metric?.direction === 'maximize' ? 'higher' : 'lower'} is better; tint = 95 % interval`}
      summary={errorSummary(status, write)}
      series={[{ name: label, points }]}
      {...(baseline && baseline.baselineLow !== null && baseline.baselineHigh !== null
        ? {
            band: {
              low: baseline.baselineLow,
              high: baseline.baselineHigh,
              label: `validation: ${write(baseline.baseline ?? 0)}, 95 % interval ${write(baseline.baselineLow)} to ${write(baseline.baselineHigh)}`,
            },
          }
        : {})}
      markers={versionMarks(status.windows, names, status.events)}
      x={{ label: status.grain, format: x => names[Math.round(x)] ?? '' }}
      y={{ label, format: write }}
      height={220}
    />
  )
}
