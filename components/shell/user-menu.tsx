import { Menu, Text, useMantineColorScheme } from '@mantine/core'
import { IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../trpc.ts'
import { useOpenOnLoad } from '../ui/on-demand.tsx'
import { leave } from './leave.ts'
import { UserButton } from './shell-buttons.tsx'

export function UserMenu() {
  const trpc = useTRPC()
  const { data: me } = useQuery(trpc.access.me.queryOptions())
  const { toggleColorScheme } = useMantineColorScheme()
  const { ref, opened, setOpened } = useOpenOnLoad()
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-end" shadow="md" width={230} withinPortal>
      <Menu.Target>
        <UserButton ref={ref} />
      </Menu.Target>
      <Menu.Dropdown>
        {me ? (
          <Menu.Label>
            <Text size="sm" fw={600} c="var(--mantine-color-text)" truncate>
              {me.name}
            </Text>
            <Text size="xs" truncate>
              {me.email}
            </Text>
          </Menu.Label>
        ) : null}
        <Menu.Item component={Link} href="/account" leftSection={<IconUser size={15} aria-hidden />}>
          Your account
        </Menu.Item>
        <Menu.Item
          onClick={toggleColorScheme}
          leftSection={
            <>
              <IconMoon size={15} aria-hidden className="mantine-light-only" />
              <IconSun size={15} aria-hidden className="mantine-dark-only" />
            </>
          }
        >
          Light or dark
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void leave()} leftSection={<IconLogout size={15} aria-hidden />}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
