import { Grid } from '@mantine/core'
import type { Curves } from '#ml/metrics/curves.ts'
import { LineChart } from '../charts/line-chart.tsx'
import { Panel } from '../ui/panel.tsx'
import { axisShare } from './labels.ts'

/** ROC, precision and recall of several runs in one picture: of the class that all of them have. */
export function OverlaidCurves({ runs }: { runs: { label: string; curves: Record<string, unknown> }[] }) {
  const known = runs.flatMap(({ label, curves }) => {
    const { kind, byClass } = curves as Curves & { byClass?: Extract<Curves, { kind: 'classification' }>['byClass'] }
    return kind === 'classification' && byClass?.[0] ? [{ label, byClass }] : []
  })
  const name = known[0]?.byClass[0]?.class
  const drawn = known.flatMap(({ label, byClass }) => {
    const curve = byClass.find(c => c.class === name)
    return curve ? [{ label, curve }] : []
  })
  if (drawn.length < 2) return null
  const shared = { xWords: axisShare, yWords: axisShare, yRange: { low: 0, high: 1 }, height: 260 }
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel>
          <LineChart
            {...shared}
            title="ROC"
            note={`“${name}” against the rest`}
            summary="The nearer a line comes to the upper left corner, the better the run separates the classes."
            series={drawn.map(({ label, curve }) => ({
              name: label,
              points: curve.roc.map(p => ({ x: p.falsePositiveRate, y: p.truePositiveRate })),
            }))}
            xLabel="false positive rate"
          />
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel>
          <LineChart
            {...shared}
            title="Precision and recall"
            note={`of “${name}”`}
            summary="The higher a line stays to the right, the more is found without false alarms."
            series={drawn.map(({ label, curve }) => ({
              name: label,
              points: curve.pr.map(p => ({ x: p.recall, y: p.precision })).sort((a, b) => a.x - b.x),
            }))}
            xLabel="recall"
          />
        </Panel>
      </Grid.Col>
    </Grid>
  )
}
