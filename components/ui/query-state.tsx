import { Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from './problem.tsx'

interface QueryLike<T> {
  data: T | undefined
  error: unknown
  refetch: () => unknown
}

/** The four states of what is fetched: loading, failed, empty, data. Data that was there stays while a refresh fails. */
export function QueryState<T>({
  query,
  label,
  height = 180,
  isEmpty,
  empty,
  children,
}: {
  query: QueryLike<T>
  /** Name of the skeleton: `Loading the …`. */
  label: string
  height?: number
  isEmpty?: (data: T) => boolean
  empty?: ReactNode
  children: (data: T) => ReactNode
}) {
  const { data, error, refetch } = query
  const problem = error ? <Problem error={error} onRetry={() => void refetch()} /> : null
  if (data === undefined) return problem ?? <Skeleton height={height} radius="md" aria-label={label} />
  return (
    <>
      {problem}
      {isEmpty?.(data) ? empty : children(data)}
    </>
  )
}
