import { Grid } from '@mantine/core'
import type { Curves } from '#ml/metrics/curves.ts'
import { Chart } from '../charts/chart.tsx'
import { seriesColor } from '../charts/colors.ts'
import { Panel } from '../ui/panel.tsx'
import { axisShare } from './labels.ts'

/** ROC, precision and recall of several runs in one picture: of the class that all of them have. */
export function OverlaidCurves({
  runs,
}: {
  runs: { label: string; color?: string; curves: Record<string, unknown> }[]
}) {
  const known = runs.flatMap(({ label, color, curves }, i) => {
    const { kind, byClass } = curves as Curves & { byClass?: Extract<Curves, { kind: 'classification' }>['byClass'] }
    return kind === 'classification' && byClass?.[0] ? [{ label, color: color ?? seriesColor(i), byClass }] : []
  })
  const name = known[0]?.byClass[0]?.class
  const drawn = known.flatMap(({ label, color, byClass }) => {
    const curve = byClass.find(c => c.class === name)
    return curve ? [{ label, color, curve }] : []
  })
  if (drawn.length < 2) return null
  const axis = (label: string) => ({ label, format: axisShare, range: { low: 0, high: 1 } })
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel>
          <Chart
            kind="line"
            height={260}
            title="ROC"
            note={`“${name}” against the rest`}
            summary="The nearer a line comes to the upper left corner, the better the run separates the classes."
            series={drawn.map(({ label, color, curve }) => ({
              name: label,
              color,
              points: curve.roc.map(p => ({ x: p.falsePositiveRate, y: p.truePositiveRate })),
            }))}
            x={axis('false positive rate')}
            y={axis('true positive rate')}
          />
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel>
          <Chart
            kind="line"
            height={260}
            title="Precision and recall"
            note={`of “${name}”`}
            summary="The higher a line stays to the right, the more is found without false alarms."
            series={drawn.map(({ label, color, curve }) => ({
              name: label,
              color,
              points: curve.pr.map(p => ({ x: p.recall, y: p.precision })).sort((a, b) => a.x - b.x),
            }))}
            x={axis('recall')}
            y={axis('precision')}
          />
        </Panel>
      </Grid.Col>
    </Grid>
  )
}
