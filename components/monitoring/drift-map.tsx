import type { MonitorStatus } from '#server/monitoring/contract.ts'
import { HeatMap } from '../charts/heat-map.tsx'
import { fillWindows, formatTimesLimit, mapSummary, rankColumns, testLabel, timesLimit } from './labels.ts'

const ANSWERS = 'predictions'

/** Columns × windows: how many times its limit each is away from training. */
export function DriftMap({ status }: { status: MonitorStatus }) {
  const { windows } = status
  const names = fillWindows(windows.map(w => w.window))
  const byName = new Map(windows.map(w => [w.window, w]))
  const answers = windows.some(w => w.prediction)
  const rows = [...(answers ? [ANSWERS] : []), ...rankColumns(status)]
  const cells = rows.map((row, r) =>
    names.map(name => {
      const window = byName.get(name)
      const drift = answers && r === 0 ? window?.prediction : window?.columns.find(c => c.name === row)
      if (!window || !drift) return { value: null, flagged: false, title: `${row}, ${name}: no rows` }
      const figure = `${testLabel(drift)} ${drift.statistic.toFixed(3)}, limit ${drift.threshold}, ${drift.rows} rows`
      return drift.judged
        ? { value: timesLimit(drift), flagged: drift.drifted, title: `${row}, ${name}: ${figure}` }
        : { value: null, flagged: false, title: `${row}, ${name}: too few rows (${drift.rows}) to judge` }
    }),
  )
  return (
    <HeatMap
      title={`Drift per column and ${status.grain}`}
      note="multiple of the threshold, against training · ● drifted"
      summary={mapSummary(status)}
      rows={rows}
      columns={names}
      cells={cells}
      format={formatTimesLimit}
    />
  )
}
