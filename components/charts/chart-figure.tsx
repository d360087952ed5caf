'use client'
import { Badge, Box, Button, Group, Table, Text } from '@mantine/core'
import { type ReactNode, useRef, useState } from 'react'
import { onDemand } from '../ui/on-demand.tsx'
import { type MenuEntry, OptionsButton } from '../ui/options-button.tsx'
import type { ChartTable, ChartText } from './chart-props.ts'
import { saveCsv, savePng } from './save-chart.ts'

const ChartMenu = onDemand(() => import('../ui/options-menu.tsx').then(m => m.OptionsMenu), OptionsButton)

interface ChartFigureProps extends ChartText {
  table: () => ChartTable
  /** Drawn as SVG or on a canvas, which can be saved as a PNG file. */
  picture?: boolean
  /** More entries of the menu. */
  options?: MenuEntry[]
  children: ReactNode
}

/** What every chart has: title, note, the picture or its numbers, files to save, and one sentence that reads it out. */
export function ChartFigure({ table, picture = false, options = [], children, ...text }: ChartFigureProps) {
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
          <ChartMenu
            title={text.title}
            items={[
              ...(asTable ? [] : options),
              ...(picture && !asTable
                ? [{ label: 'Save as PNG', onClick: () => plot.current && void savePng(text.title, plot.current) }]
                : []),
              { label: 'Save as CSV', onClick: () => saveCsv(text.title, table()) },
            ]}
          />
        </Group>
      </Group>
      <div ref={plot}>{asTable ? <Numbers table={table()} title={text.title} /> : children}</div>
      <Text component="figcaption" size="xs" c="dimmed" mt={6}>
        {text.summary}
      </Text>
    </Box>
  )
}

const Heading = ({ title, note, badge }: ChartText) => (
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
      <Badge size="xs" variant="default" tt="none" fw={400} radius="sm">
        {badge}
      </Badge>
    ) : null}
  </Group>
)

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
