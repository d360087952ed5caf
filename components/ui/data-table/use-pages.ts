import { useMemo } from 'react'
import type { MoreRows } from './types.ts'

/** An infinite query over keyset pages `{items, next}`. */
export interface PagesQuery<T> {
  data: { pages: { items: T[]; next: unknown }[] } | undefined
  error: unknown
  hasNextPage: boolean
  isFetchingNextPage: boolean
  refetch: () => unknown
  fetchNextPage: () => unknown
}

/** Joins the pages into rows, with what the table needs to fetch the next one. */
export function usePages<T>(query: PagesQuery<T>): { rows: T[]; more: MoreRows } {
  const pages = query.data?.pages
  const rows = useMemo(() => pages?.flatMap(page => page.items) ?? [], [pages])
  return {
    rows,
    more: {
      hasMore: query.hasNextPage,
      isLoading: query.isFetchingNextPage,
      load: () => void query.fetchNextPage(),
    },
  }
}
