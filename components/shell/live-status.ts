import { useSyncExternalStore } from 'react'

const POLL_MS = 2000

let isUp = false
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

function publish(up: boolean): void {
  if (up === isUp) return
  isUp = up
  for (const listener of listeners) listener()
}

/**
 * Records whether changes arrive by the live stream. It counts as up a little after it opened, so that what was fetched before is
 * polled once more: a change in between is not missed.
 */
export function setStreamUp(up: boolean): void {
  clearTimeout(timer)
  if (up) timer = setTimeout(publish, POLL_MS + 500, true)
  else publish(false)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const isStreamUp = (): boolean => isUp

/**
 * The refetch interval of data that changes by events: none while the live stream is up, as it invalidates;
 * otherwise `ms` (2 s) while the data is active.
 * `const poll = usePolling(); useQuery({ …, refetchInterval: query => poll(isActive(query.state.data?.state)) })`
 */
export function usePolling(): (active: boolean, ms?: number) => number | false {
  const up = useSyncExternalStore(subscribe, isStreamUp, () => false)
  return (active, ms = POLL_MS) => (up || !active ? false : ms)
}

/** Intervals for what changes without events: rates, progress within a job, log lines. */
export const SAMPLE_MS = { log: 1000, progress: 2000, rates: 2000, overview: 10_000 } as const
