import { Alert, List, Stack, Text } from '@mantine/core'
import type { SourcePreviewResult } from '#server/data/contract.ts'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { CellTable } from './cell-table.tsx'
import type { ColumnChange } from './column-changes.ts'
import { ColumnTable } from './column-table.tsx'
import { ContractBreaks } from './schema-review.tsx'

const COLUMNS_SHOWN = 40
const WARNINGS_SHOWN = 12

/** An upload as it would be read: first rows, guessed columns with their reasons, warnings. Nothing is registered yet. */
export function SourcePreview({
  preview,
  changes,
  onChange,
  onInvalid,
}: {
  preview: SourcePreviewResult
  changes: Record<string, ColumnChange>
  onChange: (name: string, change: ColumnChange) => void
  onInvalid: (name: string, isInvalid: boolean) => void
}) {
  const { schema, rows, cells, warnings, breaks } = preview
  const columns = schema.slice(0, COLUMNS_SHOWN)
  return (
    <Stack gap="sm">
      <ContractBreaks breaks={breaks} />
      {warnings.length > 0 ? (
        <Alert color="yellow" variant="light" title={`${formatCount(warnings.length, 'warning')}`}>
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
      <Panel
        flush
        title="First rows"
        note={`${formatCount(cells.length, 'row')}${schema.length > COLUMNS_SHOWN ? `, the first ${COLUMNS_SHOWN} of ${schema.length} columns` : ''}`}
      >
        <CellTable
          label="First rows"
          columns={columns.map((c, i) => ({ name: c.name, cells: cells.map(row => row[i]) }))}
        />
      </Panel>
      <ColumnTable schema={schema} rows={rows} changes={changes} onChange={onChange} onInvalid={onInvalid} />
    </Stack>
  )
}
