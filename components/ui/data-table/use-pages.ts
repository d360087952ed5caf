import type { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { MoreRows } from './types.ts'

interface Page<T> {
  items: T[]
  next: string | null
}

/** Joins keyset pages `{items, next}` into rows, with what the table needs to fetch the next page. */
export function usePages<T>(query: ReturnType<typeof useInfiniteQuery<Page<T>>>): { rows: T[]; more: MoreRows } {
  const pages = (query.data as { pages: Page<T>[] } | undefined)?.pages
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
