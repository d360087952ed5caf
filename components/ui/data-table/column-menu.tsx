import { Button, Checkbox, Popover, Radio, ScrollArea, Stack } from '@mantine/core'
import { useOpenOnLoad } from '../on-demand.tsx'
import type { DataColumn } from './columns.tsx'
import { ColumnsButton } from './menu-buttons.tsx'
import type { TableState } from './table-state.ts'

const NONE = ''

type Choice = Pick<DataColumn<unknown>, 'id' | 'label' | 'hideLabel' | 'facet'>

/** Chooses the columns, and what groups the rows. The first column always stays. */
export function ColumnMenu({
  columns,
  shown,
  state,
  onChange,
}: {
  columns: Choice[]
  shown: Choice[]
  state: TableState
  onChange: (patch: Partial<TableState>) => void
}) {
  const choices = columns.slice(1).filter(c => !c.hideLabel)
  const groups = columns.filter(c => c.facet)
  const { ref, opened, setOpened, toggle } = useOpenOnLoad()
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ColumnsButton ref={ref} onClick={toggle} />
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <ScrollArea.Autosize mah={400}>
          <Stack gap="sm">
            <Checkbox.Group
              label="Columns"
              size="xs"
              value={shown.map(c => c.id)}
              onChange={ids => onChange({ cols: choices.map(c => c.id).filter(id => ids.includes(id)) })}
            >
              <Stack gap={4} mt={4}>
                {choices.map(c => (
                  <Checkbox key={c.id} size="xs" value={c.id} label={c.label} />
                ))}
              </Stack>
            </Checkbox.Group>
            {groups.length > 0 ? (
              <GroupChoice columns={groups} group={state.group} onChange={group => onChange({ group })} />
            ) : null}
            {state.cols ? (
              <Button variant="subtle" size="compact-xs" onClick={() => onChange({ cols: null })}>
                Default columns
              </Button>
            ) : null}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  )
}

function GroupChoice({
  columns,
  group,
  onChange,
}: {
  columns: { id: string; label: string }[]
  group: string | null
  onChange: (group: string | null) => void
}) {
  return (
    <Radio.Group label="Group by" size="xs" value={group ?? NONE} onChange={id => onChange(id || null)}>
      <Stack gap={4} mt={4}>
        <Radio size="xs" value={NONE} label="nothing" />
        {columns.map(c => (
          <Radio key={c.id} size="xs" value={c.id} label={c.label} />
        ))}
      </Stack>
    </Radio.Group>
  )
}
