import { Button, Group, Paper, Skeleton, Stack, Table, Text } from '@mantine/core'
import { parseAsInteger, useQueryState } from 'nuqs'
import { PREVIEW_COLUMNS, type PreviewCell } from '#server/data/contract.ts'
import { Problem } from '../ui/problem.tsx'
import { usePreview } from './client.ts'

const PAGE = 50

function Cell({ value }: { value: PreviewCell }) {
  if (value === null)
    return (
      <Text span size="sm" c="dimmed" fs="italic">
        missing
      </Text>
    )
  return <>{String(value)}</>
}

/** Rows in file order, a page at a time; wide tables a block of columns at a time. */
export function PreviewTable({ project, dataset }: { project: string; dataset: string }) {
  const [offset, setOffset] = useQueryState('row', parseAsInteger.withDefault(0))
  const [firstColumn, setFirstColumn] = useQueryState('column', parseAsInteger.withDefault(0))
  const { data, error, refetch } = usePreview(project, {
    dataset,
    offset: Math.max(0, offset),
    firstColumn: Math.max(0, firstColumn),
  })
  if (error) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={320} radius="md" aria-label="Loading rows" />
  const last = Math.min(data.rows, data.offset + data.cells.length)
  const numeric = data.columns.map(c => c.type === 'number' || c.type === 'integer')
  return (
    <Stack gap="xs">
      <Paper withBorder radius="md" style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="Rows">
        <Table verticalSpacing={6} style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th c="dimmed">Row</Table.Th>
              {data.columns.map((c, i) => (
                <Table.Th key={c.name} ta={numeric[i] ? 'right' : 'left'}>
                  {c.name}
                  <Text size="xs" c="dimmed" fw={400}>
                    {c.role === 'feature' ? c.type : `${c.type}, ${c.role}`}
                  </Text>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.cells.map((row, r) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity than their place in the file
              <Table.Tr key={data.offset + r}>
                <Table.Td c="dimmed">{data.offset + r + 1}</Table.Td>
                {row.map((value, i) => (
                  <Table.Td
                    key={data.columns[i]!.name}
                    ta={numeric[i] ? 'right' : 'left'}
                    maw={320}
                    style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}
                  >
                    <Cell value={value} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" aria-live="polite">
          Rows {data.cells.length === 0 ? 0 : data.offset + 1} to {last} of {data.rows.toLocaleString('en')}
          {data.columnCount > PREVIEW_COLUMNS
            ? `; columns ${data.firstColumn + 1} to ${data.firstColumn + data.columns.length} of ${data.columnCount}`
            : ''}
        </Text>
        <Group gap="xs">
          {data.columnCount > PREVIEW_COLUMNS ? (
            <>
              <Button
                variant="default"
                size="compact-sm"
                disabled={firstColumn <= 0}
                onClick={() => setFirstColumn(Math.max(0, firstColumn - PREVIEW_COLUMNS))}
              >
                Columns before
              </Button>
              <Button
                variant="default"
                size="compact-sm"
                disabled={firstColumn + PREVIEW_COLUMNS >= data.columnCount}
                onClick={() => setFirstColumn(firstColumn + PREVIEW_COLUMNS)}
              >
                Columns after
              </Button>
            </>
          ) : null}
          <Button
            variant="default"
            size="compact-sm"
            disabled={offset <= 0}
            onClick={() => setOffset(Math.max(0, offset - PAGE))}
          >
            Rows before
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            disabled={last >= data.rows}
            onClick={() => setOffset(offset + PAGE)}
          >
            Rows after
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}
