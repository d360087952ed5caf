import { Text } from '@mantine/core'
import type { MonitorStatus } from '#server/monitoring/contract.ts'
import { HeatMap } from '../charts/heat-map.tsx'
import {
  driftFigure,
  fillWindows,
  formatTimesLimit,
  MOST_TIMES,
  mapSummary,
  rankColumns,
  timesLimit,
  unjudgedSentence,
} from './labels.ts'

const ANSWERS = 'predictions'

/** Columns × windows: how many times its limit each is away from training. */
export function DriftMap({ status }: { status: MonitorStatus }) {
  const { windows } = status
  const unjudged = unjudgedSentence(windows, status.grain)
  const names = fillWindows(windows.map(w => w.window))
  const byName = new Map(windows.map(w => [w.window, w]))
  const answers = windows.some(w => w.prediction)
  const rows = [...(answers ? [ANSWERS] : []), ...rankColumns(status)]
  const cells = rows.map((row, r) =>
    names.map(name => {
      const window = byName.get(name)
      const drift = answers && r === 0 ? window?.prediction : window?.columns.find(c => c.name === row)
      if (!window || !drift) return { value: null, flagged: false, title: `${row}, ${name}: no rows` }
      const title = `${row}, ${name}: ${driftFigure(drift)}`
      return { value: drift.judged ? timesLimit(drift) : null, flagged: drift.drifted, title }
    }),
  )
  // Without a judged window the map would be a wall of empty cells.
  if (unjudged) return <Text size="sm">{unjudged}</Text>
  return (
    <HeatMap
      title={`Drift per column and ${status.grain}`}
      note="multiple of the threshold, against training · ● drifted"
      summary={mapSummary(status)}
      rows={rows}
      columns={names}
      cells={cells}
      format={formatTimesLimit}
      strongestAt={MOST_TIMES}
    />
  )
}
