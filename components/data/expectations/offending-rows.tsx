import { Table, Text } from '@mantine/core'
import type { Result } from './client.ts'

/** The first rows that do not fit, with their numbers in the file and the cells that are to blame. */
export function OffendingRows({ result }: { result: Result }) {
  const columns = result.offending[0]?.cells.map(c => c.column) ?? []
  return (
    <>
      <Text size="xs" c="dimmed" mb={4}>
        {result.failingRows !== null && result.failingRows > result.offending.length
          ? `The first ${result.offending.length} of them`
          : 'The rows that do not fit'}
        , counted from 1
      </Text>
      <Table verticalSpacing={2} fz="xs" w="auto" aria-label="Rows that do not fit">
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">Row</Table.Th>
            {columns.map(c => (
              <Table.Th key={c}>{c}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {result.offending.map(r => (
            <Table.Tr key={r.row}>
              <Table.Td ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
                {r.row.toLocaleString('en')}
              </Table.Td>
              {r.cells.map(c => (
                <Table.Td key={c.column} ff="monospace" c={c.value === null ? 'dimmed' : undefined}>
                  {c.value === null ? 'missing' : c.value}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  )
}
