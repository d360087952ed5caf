import { Group, Stack, Text } from '@mantine/core'
import { IconArrowsDiff, IconCheck, IconPlus, IconQuestionMark } from '@tabler/icons-react'
import type { DiffColumn } from '#server/data/diff/contract.ts'
import { type DiffVerdict, diffFindings, diffVerdict } from '#tables/diff/contract.ts'
import { Chart } from '../../charts/chart.tsx'
import { ACCENT, MUTED } from '../../ui/colors.ts'
import { formatCount, formatNumber, formatShare } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { WordBadge } from '../../ui/state-badge.tsx'
import { describeFinding, testFigures } from './labels.ts'

const LOOK: Record<DiffVerdict, { word: string; colour: string; icon: typeof IconCheck }> = {
  unknown: { word: 'Not enough data', colour: 'gray', icon: IconQuestionMark },
  shifted: { word: 'Shifted', colour: 'yellow', icon: IconArrowsDiff },
  changed: { word: 'Changed', colour: 'yellow', icon: IconPlus },
  similar: { word: 'No significant shift', colour: 'gray', icon: IconCheck },
}

/** Distribution of a column before and after, with the test result. */
export function ColumnShift({
  column,
  names,
  rows,
}: {
  column: DiffColumn
  names: { before: string; after: string }
  rows: { before: number; after: number }
}) {
  const verdict = LOOK[diffVerdict(column)]
  const { word } = verdict
  const share = (missing: number, of: number) => (of === 0 ? 0 : missing / of)
  const [was, is] = [share(column.missing.before, rows.before), share(column.missing.after, rows.after)]
  const figures = testFigures(column, rows)
  const { spread } = column
  const sides = [
    { side: 'before', name: names.before, color: MUTED },
    { side: 'after', name: names.after, color: ACCENT },
  ] as const
  const time = (x: number) => new Date(x).toISOString().slice(0, 10)
  return (
    <Panel title={column.name} actions={<WordBadge {...verdict} />}>
      <Stack gap={4}>
        {spread.kind === 'values' && spread.values.length === 0 ? (
          <Text size="sm">{figures}.</Text>
        ) : spread.kind === 'bins' ? (
          <Chart
            kind="bins"
            title="Spread"
            note="share of rows"
            summary={`${word}: ${figures}.`}
            series={sides.map(({ side, ...s }) => ({
              ...s,
              points: spread.bins.map(b => ({ x: (b.from + b.to) / 2, y: b[side], from: b.from, to: b.to })),
            }))}
            x={{ label: column.name, format: spread.isTime ? time : formatNumber }}
            y={{ label: 'share of rows', format: formatShare }}
            height={190}
          />
        ) : (
          <Chart
            kind="bars"
            title="Most frequent values"
            note="share of rows"
            summary={`${word}: ${figures}.`}
            series={sides.map(({ side, ...s }) => ({
              ...s,
              points: spread.values.map((v, x) => ({ x, y: v[side], name: v.value })),
            }))}
            x={{ format: String }}
            y={{ format: formatShare }}
          />
        )}
        {diffFindings(column).map(finding => (
          <Text key={finding.kind} size="sm">
            {describeFinding(finding)}
          </Text>
        ))}
        <Changes missing={{ was, is }} changed={column.changed} />
      </Stack>
    </Panel>
  )
}

function Changes({ missing, changed }: { missing: { was: number; is: number }; changed: number | null | undefined }) {
  return (
    <Group gap="md">
      {missing.was + missing.is > 0 ? (
        <Text size="xs" c="dimmed">
          Missing {formatShare(missing.was)} → {formatShare(missing.is)}
        </Text>
      ) : null}
      {changed ? (
        <Text size="xs" c="dimmed">
          {formatCount(changed, 'cell')} changed
        </Text>
      ) : null}
    </Group>
  )
}
