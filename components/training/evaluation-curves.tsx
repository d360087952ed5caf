import { Grid, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import type { ClassCurves, Curves } from '#ml/metrics/curves.ts'
import { Chart } from '../charts/chart.tsx'
import type { Series } from '../charts/chart-props.ts'
import { HeatMap } from '../charts/heat-map.tsx'
import { MUTED } from '../ui/colors.ts'
import { formatCount, formatNumber, formatShare } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { axisShare, formatMetric } from './labels.ts'

const half = { base: 12, md: 6 }

/** Quality of a model on rows (`of` names them), drawn for its task. */
export function EvaluationCurves({
  curves,
  calibrationError,
  of = 'validation row',
}: {
  curves: Record<string, unknown>
  /** The metric; the text of the calibration chart is about the same number. */
  calibrationError?: number | null
  of?: string
}) {
  if (curves.kind === 'classification')
    return (
      <ClassView
        curves={curves as Extract<Curves, { kind: 'classification' }>}
        calibrationError={calibrationError ?? null}
      />
    )
  if (curves.kind === 'regression')
    return <NumberView curves={curves as Extract<Curves, { kind: 'regression' }>} of={of} />
  return null
}

function ClassView({
  curves,
  calibrationError,
}: {
  curves: Extract<Curves, { kind: 'classification' }>
  calibrationError: number | null
}) {
  const [chosen, setClass] = useQueryState('class', parseAsString)
  const shown = curves.byClass.find(c => c.class === chosen) ?? curves.byClass[0]
  return (
    <Stack gap="md">
      {curves.byClass.length > 1 ? (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            Class
          </Text>
          <SegmentedControl
            aria-label="Class, one-vs-rest"
            size="xs"
            data={curves.byClass.map(c => c.class)}
            value={shown?.class}
            onChange={value => setClass(value)}
            style={{ maxWidth: '100%', overflowX: 'auto' }}
          />
        </Group>
      ) : null}
      <Grid gap="md">
        {shown ? <ClassCharts curve={shown} calibrationError={calibrationError} /> : null}
        <Grid.Col span={half}>
          <Panel>
            <Confusion classes={curves.confusion.classes} counts={curves.confusion.counts} />
          </Panel>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}

const DIAGONAL = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
]

/** Lines between shares: both axes go from 0 to 1. */
function ShareChart({
  xLabel,
  yLabel,
  ...chart
}: {
  title: string
  note: string
  summary: string
  series: Series[]
  xLabel: string
  yLabel: string
}) {
  const axis = (label: string) => ({ label, format: axisShare, range: { low: 0, high: 1 } })
  return (
    <Grid.Col span={half}>
      <Panel>
        <Chart kind="line" {...chart} x={axis(xLabel)} y={axis(yLabel)} height={260} />
      </Panel>
    </Grid.Col>
  )
}

function ClassCharts({ curve, calibrationError }: { curve: ClassCurves; calibrationError: number | null }) {
  const area = curve.roc.reduce((sum, p, i) => {
    const before = curve.roc[i - 1]
    if (!before) return sum
    return sum + ((p.falsePositiveRate - before.falsePositiveRate) * (p.truePositiveRate + before.truePositiveRate)) / 2
  }, 0)
  const share80 = curve.pr.findLast(p => p.precision >= 0.8)?.recall ?? 0
  return (
    <>
      <ShareChart
        title="ROC"
        note={`${curve.class}, one-vs-rest`}
        summary={`A random row of “${curve.class}” scores above a random row of the rest in ${formatNumber(Math.round(1000 * area) / 10)} % of pairs.`}
        series={[
          { name: 'run', points: curve.roc.map(p => ({ x: p.falsePositiveRate, y: p.truePositiveRate })) },
          { name: 'chance', points: DIAGONAL, dashed: true, color: MUTED },
        ]}
        xLabel="false positive rate"
        yLabel="true positive rate"
      />
      <ShareChart
        title="Precision and recall"
        note={curve.class}
        summary={
          share80 > 0
            ? `At a precision of 80 %, ${formatShare(share80)} of the rows of “${curve.class}” are found.`
            : 'A precision of 80 % is not reached at any threshold.'
        }
        series={[
          {
            name: 'precision',
            points: curve.pr.map(p => ({ x: p.recall, y: p.precision })).sort((a, b) => a.x - b.x),
          },
        ]}
        xLabel="recall"
        yLabel="precision"
      />
      <CalibrationChart bins={curve.calibration} error={calibrationError} />
      {curve.gain && curve.gain.length > 0 ? <GainChart gain={curve.gain} name={curve.class} /> : null}
    </>
  )
}

/** The text gives the metric “Calibration error”: one estimator, one number. */
function CalibrationChart({ bins, error }: { bins: ClassCurves['calibration']; error: number | null }) {
  const rows = bins.reduce((sum, b) => sum + b.rows, 0)
  return (
    <ShareChart
      title="Calibration"
      note="ten bins of the probability"
      summary={
        rows === 0
          ? 'No rows.'
          : error === null
            ? 'The closer to the diagonal, the better the probabilities.'
            : `Calibration error ${formatMetric('ece', { value: error })}: how far the confidence in the predicted class lies from the share of correct predictions, on average.`
      }
      series={[
        {
          name: 'observed',
          points: bins.map(b => ({ x: b.predicted, y: b.observed })).sort((a, b) => a.x - b.x),
        },
        { name: 'ideal', points: DIAGONAL, dashed: true, color: MUTED },
      ]}
      xLabel="predicted probability"
      yLabel="observed share"
    />
  )
}

function GainChart({ gain, name }: { gain: NonNullable<ClassCurves['gain']>; name: string }) {
  return (
    <ShareChart
      title="Gain"
      note={`rows by their score for ${name}`}
      summary={gainSentence(gain, name)}
      series={[
        { name: 'found', points: gain.map(p => ({ x: p.share, y: p.found })) },
        { name: 'chance', points: DIAGONAL, dashed: true, color: MUTED },
      ]}
      xLabel="share of rows, highest scores first"
      yLabel="share of the class found"
    />
  )
}

/** What looking at the fifth of the rows with the highest scores finds. */
function gainSentence(gain: NonNullable<ClassCurves['gain']>, name: string): string {
  const fifth = gain.findLast(p => p.share <= 0.2) ?? gain[0]!
  return `The top ${formatShare(fifth.share)} by score captures ${formatShare(fifth.found)} of “${name}”.`
}

function Confusion({ classes, counts }: { classes: string[]; counts: number[][] }) {
  const total = counts.flat().reduce((sum, n) => sum + n, 0)
  const right = counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0)
  return (
    <HeatMap
      title="Confusion"
      note="rows: actual, columns: predicted"
      summary={`${formatNumber(right)} of ${formatCount(total, 'row')} (${formatShare(total === 0 ? 0 : right / total)}) correct.`}
      rows={classes}
      columns={classes}
      format={formatNumber}
      cells={counts.map((row, i) =>
        row.map((count, j) => ({
          value: count,
          flagged: false,
          title: `${classes[i]} predicted as ${classes[j]}: ${formatCount(count, 'row')}`,
        })),
      )}
    />
  )
}

function NumberView({ curves, of }: { curves: Extract<Curves, { kind: 'regression' }>; of: string }) {
  const { points, residuals, histogram } = curves
  const bins = histogram.counts.map((y, i) => {
    const [from, to] = [histogram.edges[i]!, histogram.edges[i + 1]!]
    return { x: (from + to) / 2, y, from, to }
  })
  const total = histogram.counts.reduce((sum, n) => sum + n, 0)
  return (
    <Grid gap="md">
      <Grid.Col span={half}>
        <Panel>
          <Chart
            kind="dots"
            title="Predicted vs. actual"
            note={`${formatCount(points.length, of)} of ${formatNumber(total)}`}
            summary="Points on the dashed line are exact; below it the prediction is too high."
            series={[{ name: 'rows', points: points.map(p => ({ x: p.predicted, y: p.actual })) }]}
            x={{ label: 'predicted', format: formatNumber }}
            y={{ label: 'true', format: formatNumber }}
            diagonal
            height={280}
          />
        </Panel>
      </Grid.Col>
      <ErrorByPrediction residuals={residuals} />
      {bins.length > 0 ? <ErrorHistogram bins={bins} total={total} of={of} /> : null}
    </Grid>
  )
}

function ErrorByPrediction({ residuals }: { residuals: Extract<Curves, { kind: 'regression' }>['residuals'] }) {
  const worst = residuals.reduce<(typeof residuals)[number] | null>(
    (a, b) => (a === null || Math.abs(b.mean) > Math.abs(a.mean) ? b : a),
    null,
  )
  return (
    <Grid.Col span={half}>
      <Panel>
        <Chart
          kind="line"
          title="Error by predicted value"
          note="true − predicted; tint = 80 % of rows"
          summary={
            worst === null
              ? 'Too few rows.'
              : `Largest mean error: ${formatNumber(worst.mean)}, near ${formatNumber(worst.predicted)}.`
          }
          series={[
            {
              name: 'mean',
              points: residuals.map(b => ({ x: b.predicted, y: b.mean, low: b.low, high: b.high })),
            },
          ]}
          x={{ label: 'predicted', format: formatNumber }}
          y={{ label: 'true − predicted', format: formatNumber, range: { low: 0, high: 0 } }}
          height={280}
        />
      </Panel>
    </Grid.Col>
  )
}

function ErrorHistogram({
  bins,
  total,
  of,
}: {
  bins: { x: number; y: number; from: number; to: number }[]
  total: number
  of: string
}) {
  return (
    <Grid.Col span={12}>
      <Panel>
        <Chart
          kind="bins"
          title="Errors"
          note="true − predicted"
          summary={`${formatCount(total, of)}; errors from ${formatNumber(bins[0]!.from)} to ${formatNumber(bins.at(-1)!.to)}.`}
          series={[{ name: of, points: bins }]}
          x={{ label: 'true − predicted', format: formatNumber }}
          y={{ label: 'rows', format: formatNumber }}
        />
      </Panel>
    </Grid.Col>
  )
}
