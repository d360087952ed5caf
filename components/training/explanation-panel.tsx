import { Grid } from '@mantine/core'
import type { Explanation, PartialDependence } from '#ml/index.ts'
import { Chart } from '../charts/chart.tsx'
import { formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import {
  dependencePoints,
  dependenceSentence,
  formatDay,
  formatPlace,
  importanceSentence,
} from './describe-explanation.ts'
import { metricLabel } from './labels.ts'

const half = { base: 12, md: 6 }
const SHOWN = 10

const importancePoints = ({ importances }: Explanation) =>
  importances.slice(0, SHOWN).map(({ name, value }, x) => ({ x, y: value, name }))

/** Columns by permutation importance, and partial dependence of the most important ones. */
export function ExplanationPanel({ explanation, classes }: { explanation: Explanation; classes: boolean }) {
  if (explanation.importances.length === 0) return null
  return (
    <Grid gap="md">
      <Grid.Col span={half}>
        <Panel>
          <Chart
            kind="bars"
            title="Permutation importance"
            note={`decrease of ${metricLabel(explanation.metric)} when a column is shuffled`}
            summary={importanceSentence(explanation)}
            series={[{ name: 'importance', points: importancePoints(explanation) }]}
            x={{ label: 'column', format: String }}
            y={{ format: formatNumber }}
          />
        </Panel>
      </Grid.Col>
      {explanation.dependence.map(dependence => (
        <Grid.Col key={dependence.column} span={half}>
          <Panel>
            <Dependence dependence={dependence} output={classes ? 'probability' : 'prediction'} />
          </Panel>
        </Grid.Col>
      ))}
    </Grid>
  )
}

function Dependence({ dependence, output }: { dependence: PartialDependence; output: string }) {
  const text = {
    title: `Partial dependence on ${dependence.column}`,
    summary: dependenceSentence(dependence, output),
  }
  if (dependence.type === 'category' || dependence.type === 'text' || dependence.type === 'boolean') {
    return (
      <Chart
        {...text}
        kind="bars"
        note={`mean ${output}`}
        series={[
          {
            name: `mean ${output}`,
            points: dependence.grid.map((level, x) => ({
              x,
              y: dependence.average[0]![x]!,
              name: formatPlace(dependence.type, level),
            })),
          },
        ]}
        x={{ label: dependence.column, format: String }}
        y={{ format: formatNumber }}
      />
    )
  }
  return (
    <Chart
      {...text}
      kind="line"
      note={`mean ${output}; tint = 80 % of rows`}
      series={[{ name: 'mean', points: dependencePoints(dependence) }]}
      x={{ label: dependence.column, format: dependence.type === 'datetime' ? formatDay : formatNumber }}
      y={{ label: `mean ${output}`, format: formatNumber }}
      height={220}
    />
  )
}
