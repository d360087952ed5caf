import { createPrivateKey, sign } from 'node:crypto'
import { z } from 'zod'
import type { OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import {
  bodyOf,
  type ObjectStore,
  requestStore,
  requireAddressable,
  requirePlain,
  type StoreInput,
} from './object-store.ts'
import { s3Store } from './s3-store.ts'

const ENDPOINT = 'https://storage.googleapis.com'
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_only'
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const LIFE_SECONDS = 3600
/** A token is renewed this long before it expires. */
const EARLY_SECONDS = 300

const accountSchema = z.object({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
  token_uri: z.string().default('https://oauth2.googleapis.com/token'),
})
type Account = z.infer<typeof accountSchema>

function readAccount(json: string): Account {
  try {
    const account = accountSchema.parse(JSON.parse(json))
    createPrivateKey(account.private_key)
    return account
  } catch {
    // The message of the parser would contain the key.
    throw new AppError('invalid', 'The service account is not the JSON key file that Google gives.', {
      hint: 'Create a key of type JSON for the service account and paste the whole file.',
    })
  }
}

const base64Url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Returns the signed JWT of a service account for its token server (RFC 7523). */
export function assertionOf(account: Account, seconds: number): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(account.private_key_id ? { kid: account.private_key_id } : {}) }
  const claims = {
    iss: account.client_email,
    scope: SCOPE,
    aud: account.token_uri,
    iat: seconds,
    exp: seconds + LIFE_SECONDS,
  }
  const text = `${base64Url(header)}.${base64Url(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), account.private_key).toString('base64url')}`
}

const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number().default(LIFE_SECONDS) })

function tokens(account: Account, policy: OutgoingPolicy): () => Promise<string> {
  let held: { token: string; until: number } | undefined
  return async () => {
    const seconds = Math.floor(nowDate().getTime() / 1000)
    if (held && seconds < held.until) return held.token
    const body = new URLSearchParams({ grant_type: GRANT, assertion: assertionOf(account, seconds) }).toString()
    const response = await requestStore(
      policy,
      account.token_uri,
      `a token for ${account.client_email}`,
      { method: 'POST', body },
      async () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
    )
    const answer = tokenSchema.safeParse(await response.json().catch(() => undefined))
    if (!answer.success)
      throw new AppError('invalid', `${new URL(account.token_uri).host} gave no token for ${account.client_email}.`, {
        hint: 'Check token_uri in the service account’s file.',
      })
    held = { token: answer.data.access_token, until: seconds + answer.data.expires_in - EARLY_SECONDS }
    return held.token
  }
}

const pageSchema = z.object({
  items: z
    .array(z.object({ name: z.string(), size: z.coerce.number(), etag: z.string(), md5Hash: z.string().optional() }))
    .default([]),
  nextPageToken: z.string().optional(),
})

/** Opens Google Cloud Storage: the JSON API with a service account, the S3 API with an HMAC key, or no key for public buckets. */
export function gcsStore(input: StoreInput): ObjectStore {
  const { settings, secrets, policy } = input
  const { bucket } = settings
  const place = `gs://${bucket}`
  const endpoint = (settings.endpoint || ENDPOINT).replace(/\/+$/, '')
  // One field holds both kinds of secrets; an HMAC secret never starts with a brace.
  const json = secrets.serviceAccount || (/^\s*\{/.test(secrets.secretAccessKey ?? '') ? secrets.secretAccessKey : '')
  if (!json && (secrets.accessKeyId || secrets.secretAccessKey))
    return s3Store({ ...input, settings: { ...settings, endpoint, region: settings.region || 'auto' } }, place)
  const token = json ? tokens(readAccount(json), policy) : undefined
  const headers = async (): Promise<Record<string, string>> =>
    token ? { authorization: `Bearer ${await token()}` } : {}
  const objects = `${endpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o`
  return {
    place,
    async *list(prefix, signal) {
      let pageToken: string | undefined
      do {
        const query = new URLSearchParams({
          prefix,
          maxResults: '1000',
          fields: 'items(name,size,etag,md5Hash),nextPageToken',
          ...(pageToken ? { pageToken } : {}),
        })
        const response = await requestStore(policy, `${objects}?${query}`, `${place}/${prefix}`, { signal }, headers)
        const page = pageSchema.safeParse(await response.json().catch(() => undefined))
        if (!page.success)
          throw new AppError('invalid', `What answers at ${endpoint} is not Google Cloud Storage.`, {
            hint: 'Leave the endpoint empty for Google’s own.',
          })
        for (const { name, size, etag, md5Hash } of page.data.items)
          yield {
            key: name,
            bytes: size,
            etag,
            md5: md5Hash ? Buffer.from(md5Hash, 'base64').toString('hex') : undefined,
          }
        pageToken = page.data.nextPageToken
      } while (pageToken)
    },
    async read(key, { from, signal }) {
      const what = `${place}/${key}`
      if (!key.includes('/')) requireAddressable(key, place)
      const response = await requestStore(
        policy,
        `${objects}/${encodeURIComponent(key)}?alt=media`,
        what,
        { signal, headers: from > 0 ? { range: `bytes=${from}-` } : {} },
        headers,
      )
      return { etag: response.headers.get('etag') ?? '', body: bodyOf(requirePlain(response, what)) }
    },
  }
}
