import { useState } from 'react'
import type { Selection } from './types.ts'

export interface SelectionState<T> {
  keys: ReadonlySet<string>
  rows: T[]
  label: (row: T) => string
  toggle: (key: string) => void
  set: (keys: string[]) => void
}

/** Selected rows; keys of rows that have gone are ignored. */
export function useSelection<T>(
  selection: Selection<T> | undefined,
  rows: readonly T[],
  rowKey: (row: T) => string,
): SelectionState<T> | undefined {
  const [own, setOwn] = useState<ReadonlySet<string>>(new Set())
  if (!selection) return undefined
  const keys = selection.selected ?? own
  const set = selection.onSelect ?? ((next: string[]) => setOwn(new Set(next)))
  return {
    keys,
    rows: rows.filter(row => keys.has(rowKey(row))),
    label: selection.label,
    toggle: key => set(keys.has(key) ? [...keys].filter(k => k !== key) : [...keys, key]),
    set,
  }
}
