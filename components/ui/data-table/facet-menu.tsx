import { Checkbox, Popover, ScrollArea, Stack, Text } from '@mantine/core'
import { useOpenOnLoad } from '../on-demand.tsx'
import { FacetsButton } from './menu-buttons.tsx'
import { compareCells, type TableState } from './table-state.ts'

export interface Facet {
  id: string
  label: string
  /** The value of each row. */
  values: () => unknown[]
}

/** Each value with how many rows have it. */
function countValues(values: unknown[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(String(value ?? ''), (counts.get(String(value ?? '')) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => compareCells(a, b))
}

/** Filters by the values that occur. */
export function FacetMenu({
  facets,
  state,
  onChange,
}: {
  facets: Facet[]
  state: TableState
  onChange: (patch: Partial<TableState>) => void
}) {
  const { ref, opened, setOpened, toggle } = useOpenOnLoad()
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <FacetsButton ref={ref} state={state} onClick={toggle} />
      </Popover.Target>
      <Popover.Dropdown aria-label="Filter">
        <ScrollArea.Autosize mah={360}>
          <Stack gap="sm">
            {facets.map(facet => (
              <FacetValues key={facet.id} facet={facet} state={state} onChange={onChange} />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  )
}

function FacetValues({
  facet,
  state,
  onChange,
}: {
  facet: Facet
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
        {countValues(facet.values()).map(([value, count]) => (
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
