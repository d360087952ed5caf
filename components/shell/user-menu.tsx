import { ActionIcon, Menu, Text, useMantineColorScheme } from '@mantine/core'
import { IconLogout, IconMoon, IconSun, IconUser, IconUserCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../trpc.ts'
import { leave } from './leave.ts'

export function UserMenu() {
  const trpc = useTRPC()
  const { data: me } = useQuery(trpc.access.me.queryOptions())
  const { toggleColorScheme } = useMantineColorScheme()
  return (
    <Menu position="bottom-end" shadow="md" width={230} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={30} aria-label="Account and theme">
          <IconUserCircle size={20} stroke={1.6} aria-hidden />
        </ActionIcon>
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
