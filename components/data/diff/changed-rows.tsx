import { Table, Text } from '@mantine/core'
import type { DiffCell, DiffSample } from '#server/data/diff/contract.ts'
import { formatNumber } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'

const WORD = { added: '+ added', removed: '− removed', changed: '~ changed' } as const

const formatCell = (cell: DiffCell | undefined) =>
  cell === null || cell === undefined ? '–' : typeof cell === 'number' ? formatNumber(cell) : String(cell)

/** The first rows of each kind of change; cells that differ show both values. */
export function ChangedRows({ columns, rows }: { columns: string[]; rows: DiffSample[] }) {
  if (rows.length === 0) return null
  return (
    <Panel title="Rows" note="the first of each kind; changed cells show both values" flush>
      <Table verticalSpacing={4} fz="xs" style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Change</Table.Th>
            {columns.map(name => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, r) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own and keep their order
            <Table.Tr key={r}>
              <Table.Td fw={500}>{WORD[row.change]}</Table.Td>
              {columns.map((name, k) => (
                <Table.Td key={name} maw={260} style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
                  {row.cells.includes(k) ? (
                    <>
                      <Text span inherit c="dimmed" td="line-through">
                        {formatCell(row.before?.[k])}
                      </Text>{' '}
                      <Text span inherit fw={700}>
                        {formatCell(row.after?.[k])}
                      </Text>
                    </>
                  ) : (
                    formatCell((row.after ?? row.before)?.[k])
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}
