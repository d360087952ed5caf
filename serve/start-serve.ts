import { join } from 'node:path'
import type { openDatabase } from '#db/client.ts'
import { openBlobStore } from '#server/adapters/open-blobs.ts'
import { loadSecrets, parseEnv } from '#server/kernel/env.ts'
import { AppError, isDatabaseAway } from '#server/kernel/errors.ts'
import { createLogger } from '#server/kernel/log.ts'
import { requireSameInstance } from '#server/platform/instance.ts'
import { createNotifier } from '#server/platform/notifier.ts'
import { registerProcess } from '#server/platform/processes.ts'
import { insertPredictionLines } from '#server/serving/service.ts'
import { createHttpServer } from './http/http-server.ts'
import { TokenBook } from './http/token-book.ts'
import { Spool } from './log/spool.ts'
import { ModelPool } from './models/model-pool.ts'
import { RevisionFollower } from './router/follow-revisions.ts'
import { RouteTable } from './router/route-table.ts'
import { StateFolder } from './router/saved-state.ts'

export interface Serving {
  /** Stops after the requests in flight; predictions that could not be stored stay on disk. */
  stop(): Promise<void>
}

/**
 * Starts one serve process. With a saved state it is ready at once, even while the database is away; without one when the database first
 * answers.
 */
export async function startServe(
  open: typeof openDatabase,
  source: Record<string, string | undefined> = process.env,
): Promise<Serving> {
  const env = parseEnv(source)
  const secrets = await loadSecrets(env)
  const log = createLogger('serve')
  if (!env.DATABASE_URL)
    throw new AppError('internal', 'DATABASE_URL is not set.', {
      hint: 'Start with `npm start`, which brings a database, or name yours.',
    })
  const blobs = await openBlobStore(env)
  const { db, sql, close } = open(env.DATABASE_URL, {
    applicationName: 'fleximl-serve',
    max: 5,
    connectTimeoutSeconds: 3,
  })
  // A database of another instance ends the process; one that is away does not.
  const sameInstance = () =>
    requireSameInstance(db, { encryptionKey: secrets.encryptionKey, blobStoreId: blobs.id }).then(
      () => true,
      error => {
        if (error instanceof AppError && !isDatabaseAway(error)) throw error
        return false
      },
    )
  const state = new StateFolder(join(env.FLEXIML_HOME, 'serve'), blobs)
  const pool = new ModelPool(state, {
    budgetMb: env.FLEXIML_MODEL_MEMORY_MB,
    memoryMb: env.FLEXIML_FOREIGN_MODEL_MEMORY_MB,
    deadlineMs: env.FLEXIML_FOREIGN_MODEL_DEADLINE_MS,
    startMs: env.FLEXIML_MODEL_START_MS,
  })
  const routes = new RouteTable(pool, log)
  const tokens: TokenBook = new TokenBook(secrets.encryptionKey, () => follower.refreshTokensOnce())
  const spool = new Spool({ folder: state.spool, log, insert: lines => insertPredictionLines(db, lines) })
  const saved = state.read()
  if (saved) {
    await routes.apply(saved.endpoints)
    tokens.replace(saved.tokens, saved.confirmedAt)
  }
  const registration = registerProcess(db, 'serve', process.env.npm_package_version ?? '0.1.0', log)
  const notifier = createNotifier(sql, log)
  const follower: RevisionFollower = new RevisionFollower({
    db,
    notifier,
    routes,
    tokens,
    state,
    processId: registration.id,
    log,
  })
  const app = createHttpServer({
    db,
    names: env,
    routes,
    pool,
    tokens,
    spool,
    log,
    isReady: () => follower.databaseUp || saved !== undefined,
    isDatabaseUp: () => follower.databaseUp,
  })
  const checked = await sameInstance()
  await follower.sync()
  routes.listening = true
  follower.start()
  if (!checked) {
    const timer = setInterval(() => {
      sameInstance().then(
        done => done && clearInterval(timer),
        error => {
          log.fatal({ err: error }, error.message)
          process.exit(1)
        },
      )
    }, 2000)
    timer.unref()
  }
  await app.listen({ host: env.HOST, port: env.INFERENCE_PORT })
  log.info({ port: env.INFERENCE_PORT, endpoints: routes.all.length }, 'serve ready')
  return {
    async stop() {
      await app.close()
      await spool.close()
      await follower.stop()
      pool.close()
      await registration.stop()
      await notifier.close()
      await close()
    },
  }
}
