import { useLocalStorage } from '@mantine/hooks'
import { createParser, parseAsArrayOf, parseAsString, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { formatFacets, formatSort, parseFacets, parseSort, type TableState } from './table-state.ts'

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

const parsers = {
  sort: createParser<NonNullable<TableState['sort']>>({ parse: parseSort, serialize: s => formatSort(s)!, eq: same }),
  q: parseAsString.withDefault(''),
  cols: parseAsArrayOf(parseAsString),
  facets: createParser<TableState['facets']>({
    parse: parseFacets,
    serialize: f => formatFacets(f) ?? '',
    eq: same,
  }).withDefault({}),
  group: parseAsString,
}

const EMPTY: TableState = { sort: null, q: '', cols: null, facets: {}, group: null }

/**
 * The state of a table: in the address for the page's main table (`?sort=…&q=…&cols=…&filter=…`), otherwise in memory.
 * Picked columns are kept in the browser too, by the table's id.
 */
export function useTableState(id: string, inUrl: boolean) {
  const [url, setUrl] = useQueryStates(parsers, { urlKeys: { facets: 'filter' } })
  const [memory, setMemory] = useState(EMPTY)
  const [kept, setKept, removeKept] = useLocalStorage<string[] | null>({
    key: `fleximl.columns.${id}`,
    defaultValue: null,
  })
  const state: TableState = inUrl ? url : memory
  const change = (patch: Partial<TableState>) => {
    if (patch.cols) setKept(patch.cols)
    else if (patch.cols === null) removeKept()
    if (!inUrl) return setMemory(now => ({ ...now, ...patch }))
    const { q, facets } = patch
    void setUrl({
      ...patch,
      ...(q === undefined ? {} : { q: q || null }),
      ...(facets === undefined ? {} : { facets: formatFacets(facets) === null ? null : facets }),
    })
  }
  return { state: { ...state, cols: state.cols ?? kept }, change }
}
