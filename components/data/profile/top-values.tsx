import { Text, UnstyledButton } from '@mantine/core'
import type { ColumnProfile } from '#server/data/profile/contract.ts'
import { formatShareOf } from '../labels.ts'
import { useShowRows } from './row-filters.ts'

/** The commonest values; each opens its rows. */
export function TopValues({ column }: { column: ColumnProfile }) {
  const showRows = useShowRows()
  const highest = Math.max(1, column.top[0]?.count ?? 1)
  return (
    <div>
      <Text size="sm" fw={600} mb={6}>
        Commonest values
      </Text>
      <ul style={{ display: 'grid', gap: 4, listStyle: 'none', margin: 0, padding: 0 }}>
        {column.top.map(({ value, count }) => (
          <li key={value}>
            <UnstyledButton
              w="100%"
              onClick={() => showRows([{ is: 'equal', column: column.name, value }])}
              title={`Show rows where ${column.name} is ${value}`}
              style={{ display: 'grid', gridTemplateColumns: '38% 1fr 9em', gap: 8, alignItems: 'center' }}
            >
              <Text size="xs" truncate>
                {value === '' ? '(empty)' : value}
              </Text>
              <div style={{ height: 8, borderRadius: 4, background: 'var(--mantine-color-default-hover)' }} aria-hidden>
                <div
                  style={{
                    height: 8,
                    borderRadius: 4,
                    minWidth: 2,
                    width: `${(100 * count) / highest}%`,
                    background: 'var(--mantine-primary-color-filled)',
                  }}
                />
              </div>
              <Text size="xs" ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
                {count.toLocaleString('en')} ({formatShareOf(count, column.count)})
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      <Text size="xs" c="dimmed" mt={6}>
        {column.distinctExact && column.distinct <= column.top.length
          ? 'All values.'
          : `Top values of ${column.distinctExact ? '' : 'about '}${column.distinct.toLocaleString('en')} values.`}{' '}
        A value opens its rows.
      </Text>
    </div>
  )
}
