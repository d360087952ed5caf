import { Alert, List, Paper, Stack, Table, Text } from '@mantine/core'
import type { SourcePreviewResult } from '#server/data/contract.ts'
import type { ColumnChange } from './column-changes.ts'
import { ColumnTable } from './column-table.tsx'
import { formatCount } from './labels.ts'
import { ContractBreaks } from './schema-review.tsx'

const COLUMNS_SHOWN = 40
const WARNINGS_SHOWN = 12

/** An upload as it would be read: first rows, guessed columns with their reasons, warnings. Nothing is registered yet. */
export function SourcePreview({
  preview,
  changes,
  onChange,
}: {
  preview: SourcePreviewResult
  changes: Record<string, ColumnChange>
  onChange: (name: string, change: ColumnChange) => void
}) {
  const { schema, rows, cells, warnings, breaks } = preview
  const columns = schema.slice(0, COLUMNS_SHOWN)
  return (
    <Stack gap="sm">
      <ContractBreaks breaks={breaks} />
      {warnings.length > 0 ? (
        <Alert color="yellow" variant="light" title={`${formatCount(warnings.length, 'remark')} on these data`}>
          <List size="sm" spacing={2}>
            {warnings.slice(0, WARNINGS_SHOWN).map(w => (
              <List.Item key={w}>{w}</List.Item>
            ))}
          </List>
          {warnings.length > WARNINGS_SHOWN ? (
            <Text size="sm" c="dimmed">
              and {warnings.length - WARNINGS_SHOWN} more
            </Text>
          ) : null}
        </Alert>
      ) : null}
      <Paper withBorder radius="md" style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="First rows">
        <Table verticalSpacing={4} style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>
          <Table.Caption>
            The first {formatCount(cells.length, 'row')}
            {schema.length > COLUMNS_SHOWN ? `, the first ${COLUMNS_SHOWN} of ${schema.length} columns` : ''}
          </Table.Caption>
          <Table.Thead>
            <Table.Tr>
              {columns.map(c => (
                <Table.Th key={c.name}>{c.name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cells.map((row, r) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity than their place in the file
              <Table.Tr key={r}>
                {columns.map((c, i) => (
                  <Table.Td key={c.name} maw={260} style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
                    {row[i] === null || row[i] === undefined ? (
                      <Text span size="sm" c="dimmed" fs="italic">
                        missing
                      </Text>
                    ) : (
                      String(row[i])
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      <ColumnTable schema={schema} rows={rows} changes={changes} onChange={onChange} />
    </Stack>
  )
}
