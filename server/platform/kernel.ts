import { createHash } from 'node:crypto'
import type { Sql } from 'postgres'
import { type Db, openDatabase } from '#db/client.ts'
import { CODE_VERSION, MIN_CODE } from '#db/migrate.ts'
import { instance } from '#db/schema/index.ts'
import type { BlobStore } from '#server/adapters/blobs.ts'
import { openBlobStore } from '#server/adapters/open-blobs.ts'
import { type Clock, systemClock } from '#server/kernel/clock.ts'
import { type Env, loadSecrets, parseEnv, type Secrets } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'
import { createLogger, type Logger } from '#server/kernel/log.ts'
import { createNotifier, type Notifier } from './notifier.ts'
import type { ProcessKind } from './processes.ts'
import { openQueue, type Queue } from './queue.ts'

/** What a process holds open. Use cases get it first, then the caller. */
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

const keyCheck = (key: string) => createHash('sha256').update(`fleximl key check\n${key}`).digest('hex').slice(0, 32)

/** The first process writes what the instance is; a later one that disagrees refuses to start and names the variable. */
export async function requireSameInstance(
  db: Db,
  expected: { encryptionKey: string; blobStoreId: string },
): Promise<void> {
  const mine = {
    id: 1,
    keyCheck: keyCheck(expected.encryptionKey),
    blobStoreId: expected.blobStoreId,
    minCode: MIN_CODE,
  }
  await db.insert(instance).values(mine).onConflictDoNothing()
  const [row] = await db.select().from(instance)
  if (row!.keyCheck !== mine.keyCheck)
    throw new AppError(
      'internal',
      'FLEXIML_ENCRYPTION_KEY is not the key of this instance: what was encrypted with the other key could not be read.',
      { hint: 'Give this process the same FLEXIML_ENCRYPTION_KEY (or FLEXIML_HOME) as the others.' },
    )
  if (row!.blobStoreId !== mine.blobStoreId)
    throw new AppError(
      'internal',
      'BLOB_URL is not the blob store of this instance: the stored bytes would not be found.',
      { hint: 'Give this process the same BLOB_URL (or FLEXIML_HOME) as the others.' },
    )
  if (row!.minCode > CODE_VERSION)
    throw new AppError(
      'internal',
      `This FlexiML is too old for its database (needs ${row!.minCode}, is ${CODE_VERSION}).`,
      { hint: 'Upgrade this process.' },
    )
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
      hint: 'Start with `npm start`, which brings a database, or name yours.',
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
