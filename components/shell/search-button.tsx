import { UnstyledButton } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import classes from './shell.module.css'

/** The key that opens the palette, as it is named on the keyboard; empty on the server. */
function useKeyName(): string {
  const [name, setName] = useState('')
  useEffect(() => setName(/Mac|iP(hone|ad|od)/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'), [])
  return name
}

export function SearchButton({ onOpen }: { onOpen: () => void }) {
  const keyName = useKeyName()
  return (
    <UnstyledButton className={classes.search} onClick={onOpen} aria-label={`Search or run a command… ${keyName}`}>
      <IconSearch size={15} stroke={1.7} aria-hidden />
      <span>Search or run a command…</span>
      {keyName ? <kbd>{keyName}</kbd> : null}
    </UnstyledButton>
  )
}
