import { Grid } from '@mantine/core'
import type { Explanation, PartialDependence } from '#ml/index.ts'
import { BarList } from '../charts/bar-list.tsx'
import { LineChart } from '../charts/line-chart.tsx'
import { formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { dependencePoints, dependenceSentence, formatPlace, importanceSentence } from './describe-explanation.ts'

const half = { base: 12, md: 6 }

/** What a model goes by: its columns by importance, and its mean prediction along those that matter most. */
export function ExplanationPanel({ explanation, classes }: { explanation: Explanation; classes: boolean }) {
  if (explanation.importances.length === 0) return null
  return (
    <Grid gap="md">
      <Grid.Col span={half}>
        <Panel>
          <BarList
            title="What it goes by"
            note="permutation importance"
            summary={importanceSentence(explanation)}
            items={explanation.importances.slice(0, 10).map(({ name, value }) => ({ name, value }))}
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
  const words = {
    title: `Along “${dependence.column}”`,
    summary: dependenceSentence(dependence, output),
  }
  if (dependence.type === 'category' || dependence.type === 'text' || dependence.type === 'boolean') {
    return (
      <BarList
        {...words}
        note={`mean ${output}`}
        items={dependence.grid.map((level, g) => ({
          name: formatPlace(dependence.type, level),
          value: dependence.average[0]![g]!,
        }))}
      />
    )
  }
  return (
    <LineChart
      {...words}
      note={`mean ${output}; tint = 80 % of rows`}
      series={[{ name: 'mean', points: dependencePoints(dependence) }]}
      xLabel={dependence.column}
      xWords={formatNumber}
      yWords={formatNumber}
      height={200}
    />
  )
}
