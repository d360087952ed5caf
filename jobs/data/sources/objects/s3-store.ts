import { guardedFetch } from '#server/adapters/outgoing/index.ts'
import { openS3 } from '#server/adapters/s3-client.ts'
import { AppError } from '#server/kernel/errors.ts'
import { type ObjectStore, requirePlain, type StoreInput } from './object-store.ts'

/** Opens S3 or a compatible store. Without keys requests are unsigned, for public buckets. */
export function s3Store({ settings, secrets, policy }: StoreInput, place = `s3://${settings.bucket}`): ObjectStore {
  const { accessKeyId, secretAccessKey, sessionToken } = secrets
  if (!accessKeyId !== !secretAccessKey)
    throw new AppError('invalid', 'Of the pair of keys only one is given.', {
      hint: 'Give accessKeyId and secretAccessKey, or neither for a public bucket.',
    })
  const client = openS3({
    endpoint: settings.endpoint || undefined,
    region: settings.region || undefined,
    bucket: settings.bucket,
    keys: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined,
    fetch: async (url, init) => {
      const what = decodeURIComponent(new URL(url).pathname)
      return requirePlain(await guardedFetch(policy, url, init), what)
    },
  })
  return {
    place,
    async *list(prefix, signal) {
      for await (const { key, bytes, etag } of client.list(prefix, { signal })) yield { key, bytes, etag }
    },
    async read(key, { from, signal }) {
      const { etag, body } = await client.get(key, { ...(from > 0 ? { from } : {}), signal })
      return { etag, body }
    },
  }
}
