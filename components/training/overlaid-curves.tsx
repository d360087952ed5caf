import { Grid } from '@mantine/core'
import type { CurvePoint, Overlay } from '#server/training/contract.ts'
import { Chart } from '../charts/chart.tsx'
import { Panel } from '../ui/panel.tsx'
import { axisShare } from './labels.ts'

type Drawn = Overlay['items'][number] & { label: string; color: string }

const axis = (label: string) => ({ label, format: axisShare, range: { low: 0, high: 1 } })
const toPoints = (curve: CurvePoint[]) => curve.map(([x, y]) => ({ x, y }))

/** ROC and precision-recall curves of several runs in one chart each. */
export function OverlaidCurves({ of, runs }: { of: string; runs: Drawn[] }) {
  const drawn = runs.filter(run => run.roc.length > 0)
  if (drawn.length < 2) return null
  const lines = (pick: 'roc' | 'pr') =>
    drawn.map(({ label, color, [pick]: curve }) => ({ name: label, color, points: toPoints(curve) }))
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel>
          <Chart
            kind="line"
            height={280}
            title="ROC"
            note={`“${of}” against the rest`}
            summary="The nearer a line comes to the upper left corner, the better the run separates the classes."
            series={lines('roc')}
            x={axis('false positive rate')}
            y={axis('true positive rate')}
          />
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel>
          <Chart
            kind="line"
            height={280}
            title="Precision and recall"
            note={`of “${of}”`}
            summary="The higher a line stays to the right, the more is found without false alarms."
            series={lines('pr')}
            x={axis('recall')}
            y={axis('precision')}
          />
        </Panel>
      </Grid.Col>
    </Grid>
  )
}
