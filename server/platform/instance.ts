import { createHash } from 'node:crypto'
import type { Db } from '#db/client.ts'
import { CODE_VERSION, MIN_CODE } from '#db/migrate.ts'
import { instance } from '#db/schema/platform.ts'
import { AppError } from '#server/kernel/errors.ts'

const keyCheck = (key: string) => createHash('sha256').update(`fleximl key check\n${key}`).digest('hex').slice(0, 32)

/**
 * Checks that this process uses the instance's keys and blob store; the first process stores their identity. Throws, naming the variable.
 */
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
      'FLEXIML_ENCRYPTION_KEY is not the key of this instance: data encrypted with the other key could not be read.',
      { hint: 'Set for this process the same FLEXIML_ENCRYPTION_KEY (or FLEXIML_HOME) as the others.' },
    )
  if (row!.blobStoreId !== mine.blobStoreId)
    throw new AppError(
      'internal',
      'BLOB_URL is not the blob store of this instance: the stored bytes would not be found.',
      { hint: 'Set for this process the same BLOB_URL (or FLEXIML_HOME) as the others.' },
    )
  if (row!.minCode > CODE_VERSION)
    throw new AppError(
      'internal',
      `This FlexiML is too old for its database (needs ${row!.minCode}, is ${CODE_VERSION}).`,
      { hint: 'Upgrade this process.' },
    )
}
