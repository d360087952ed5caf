import type { Sql } from 'postgres'
import { type Db, openDatabase } from '#db/client.ts'
import type { BlobStore } from '#server/adapters/blobs.ts'
import { openBlobStore } from '#server/adapters/open-blobs.ts'
import { type Clock, systemClock } from '#server/kernel/clock.ts'
import { type Env, loadSecrets, parseEnv, type Secrets } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'
import { createLogger, type Logger } from '#server/kernel/log.ts'
import { requireSameInstance } from './instance.ts'
import { createNotifier, type Notifier } from './notifier.ts'
import type { ProcessKind } from './processes.ts'
import { openQueue, type Queue } from './queue.ts'

/** The open resources of a process. Use cases take it as first parameter, the caller as second. */
export interface Kernel {
  env: Env
  secrets: Secrets
  db: Db
  sql: Sql
  blobs: BlobStore
  queue: Queue
  notifier: Notifier
  clock: Clock
  log: Logger
  close(): Promise<void>
}

export async function openKernel(
  kind: ProcessKind,
  source: Record<string, string | undefined> = process.env,
): Promise<Kernel> {
  const env = parseEnv(source)
  const secrets = await loadSecrets(env)
  const log = createLogger(kind)
  if (!env.DATABASE_URL)
    throw new AppError('internal', 'DATABASE_URL is not set.', {
      hint: 'Start with `npm start`, which includes a database, or set it to yours.',
    })
  const { db, sql, close } = openDatabase(env.DATABASE_URL, {
    applicationName: `fleximl-${kind}`,
    max: kind === 'command' ? 2 : 10,
  })
  const blobs = await openBlobStore(env)
  await requireSameInstance(db, { encryptionKey: secrets.encryptionKey, blobStoreId: blobs.id })
  const notifier = createNotifier(sql, log)
  const queue = await openQueue(env.DATABASE_DIRECT_URL ?? env.DATABASE_URL, log)
  return {
    env,
    secrets,
    db,
    sql,
    blobs,
    queue,
    notifier,
    clock: systemClock,
    log,
    async close() {
      await notifier.close()
      await queue.close()
      await close()
    },
  }
}
