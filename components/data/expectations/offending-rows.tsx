import { Text } from '@mantine/core'
import { type DataColumn, numberColumn } from '../../ui/data-table/columns.tsx'
import { PlainTable } from '../../ui/data-table/plain-table.tsx'
import type { Result } from './client.ts'

type Offending = Result['offending'][number]

/** The first failing rows, with their row numbers and the cells that fail. */
export function OffendingRows({ result }: { result: Result }) {
  const names = result.offending[0]?.cells.map(c => c.column) ?? []
  const columns: DataColumn<Offending>[] = [
    numberColumn('#row', 'Row', r => r.row),
    ...names.map(
      (name, i): DataColumn<Offending> => ({
        id: name,
        label: name,
        mono: true,
        cell: r => r.cells[i]?.value ?? <Text c="dimmed">missing</Text>,
      }),
    ),
  ]
  return (
    <>
      <Text size="xs" c="dimmed" mb={4}>
        {result.failingRows !== null && result.failingRows > result.offending.length
          ? `The first ${result.offending.length} failing rows`
          : 'Failing rows'}
        , counted from 1
      </Text>
      <PlainTable label="Failing rows" compact columns={columns} rows={result.offending} rowKey={r => String(r.row)} />
    </>
  )
}
