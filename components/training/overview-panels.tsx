import { Grid } from '@mantine/core'
import type { Direction } from '#ml/index.ts'
import type { RunSummary } from '#server/training/contract.ts'
import { Chart } from '../charts/chart.tsx'
import type { Point } from '../charts/chart-props.ts'
import { formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { bestOfTrainers } from './filter-runs.ts'
import { directionLabel, formatMeasured, formatTrainTime, metricLabel } from './labels.ts'

/** Fewer are read faster in the table. */
const FEWEST = 3

function barOf(run: RunSummary, x: number): Point {
  const { value, half } = formatMeasured(run.measured)
  return { x, y: run.measured!.value!, name: run.trainer, text: `${value}${half ? ` ± ${half}` : ''} (#${run.number})` }
}

const dotOf = (run: RunSummary): Point => ({
  x: run.trainMs! / 1000,
  y: run.measured!.value!,
  name: `#${run.number} ${run.trainer}, ${formatTrainTime(run)}`,
})

/** The best result of each trainer, and training time against result. */
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
  const timed = measured.filter(run => run.trainMs !== null)
  const fastest = timed.toSorted((a, b) => a.trainMs! - b.trainMs!)[0]
  const label = metricLabel(metric)
  return (
    <Grid gap="md">
      {best.length > 1 ? (
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Panel>
            <Chart
              kind="bars"
              title="Best of each trainer"
              note={`${label}, ${directionLabel(direction)}`}
              summary={`${best[0]!.trainer} does best, ${best.at(-1)!.trainer} worst.`}
              series={[{ name: label, points: best.map(barOf) }]}
              x={{ label: 'trainer', format: String }}
              y={{ format: formatNumber }}
            />
          </Panel>
        </Grid.Col>
      ) : null}
      {timed.length >= FEWEST ? (
        <Grid.Col span={{ base: 12, md: best.length > 1 ? 7 : 12 }}>
          <Panel>
            <Chart
              kind="dots"
              title="Result and time"
              note="one dot per run"
              summary={`The best, #${best[0]!.number}, took ${formatTrainTime(best[0]!)} to train; the fastest, #${fastest!.number}, ${formatTrainTime(fastest!)}.`}
              series={[{ name: 'runs', points: timed.map(dotOf) }]}
              x={{ label: 'training time', unit: 's', format: formatNumber }}
              y={{ label, format: formatNumber }}
              table={() => ({
                head: ['run', 'training time', label],
                rows: timed.map(run => [
                  `#${run.number} ${run.trainer}`,
                  formatTrainTime(run),
                  formatNumber(run.measured!.value),
                ]),
              })}
              height={220}
            />
          </Panel>
        </Grid.Col>
      ) : null}
    </Grid>
  )
}
