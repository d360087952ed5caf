'use client'
import { ActionIcon, Badge, Box, Button, Group, Menu, Table, Text } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { type ReactNode, useRef, useState } from 'react'
import type { ChartTable, ChartText } from './chart-props.ts'
import { saveCsv, savePng } from './save-chart.ts'

/** What every chart has: title, note, the picture or its numbers, files to save, and one sentence that reads it out. */
export function ChartFigure({
  table,
  picture = false,
  options,
  children,
  ...text
}: ChartText & {
  table: () => ChartTable
  /** Drawn as SVG or on a canvas, which can be saved as a PNG file. */
  picture?: boolean
  /** More entries of the menu. */
  options?: ReactNode
  children: ReactNode
}) {
  const [asTable, setAsTable] = useState(false)
  const plot = useRef<HTMLDivElement>(null)
  return (
    <Box component="figure" m={0} aria-label={text.summary} style={{ minWidth: 0 }}>
      <Group justify="space-between" gap="4px 10px" mb={6}>
        <Heading {...text} />
        <Group gap={6} justify="flex-end" ml="auto">
          {text.actions}
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            fw={400}
            onClick={() => setAsTable(!asTable)}
            aria-label={`${text.title}: show ${asTable ? 'the chart' : 'a table'}`}
          >
            {asTable ? 'Chart' : 'Table'}
          </Button>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`${text.title}: options`}>
                <IconDots size={14} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {asTable ? null : options}
              {picture && !asTable ? (
                <Menu.Item onClick={() => plot.current && void savePng(text.title, plot.current)}>
                  Save as PNG
                </Menu.Item>
              ) : null}
              <Menu.Item onClick={() => saveCsv(text.title, table())}>Save as CSV</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <div ref={plot}>{asTable ? <Numbers table={table()} title={text.title} /> : children}</div>
      <Text component="figcaption" size="xs" c="dimmed" mt={6}>
        {text.summary}
      </Text>
    </Box>
  )
}

function Heading({ title, note, badge }: ChartText) {
  return (
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
        <Badge size="xs" variant="default" tt="none" fw={400} radius="sm" styles={{ label: { overflow: 'visible' } }}>
          {badge}
        </Badge>
      ) : null}
    </Group>
  )
}

const MOST_TABLE_ROWS = 500

function Numbers({ table: { head, rows }, title }: { table: ChartTable; title: string }) {
  const shown = rows.slice(0, MOST_TABLE_ROWS)
  return (
    // Focusable, so that it can be scrolled by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable
    <section style={{ maxHeight: 280, overflow: 'auto' }} tabIndex={0} aria-label={`${title}, as numbers`}>
      <Table data={{ head, body: shown }} verticalSpacing={2} fz="xs" stickyHeader tabularNums />
      {rows.length > shown.length ? `The first ${shown.length} of ${rows.length} rows; the CSV file has all.` : null}
    </section>
  )
}
