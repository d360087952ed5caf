import type { KeyboardEvent } from 'react'

const EDITABLE = 'input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=menu], [role=listbox]'

/**
 * j and k move between rows, x selects the row, Enter opens it (its first link or button).
 * They work only while the focus is in the table, so that typing elsewhere is never taken for a command.
 */
export function onTableKey(event: KeyboardEvent<HTMLElement>, onToggle?: (key: string) => void): void {
  const target = event.target as HTMLElement
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest(EDITABLE)) return
  const row = target.closest<HTMLElement>('[data-row]')
  if (event.key === 'j' || event.key === 'k') {
    const next = event.key === 'j' ? nextRow(event.currentTarget, row) : previousRow(row)
    if (!next) return
    event.preventDefault()
    next.focus()
    next.scrollIntoView({ block: 'nearest' })
  } else if (event.key === 'x' && row && onToggle) {
    event.preventDefault()
    onToggle(row.dataset.key!)
  } else if (event.key === 'Enter' && row && target === row) {
    event.preventDefault()
    row.querySelector<HTMLElement>('a[href], button')?.click()
  }
}

const nextRow = (table: HTMLElement, row: HTMLElement | null): HTMLElement | null =>
  row ? sibling(row, 'nextElementSibling') : table.querySelector<HTMLElement>('[data-row]')

const previousRow = (row: HTMLElement | null) => (row ? sibling(row, 'previousElementSibling') : null)

function sibling(row: HTMLElement, way: 'nextElementSibling' | 'previousElementSibling'): HTMLElement | null {
  let next = row[way]
  while (next && !next.matches('[data-row]')) next = next[way]
  return next as HTMLElement | null
}
