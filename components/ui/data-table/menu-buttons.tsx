import { ActionIcon, Indicator } from '@mantine/core'
import { IconColumns3, IconFilter } from '@tabler/icons-react'
import type { TriggerProps } from '../on-demand.tsx'
import type { TableState } from './table-state.ts'

/** Only what a button needs; the rest belongs to its menu. */
const buttonProps = ({ ref, onClick, ...rest }: TriggerProps): TriggerProps => ({
  ref,
  onClick,
  'aria-expanded': rest['aria-expanded'],
  'aria-haspopup': rest['aria-haspopup'],
  ...Object.fromEntries(Object.entries(rest).filter(([name]) => name.startsWith('aria-') || name === 'id')),
})

export const ColumnsButton = (props: TriggerProps) => (
  <ActionIcon variant="default" size={30} aria-label="Columns" title="Columns" {...buttonProps(props)}>
    <IconColumns3 size={15} aria-hidden />
  </ActionIcon>
)

export function FacetsButton({ state, ...props }: TriggerProps & { state: TableState }) {
  const active = Object.values(state.facets).flat().length
  return (
    <Indicator disabled={active === 0} label={active} size={14}>
      <ActionIcon
        variant="default"
        size={30}
        title="Filter"
        aria-label={active > 0 ? `Filter, ${active} active` : 'Filter'}
        {...buttonProps(props)}
      >
        <IconFilter size={15} aria-hidden />
      </ActionIcon>
    </Indicator>
  )
}
