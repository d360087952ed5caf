import { Button, CloseButton, Group, List, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import type { ColumnProfile, ShownRelations } from '#server/data/profile/contract.ts'
import { formatCount } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { formatCell, formatShareOf } from '../labels.ts'
import { useColumn } from './client.ts'
import { describeRelation } from './describe-relation.ts'
import { useShowRows } from './row-filters.ts'
import { TopValues } from './top-values.tsx'
import { ZoomHistogram } from './zoom-histogram.tsx'

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" truncate title={value} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value}
      </Text>
    </div>
  )
}

/** What is known of a column, as label and words. */
function factsOf(c: ColumnProfile, rows: number): [string, string][] {
  const facts: [string, string][] = [
    ['Present', c.count.toLocaleString('en')],
    ['Missing', c.missing === 0 ? 'none' : `${c.missing.toLocaleString('en')} (${formatShareOf(c.missing, rows)})`],
    ['Different values', `${c.distinctExact ? '' : 'about '}${c.distinct.toLocaleString('en')}`],
  ]
  if (c.mean !== null)
    facts.push(
      ['Mean', formatCell(c.mean)],
      ['Standard deviation', formatCell(c.sd)],
      ['Skewness', formatCell(c.skewness ?? null)],
    )
  facts.push(['Smallest', formatCell(c.min)])
  for (const [q, value] of Object.entries(c.quantiles))
    facts.push([q === '0.5' ? 'Median' : `${Math.round(Number(q) * 100)} % lie below`, formatCell(value)])
  facts.push(['Largest', formatCell(c.max)])
  if (c.zeros !== undefined && c.mean !== null)
    facts.push(
      ['Zeros', c.zeros === 0 ? 'none' : formatShareOf(c.zeros, c.count)],
      ['Negative', c.negatives ? formatShareOf(c.negatives, c.count) : 'none'],
    )
  if (c.infinite) facts.push(['Infinite or NaN', c.infinite.toLocaleString('en')])
  if (c.lengths)
    facts.push(['Characters', `${c.lengths.min} to ${c.lengths.max}, ${formatCell(c.lengths.mean)} on average`])
  if (c.monotone) facts.push(['Order', c.monotone === 'increasing' ? 'non-decreasing' : 'non-increasing'])
  return facts
}

/** One column in depth. */
export function ColumnDetail({
  project,
  dataset,
  column,
  rows,
  relations,
  onClose,
}: {
  project: string
  dataset: string
  column: string
  rows: number
  relations: ShownRelations | null
  onClose: () => void
}) {
  const { data: c, error, refetch } = useColumn(project, dataset, column)
  const showRows = useShowRows()
  const relation = relations?.targetRelations.find(r => r.column === column)
  return (
    <Panel
      title={column}
      note={c?.type}
      actions={
        <Group gap="xs">
          {c && c.missing > 0 ? (
            <Button size="compact-sm" variant="default" onClick={() => showRows([{ is: 'missing', column }])}>
              See {formatCount(c.missing, 'row')} without it
            </Button>
          ) : null}
          <CloseButton aria-label={`Close ${column}`} onClick={onClose} />
        </Group>
      }
    >
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {!c && !error ? <Skeleton height={200} radius="md" aria-label={`Loading ${column}`} /> : null}
      {c ? (
        <Stack gap="md">
          {c.warnings.length > 0 ? (
            <List size="sm" spacing={4}>
              {c.warnings.map(w => (
                <List.Item key={w}>{w}</List.Item>
              ))}
            </List>
          ) : null}
          {relation ? <Text size="sm">{describeRelation(relation, relations!)}</Text> : null}
          <SimpleGrid cols={{ base: 1, md: c.histogram.length > 0 && c.top.length > 0 ? 2 : 1 }} spacing="lg">
            {c.histogram.length > 0 ? <ZoomHistogram project={project} dataset={dataset} column={c} /> : null}
            {c.top.length > 0 ? <TopValues column={c} /> : null}
          </SimpleGrid>
          <SimpleGrid cols={{ base: 2, xs: 3, sm: 4, lg: 6 }} spacing="md" verticalSpacing="xs">
            {factsOf(c, rows).map(([label, value]) => (
              <Fact key={label} label={label} value={value} />
            ))}
          </SimpleGrid>
        </Stack>
      ) : null}
    </Panel>
  )
}
