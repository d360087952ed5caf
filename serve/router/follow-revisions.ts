import type { Db } from '#db/client.ts'
import { listLiveTokens, touchTokens } from '#server/access/service.ts'
import { systemClock } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Logger } from '#server/kernel/log.ts'
import type { Notifier } from '#server/platform/notifier.ts'
import { TOKEN_REFRESH_SECONDS } from '#server/serving/contract.ts'
import {
  deleteDeadInstances,
  listDesired,
  recordOutage,
  upsertInstances,
  upsertStats,
} from '#server/serving/service.ts'
import type { TokenBook } from '../http/token-book.ts'
import type { RouteTable, TargetOutage } from './route-table.ts'
import type { StateFolder } from './saved-state.ts'

const POLL_MS = 1000
const REPORT_MS = 5000
const STATS_MS = 2000
const SAVE_MS = 30_000
/** A database that does not answer within this time counts as away. */
const TIMEOUT_MS = 5000
const LISTEN_RETRY_MS = 2000
const MAX_OUTAGES = 100

export interface FollowerParts {
  db: Db
  notifier: Notifier
  routes: RouteTable
  tokens: TokenBook
  state: StateFolder
  processId: string
  log: Logger
}

/**
 * Keeps this process at the desired state: reads revisions on a wake-up and each second, tokens every three seconds; reports the revisions in
 * force and the request counts.
 */
export class RevisionFollower {
  readonly #parts: FollowerParts
  readonly #timers: NodeJS.Timeout[] = []
  #syncing?: Promise<void>
  #again = false
  #refreshing?: Promise<void>
  #lastReport = 0
  #lastSave = 0
  #lastTokens = 0
  #reportSoon = false
  /** Not yet recorded: the database may be away. */
  readonly #outages: TargetOutage[] = []
  #stopped = false
  #unlisten?: () => Promise<void>
  databaseUp = false

  constructor(parts: FollowerParts) {
    this.#parts = parts
    parts.routes.onChange = () => {
      this.#reportSoon = true
      void this.sync()
    }
    parts.routes.onOutage = outage => {
      this.#outages.push(outage)
      if (this.#outages.length > MAX_OUTAGES) this.#outages.shift()
    }
  }

  start(): void {
    this.#timers.push(setInterval(() => void this.sync(), POLL_MS))
    this.#timers.push(setInterval(() => void this.#writeStats(), STATS_MS))
    void this.#listen()
  }

  async #listen(): Promise<void> {
    while (!this.#stopped && !this.#unlisten)
      try {
        this.#unlisten = await this.#parts.notifier.listen(
          signal => {
            if (signal.topic === 'endpoint') void this.sync()
            if (signal.topic === 'token') void this.refreshTokens().catch(() => undefined)
          },
          () => void this.sync(),
        )
      } catch {
        await new Promise(resolve => setTimeout(resolve, LISTEN_RETRY_MS))
      }
  }

  /** Reads the desired state and applies it once; a call while one runs starts another after it. */
  sync(): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    if (this.#syncing) {
      this.#again = true
      return this.#syncing
    }
    this.#syncing = this.#sync().finally(() => {
      this.#syncing = undefined
      if (this.#again && !this.#stopped) {
        this.#again = false
        void this.sync()
      }
    })
    return this.#syncing
  }

  async #sync(): Promise<void> {
    const { db, routes, state, tokens, processId, log } = this.#parts
    try {
      const desired = await withTimeout(listDesired(db))
      if (!this.databaseUp) log.info({ endpoints: desired.length }, 'the database answers')
      this.databaseUp = true
      const changed = await routes.apply(desired)
      const now = systemClock.now()
      const report = changed || this.#reportSoon
      if (report || now - this.#lastReport > REPORT_MS) {
        this.#reportSoon = false
        await withTimeout(upsertInstances(db, processId, routes.observed()))
        if (now - this.#lastReport > 10 * REPORT_MS) void deleteDeadInstances(db).catch(() => undefined)
        this.#lastReport = now
      }
      for (let outage = this.#outages[0]; outage; outage = this.#outages[0]) {
        await withTimeout(recordOutage(db, this.#parts.notifier, outage))
        this.#outages.shift()
      }
      let confirmed = changed
      if (now - this.#lastTokens > TOKEN_REFRESH_SECONDS * 1000) confirmed = (await this.refreshTokens()) || confirmed
      if (confirmed || now - this.#lastSave > SAVE_MS) {
        this.#lastSave = now
        await state.write({
          v: 2,
          confirmedAt: tokens.confirmedAt,
          endpoints: routes.all.map(l => l.desired),
          tokens: tokens.tokens,
        })
      }
    } catch (error) {
      if (this.databaseUp) log.warn({ err: error }, 'the database is away; serving the last known revisions')
      this.databaseUp = false
    }
  }

  /** Returns true if the tokens changed. Throws if the database is away. */
  refreshTokens(): Promise<boolean> {
    const { db, tokens } = this.#parts
    const run = async () => {
      const at = systemClock.now()
      const before = tokens.tokens
      const list = await withTimeout(listLiveTokens(db))
      tokens.replace(list, at)
      this.#lastTokens = at
      return (
        before.length !== list.length ||
        before.some((t, i) => {
          const now = list[i]
          return t.hash !== now?.hash || t.role !== now.role || t.stopped !== now.stopped
        })
      )
    }
    return run()
  }

  /** For unknown tokens: all callers share one running query. */
  async refreshTokensOnce(): Promise<void> {
    this.#refreshing ??= this.refreshTokens()
      .then(() => undefined)
      .finally(() => {
        this.#refreshing = undefined
      })
    await this.#refreshing
  }

  /** Writes request counts and the last uses of tokens. */
  async #writeStats(): Promise<void> {
    if (!this.databaseUp) return
    const { db, tokens } = this.#parts
    const uses = tokens.uses.take(systemClock.now(), this.#stopped)
    await withTimeout(touchTokens(db, uses)).catch(() => tokens.uses.putBack(uses))
    for (const stats of this.#parts.routes.allStats) {
      const rows = stats.takeDirty(this.#parts.processId)
      if (rows.length > 0) await withTimeout(upsertStats(this.#parts.db, rows)).catch(() => stats.putBack(rows))
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearInterval(timer)
    await this.#syncing
    await this.#writeStats()
    await this.#unlisten?.().catch(() => undefined)
  }
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new AppError('unavailable', 'The database cannot be reached.', {
            hint: 'It is retried; try again in a moment.',
            retryAfterSeconds: 2,
          }),
        ),
      TIMEOUT_MS,
    )
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
