import type { Sql } from 'postgres'
import type { Logger } from '#server/kernel/log.ts'

/** Names what changed, without the new content: readers fetch it. */
export interface Signal {
  /** `events`, `cancel` (with the job's id), or a live topic (`run`, `job`, `endpoint` …). */
  topic: string
  projectId?: string
  id?: string
}

const CHANNEL = 'fleximl'
/** At most 20 notifications a second per process: NOTIFY inside writing transactions would serialize commits. */
const INTERVAL_MS = 50
/** PostgreSQL refuses payloads over 8000 bytes. */
const MAX_SIGNALS = 40

export interface Notifier {
  /** Sends a signal. Call it after a commit, never inside a transaction. Equal signals within 50 ms are sent once. */
  wake(signal: Signal): void
  /** Listens; `onReset` runs after every (re)connection, since signals may have been missed. Returns a stop function. */
  listen(onSignal: (signal: Signal) => void, onReset?: () => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

export function createNotifier(sql: Sql, log: Logger): Notifier {
  const pending = new Map<string, Signal>()
  let timer: NodeJS.Timeout | undefined
  let lastSent = 0
  let sending: Promise<void> = Promise.resolve()

  const flush = async () => {
    timer = undefined
    lastSent = performance.now()
    const signals = [...pending.values()]
    pending.clear()
    for (let i = 0; i < signals.length; i += MAX_SIGNALS) {
      const payload = JSON.stringify(signals.slice(i, i + MAX_SIGNALS))
      await sql`SELECT pg_notify(${CHANNEL}, ${payload})`.catch(error =>
        log.debug({ err: error }, 'signal not sent; readers poll'),
      )
    }
  }

  return {
    wake(signal) {
      pending.set(`${signal.topic}|${signal.projectId ?? ''}|${signal.id ?? ''}`, signal)
      if (timer) return
      const wait = Math.max(0, INTERVAL_MS - (performance.now() - lastSent))
      timer = setTimeout(() => {
        sending = flush()
      }, wait)
      timer.unref()
    },
    async listen(onSignal, onReset) {
      const { unlisten } = await sql.listen(
        CHANNEL,
        payload => {
          for (const signal of JSON.parse(payload) as Signal[]) onSignal(signal)
        },
        onReset,
      )
      return unlisten
    },
    async close() {
      if (timer) {
        clearTimeout(timer)
        sending = flush()
      }
      await sending
    },
  }
}
