'use client'
import { AppShell, Burger, Group } from '@mantine/core'
import { useCounter, useDisclosure, useHotkeys } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect } from 'react'
import { onDemand } from '../ui/on-demand.tsx'
import { Crumbs } from './crumbs.tsx'
import { JobsTray } from './jobs-tray.tsx'
import { LiveUpdates } from './live-updates.tsx'
import { SearchButton } from './search-button.tsx'
import classes from './shell.module.css'
import { UserButton } from './shell-buttons.tsx'
import { SideNav } from './side-nav.tsx'
import { projectOf } from './use-shell.ts'

// Loaded when they first open.
const UserMenu = onDemand(() => import('./user-menu.tsx').then(m => m.UserMenu), UserButton)
const Palette = dynamic(() => import('./palette.tsx').then(m => m.Palette), { ssr: false })

/** Layout of all pages after sign-in. */
export function DashboardShell({ children }: { children: ReactNode }) {
  const path = usePathname()
  const project = projectOf(path)
  const [opened, { toggle, close }] = useDisclosure()
  const [paletteRequests, { increment: openPalette }] = useCounter(0)
  useHotkeys([['mod+K', openPalette]], [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the drawer of small screens
  useEffect(close, [path])
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 212, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      layout="alt"
      padding={0}
    >
      <a href="#content" className={classes.skip}>
        Skip to the content
      </a>
      <AppShell.Header className={classes.header}>
        <Group h="100%" px={{ base: 10, sm: 22 }} justify="space-between" wrap="nowrap" gap="sm">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? 'Close the navigation' : 'Open the navigation'}
            />
            <Crumbs path={path} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <SearchButton onOpen={openPalette} />
            {project ? <JobsTray project={project} /> : null}
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} p={10} aria-label="Lifecycle">
        <SideNav path={path} project={project} onClose={close} opened={opened} />
      </AppShell.Navbar>
      <AppShell.Main className={classes.main} id="content" tabIndex={-1}>
        <div className={classes.inner}>{children}</div>
      </AppShell.Main>
      {paletteRequests > 0 ? <Palette project={project} requests={paletteRequests} /> : null}
      <LiveUpdates />
    </AppShell>
  )
}
