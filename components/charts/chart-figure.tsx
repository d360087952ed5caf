'use client'
import { Badge, Box, Button, Group, Table, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'

export interface ChartTable {
  head: string[]
  rows: string[][]
}

export interface ChartWords {
  title: string
  /** Unit and window. */
  note?: string
  /** What the picture says, in one sentence. */
  summary: string
  badge?: string
  /** What chooses the data shown. */
  actions?: ReactNode
}

/** What every chart has: title, note, the picture or its numbers, and the sentence that says what it shows. */
export function ChartFigure({
  title,
  note,
  summary,
  badge,
  actions,
  table,
  children,
}: ChartWords & { table: () => ChartTable; children: ReactNode }) {
  const [asTable, setAsTable] = useState(false)
  return (
    <Box component="figure" m={0} aria-label={summary} style={{ minWidth: 0 }}>
      <Group justify="space-between" gap="xs" wrap="nowrap" mb={6} align={actions ? 'center' : 'flex-start'}>
        <Group gap={8} align="baseline" style={{ minWidth: 0 }}>
          <Text size="sm" fw={600}>
            {title}
          </Text>
          {note ? (
            <Text size="xs" c="dimmed">
              {note}
            </Text>
          ) : null}
          {badge ? (
            <Badge
              size="xs"
              variant="default"
              tt="none"
              fw={400}
              radius="sm"
              styles={{ label: { overflow: 'visible' } }}
            >
              {badge}
            </Badge>
          ) : null}
        </Group>
        <Group gap={6} wrap="nowrap" style={{ flex: 'none' }}>
          {actions}
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            fw={400}
            onClick={() => setAsTable(!asTable)}
            aria-label={`${title}: show ${asTable ? 'the chart' : 'a table'}`}
          >
            {asTable ? 'Chart' : 'Table'}
          </Button>
        </Group>
      </Group>
      {asTable ? <Numbers table={table()} title={title} /> : children}
      <Text component="figcaption" size="xs" c="dimmed" mt={6}>
        {summary}
      </Text>
    </Box>
  )
}

function Numbers({ table, title }: { table: ChartTable; title: string }) {
  return (
    // Focusable, so that it can be scrolled by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable
    <section style={{ maxHeight: 280, overflow: 'auto' }} tabIndex={0} aria-label={`${title}, as numbers`}>
      <Table verticalSpacing={2} fz="xs" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {table.head.map((word, i) => (
              <Table.Th key={word} ta={i === 0 ? 'left' : 'right'}>
                {word}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.rows.map((row, r) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of numbers have no other name and keep their order
            <Table.Tr key={r}>
              {row.map((cell, i) => (
                <Table.Td
                  key={table.head[i]}
                  ta={i === 0 ? 'left' : 'right'}
                  style={{ fontVariantNumeric: 'tabular-nums' }}
                >
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
