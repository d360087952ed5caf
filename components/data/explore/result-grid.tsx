import { Text } from '@mantine/core'
import type { QueryAnswer } from '#server/data/queries/contract.ts'
import { TableFrame } from '../../ui/data-table/table-frame.tsx'
import { Cell } from '../cell-table.tsx'
import { isNumeric } from './labels.ts'

const ROW_HEIGHT = 30
const HEIGHT = 420

/** The result of a query; thousands of rows, of which only those in view are in the document. */
export function ResultGrid({ answer }: { answer: QueryAnswer }) {
  return (
    <TableFrame
      label="Result rows"
      compact
      heads={[
        { id: '#row', content: 'Row', dimmed: true },
        // Two columns of a result may share a name.
        ...answer.columns.map((c, i) => ({
          id: `${i} ${c.name}`,
          align: isNumeric(c.type) ? ('right' as const) : undefined,
          maxWidth: 340,
          content: (
            <>
              {c.name}
              <Text size="xs" c="dimmed" fw={400}>
                {c.type.toLowerCase()}
              </Text>
            </>
          ),
        })),
      ]}
      count={answer.rows.length}
      rowHeight={ROW_HEIGHT}
      maxHeight={HEIGHT}
      row={index => {
        const cells = answer.rows[index]!
        return {
          key: String(index),
          cells: [
            (index + 1).toLocaleString('en'),
            // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other identity than their place
            ...cells.map((value, i) => <Cell key={i} value={value} />),
          ],
          titles: [
            undefined,
            ...cells.map(value => (typeof value === 'string' && value.length > 40 ? value.slice(0, 500) : undefined)),
          ],
        }
      }}
    />
  )
}
