import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** Names and values, one under the other. */
export function Facts({ items }: { items: { name: string; value: ReactNode }[] }) {
  return (
    <dl
      style={{
        margin: 0,
        display: 'grid',
        gridTemplateColumns: 'minmax(90px, max-content) minmax(0, 1fr)',
        gap: '6px 16px',
      }}
    >
      {items.map(({ name, value }) => [
        <Text key={`${name} is`} component="dt" size="sm" c="dimmed">
          {name}
        </Text>,
        <Text key={name} component="dd" m={0} size="sm" style={{ overflowWrap: 'anywhere' }}>
          {value}
        </Text>,
      ])}
    </dl>
  )
}
