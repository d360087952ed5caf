import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '#server/kernel/clock.ts'
import type { Env } from '#server/kernel/env.ts'
import { type BlobStore, openFolderStore } from './blobs.ts'

/** Opens the store at BLOB_URL; by default a folder of the home. */
export async function openBlobStore(env: Env, clock: Clock = systemClock): Promise<BlobStore> {
  const url = env.BLOB_URL
  if (!url) return openFolderStore(join(env.FLEXIML_HOME, 'blobs'))
  if (url.startsWith('file:')) return openFolderStore(fileURLToPath(url))
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(url)!
  // Loaded only if it is used: the client costs memory and start time.
  const [{ openS3Store }, { openS3 }] = await Promise.all([import('./blobs-s3.ts'), import('./s3-client.ts')])
  const s3 = openS3({
    bucket: bucket!,
    endpoint: env.S3_ENDPOINT,
    region: env.AWS_REGION,
    addressing: env.S3_ADDRESSING,
    keys:
      env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY
        ? {
            accessKeyId: env.AWS_ACCESS_KEY_ID,
            secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
            sessionToken: env.AWS_SESSION_TOKEN,
          }
        : 'default',
  })
  return openS3Store(s3, path ? `${path}/` : '', {
    folder: join(env.FLEXIML_HOME, 'blob-cache'),
    cacheBytes: env.FLEXIML_BLOB_CACHE_GB * 2 ** 30,
    now: () => clock.now(),
  })
}
