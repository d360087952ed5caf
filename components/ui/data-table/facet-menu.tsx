import { ActionIcon, Checkbox, Indicator, Popover, ScrollArea, Stack, Text } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import type { DataColumn } from './columns.tsx'
import { compareCells, type TableState } from './table-state.ts'

/** The values of a column with how many rows have each. */
function countValues<T>(column: DataColumn<T>, rows: readonly T[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const value = String(column.value?.(row) ?? '')
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts].sort(([a], [b]) => compareCells(a, b))
}

/** Filters by the values that occur. */
export function FacetMenu<T>({
  facets,
  rows,
  state,
  onChange,
}: {
  facets: DataColumn<T>[]
  rows: readonly T[]
  state: TableState
  onChange: (patch: Partial<TableState>) => void
}) {
  const active = Object.values(state.facets).flat().length
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Indicator disabled={active === 0} label={active} size={14}>
        <Popover.Target>
          <ActionIcon
            variant="default"
            size={30}
            title="Filter"
            aria-label={active > 0 ? `Filter, ${active} active` : 'Filter'}
          >
            <IconFilter size={15} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label="Filter">
        <ScrollArea.Autosize mah={360}>
          <Stack gap="sm">
            {facets.map(facet => (
              <FacetValues key={facet.id} facet={facet} rows={rows} state={state} onChange={onChange} />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  )
}

function FacetValues<T>({
  facet,
  rows,
  state,
  onChange,
}: {
  facet: DataColumn<T>
  rows: readonly T[]
  state: TableState
  onChange: (patch: Partial<TableState>) => void
}) {
  return (
    <Checkbox.Group
      label={facet.label}
      size="xs"
      value={state.facets[facet.id] ?? []}
      onChange={values => onChange({ facets: { ...state.facets, [facet.id]: values } })}
    >
      <Stack gap={4} mt={4}>
        {countValues(facet, rows).map(([value, count]) => (
          <Checkbox
            key={value}
            size="xs"
            value={value}
            label={
              <>
                {value || '–'}{' '}
                <Text span size="xs" c="dimmed">
                  {count.toLocaleString('en')}
                </Text>
              </>
            }
          />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}
