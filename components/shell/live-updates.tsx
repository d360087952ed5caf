import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type Change, routersOf } from './live-topics.ts'
import { useSettled } from './use-settled.ts'

type Message = { kind: 'changed'; changes: Change[] } | { kind: 'reset' } | { kind: 'ended' }

const CHANNEL = 'fleximl-live'
/** A page that hears of a hundred changes fetches at most twice a second per part of the router. */
const INTERVAL_MS = 500

/** The first part of a query's key is the path of its procedure: `['data', 'list']`. */
const partOf = (key: readonly unknown[]) => (Array.isArray(key[0]) ? String(key[0][0]) : undefined)

function createInvalidator(queries: QueryClient) {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const flush = () => {
    timer = undefined
    last = performance.now()
    const parts = new Set(waiting)
    waiting.clear()
    void queries.invalidateQueries({ predicate: query => parts.has(partOf(query.queryKey) ?? '') })
  }
  return {
    add(parts: Iterable<string>) {
      for (const part of parts) waiting.add(part)
      if (waiting.size > 0) timer ??= setTimeout(flush, Math.max(0, INTERVAL_MS - (performance.now() - last)))
    },
    stop: () => clearTimeout(timer),
  }
}

/** Browsers come back by themselves after a broken connection, but not after a refusal (a server that starts, a limit). */
const AGAIN_MS = 5000

/** Opens the stream and tells what it says; returns how to close it. */
function follow(tell: (message: Message) => void): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    source = new EventSource('/api/live')
    source.addEventListener('changed', event => tell({ kind: 'changed', changes: JSON.parse(event.data) as Change[] }))
    source.addEventListener('reset', () => tell({ kind: 'reset' }))
    source.addEventListener('ended', () => {
      source.close()
      tell({ kind: 'ended' })
    })
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return
      timer = setTimeout(() => {
        open()
        tell({ kind: 'reset' })
      }, AGAIN_MS)
    })
  }
  open()
  return () => {
    clearTimeout(timer)
    source.close()
  }
}

/**
 * One stream per browser, however many tabs: the tab that holds the lock reads it and hands everything to the others. (A stream per tab
 * would use up the six connections that browsers grant a server.) Where locks are missing, as off https, only the visible tab reads.
 */
export function LiveUpdates() {
  const queries = useQueryClient()
  const settled = useSettled()
  useEffect(() => {
    if (!settled) return
    const invalidator = createInvalidator(queries)
    const channel = new BroadcastChannel(CHANNEL)
    const hear = (message: Message) => {
      if (message.kind === 'changed') invalidator.add(routersOf(message.changes))
      // Missed changes, or a session that ended: what is shown is asked for again, and a refusal leads to signing in.
      else void queries.invalidateQueries()
    }
    channel.onmessage = event => hear(event.data as Message)
    const tell = (message: Message) => {
      hear(message)
      channel.postMessage(message)
    }
    const stopped = new AbortController()
    let close: (() => void) | undefined
    const stop = () => {
      close?.()
      close = undefined
    }
    const locks: LockManager | undefined = navigator.locks
    const whenVisible = () => {
      if (document.visibilityState !== 'visible') stop()
      else close ??= follow(hear)
    }
    if (locks)
      locks
        .request(CHANNEL, { signal: stopped.signal }, () => {
          close = follow(tell)
          return new Promise<void>(resolve => stopped.signal.addEventListener('abort', () => resolve()))
        })
        // Leaving while another tab still holds the lock.
        .catch(() => undefined)
    else {
      whenVisible()
      document.addEventListener('visibilitychange', whenVisible)
    }
    return () => {
      stopped.abort()
      stop()
      invalidator.stop()
      channel.close()
      document.removeEventListener('visibilitychange', whenVisible)
    }
  }, [queries, settled])
  return null
}
