import { Grid } from '@mantine/core'
import type { RunSummary } from '#server/training/contract.ts'
import { BarList } from '../charts/bar-list.tsx'
import { ScatterPlot } from '../charts/scatter-plot.tsx'
import { formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { bestOfTrainers } from './filter-runs.ts'
import { type Direction, directionLabel, formatMeasured, formatRunDuration, metricLabel, tookMs } from './labels.ts'

/** Fewer are read faster in the table. */
const FEWEST = 3

/** What each trainer reached, and what a better result costs in time. */
export function OverviewPanels({
  runs,
  metric,
  direction,
}: {
  runs: RunSummary[]
  metric: string | null
  direction: Direction | null
}) {
  const measured = runs.filter(run => run.measured?.value != null)
  if (!metric || !direction || measured.length < FEWEST) return null
  const best = bestOfTrainers(measured, direction)
  const timed = measured.filter(run => tookMs(run) !== null)
  const fastest = timed.toSorted((a, b) => tookMs(a)! - tookMs(b)!)[0]
  const label = metricLabel(metric)
  return (
    <Grid gap="md">
      {best.length > 1 ? (
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Panel>
            <BarList
              title="Best of each trainer"
              note={`${label}, ${directionLabel(direction)}`}
              summary={`${best[0]!.trainer} does best, ${best.at(-1)!.trainer} worst.`}
              items={best.map(run => {
                const { value, half } = formatMeasured(run.measured)
                return {
                  name: run.trainer,
                  value: run.measured!.value!,
                  words: `${value}${half ? ` ± ${half}` : ''} (#${run.number})`,
                }
              })}
            />
          </Panel>
        </Grid.Col>
      ) : null}
      {timed.length >= FEWEST ? (
        <Grid.Col span={{ base: 12, md: best.length > 1 ? 7 : 12 }}>
          <Panel>
            <ScatterPlot
              title="Result and time"
              note="one dot per run"
              summary={`The best, #${best[0]!.number}, took ${formatRunDuration(best[0]!)} to train; the fastest, #${fastest!.number}, ${formatRunDuration(fastest!)}.`}
              points={timed.map(run => ({
                x: tookMs(run)! / 1000,
                y: run.measured!.value!,
                name: `#${run.number} ${run.trainer}, ${formatRunDuration(run)}`,
              }))}
              xLabel="seconds to train"
              yLabel={label}
              yWords={formatNumber}
              height={200}
            />
          </Panel>
        </Grid.Col>
      ) : null}
    </Grid>
  )
}
