import { UnstyledButton } from '@mantine/core'
import { useOs } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import classes from './shell.module.css'

const KEY_NAMES: Partial<Record<ReturnType<typeof useOs>, string>> = { undetermined: '', macos: '⌘K', ios: '⌘K' }

export function SearchButton({ onOpen }: { onOpen: () => void }) {
  const keyName = KEY_NAMES[useOs()] ?? 'Ctrl K'
  return (
    <UnstyledButton className={classes.search} onClick={onOpen} aria-label={`Search or run a command… ${keyName}`}>
      <IconSearch size={15} stroke={1.7} aria-hidden />
      <span>Search or run a command…</span>
      {keyName ? <kbd>{keyName}</kbd> : null}
    </UnstyledButton>
  )
}
