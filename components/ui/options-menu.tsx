import { Menu } from '@mantine/core'
import { useOpenOnLoad } from './on-demand.tsx'
import { type MenuEntry, OptionsButton } from './options-button.tsx'

/** The menu of what a title names. */
export function OptionsMenu({ title, items }: { title: string; items: MenuEntry[] }) {
  const { ref, opened, setOpened } = useOpenOnLoad()
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-end" withinPortal>
      <Menu.Target>
        <OptionsButton ref={ref} title={title} />
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(({ label, onClick }) => (
          <Menu.Item key={label} onClick={onClick}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
