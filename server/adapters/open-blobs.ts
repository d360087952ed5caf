import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '#server/kernel/clock.ts'
import type { Env } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'
import { type BlobStore, openFolderStore } from './blobs.ts'

/** Opens the store of BLOB_URL; without it a folder of the home. */
export async function openBlobStore(env: Env, clock: Clock = systemClock): Promise<BlobStore> {
  const url = env.BLOB_URL
  if (!url) return openFolderStore(join(env.FLEXIML_HOME, 'blobs'))
  if (url.startsWith('file:')) return openFolderStore(fileURLToPath(url))
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(url)!
  if (!env.AWS_ACCESS_KEY_ID || !env.AWS_SECRET_ACCESS_KEY)
    throw new AppError('invalid', `BLOB_URL is ${url}, but the keys for it are missing.`, {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and S3_ENDPOINT when it is not Amazon’s).',
    })
  // Loaded only where it is used: its client costs memory and start time.
  const [{ openS3Store }, { openS3 }] = await Promise.all([import('./blobs-s3.ts'), import('./s3-client.ts')])
  const s3 = openS3({
    bucket: bucket!,
    endpoint: env.S3_ENDPOINT,
    region: env.AWS_REGION,
    keys: {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    },
  })
  return openS3Store(s3, path ? `${path}/` : '', {
    folder: join(env.FLEXIML_HOME, 'blob-cache'),
    cacheBytes: env.FLEXIML_BLOB_CACHE_GB * 2 ** 30,
    now: () => clock.now(),
  })
}
