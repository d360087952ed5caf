import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isStreamUp, setStreamUp } from './live-status.ts'
import { type Change, routerOf, routersOf, showsActiveWork } from './live-topics.ts'
import { useSettled } from './use-settled.ts'

type Message =
  | { kind: 'changed'; changes: Change[] }
  | { kind: 'reset' }
  | { kind: 'ended' }
  /** Whether the reading tab's stream is open. */
  | { kind: 'status'; up: boolean }
  /** A tab that has just opened wants the status. */
  | { kind: 'hello' }

const CHANNEL = 'fleximl-live'
/** However many changes arrive, a page fetches at most twice a second per part of the router. */
const INTERVAL_MS = 500

/** Stands for queries of any part that show unfinished work. */
const ANY_JOB = '#job'

function createInvalidator(queries: QueryClient) {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const flush = () => {
    timer = undefined
    last = performance.now()
    const parts = new Set(waiting)
    waiting.clear()
    const anyJob = parts.delete(ANY_JOB)
    void queries.invalidateQueries({
      predicate: query =>
        parts.has(routerOf(query.queryKey) ?? '') || (anyJob && query.isActive() && showsActiveWork(query.state.data)),
    })
  }
  return {
    add(parts: Iterable<string>) {
      for (const part of parts) waiting.add(part)
      if (waiting.size > 0) timer ??= setTimeout(flush, Math.max(0, INTERVAL_MS - (performance.now() - last)))
    },
    stop: () => clearTimeout(timer),
  }
}

/** Browsers reconnect after a broken connection, but not after a refusal (a server that starts, a limit). */
const RETRY_MS = 5000

/** Opens the stream and passes on its messages; returns how to close it. */
function follow(pass: (message: Message) => void): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    source = new EventSource('/api/live')
    source.addEventListener('open', () => pass({ kind: 'status', up: true }))
    source.addEventListener('changed', event => pass({ kind: 'changed', changes: JSON.parse(event.data) as Change[] }))
    source.addEventListener('reset', () => pass({ kind: 'reset' }))
    source.addEventListener('ended', () => {
      source.close()
      pass({ kind: 'status', up: false })
      pass({ kind: 'ended' })
    })
    source.addEventListener('error', () => {
      pass({ kind: 'status', up: false })
      if (source.readyState !== EventSource.CLOSED) return
      timer = setTimeout(() => {
        open()
        pass({ kind: 'reset' })
      }, RETRY_MS)
    })
  }
  open()
  return () => {
    clearTimeout(timer)
    source.close()
    pass({ kind: 'status', up: false })
  }
}

/**
 * One stream per browser, however many tabs: the tab that holds the lock reads it and passes everything to the others. (A stream per tab
 * would use up the six connections that browsers grant a server.) Without locks, as off https, only the visible tab reads.
 */
export function LiveUpdates() {
  const queries = useQueryClient()
  const settled = useSettled()
  useEffect(() => {
    if (!settled) return
    const invalidator = createInvalidator(queries)
    const channel = new BroadcastChannel(CHANNEL)
    let close: (() => void) | undefined
    const apply = (message: Message) => {
      if (message.kind === 'changed') {
        invalidator.add(routersOf(message.changes))
        if (message.changes.some(change => change.topic === 'job')) invalidator.add([ANY_JOB])
      } else if (message.kind === 'status') setStreamUp(message.up)
      // Missed changes, or a session that ended: what is shown is fetched again, and a refusal leads to signing in.
      else if (message.kind !== 'hello') void queries.invalidateQueries()
    }
    channel.onmessage = event => {
      const message = event.data as Message
      if (message.kind === 'hello' && close) channel.postMessage({ kind: 'status', up: isStreamUp() } satisfies Message)
      else apply(message)
    }
    const passToAll = (message: Message) => {
      apply(message)
      channel.postMessage(message)
    }
    channel.postMessage({ kind: 'hello' } satisfies Message)
    const stopped = new AbortController()
    const stop = () => {
      close?.()
      close = undefined
    }
    const locks: LockManager | undefined = navigator.locks
    const whenVisible = () => {
      if (document.visibilityState !== 'visible') stop()
      else close ??= follow(apply)
    }
    if (locks)
      locks
        .request(CHANNEL, { signal: stopped.signal }, () => {
          close = follow(passToAll)
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
