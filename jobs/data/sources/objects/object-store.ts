import { type GuardedInit, guardedFetch, type OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { Secrets, SettingsOf } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'

export interface StoredObject {
  key: string
  bytes: number
  /** Tag that changes with the content. */
  etag: string
  /** MD5 of the content in hex, if the store has one. */
  md5?: string
}

export interface ObjectBody {
  etag: string
  body: AsyncIterable<Uint8Array>
}

/** Common interface of S3, Google Cloud Storage and Azure Blob Storage. Throws `AppError` without secrets. */
export interface ObjectStore {
  /** Address: `s3://lake`. */
  place: string
  /** Lists all objects below the prefix, ordered by key. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject>
  /** Reads from byte `from` to the end. */
  read(key: string, options: { from: number; signal: AbortSignal }): Promise<ObjectBody>
}

export type ObjectsSettings = SettingsOf<'objects'>
export interface StoreInput {
  settings: ObjectsSettings
  secrets: Secrets
  policy: OutgoingPolicy
}

const TRIES = 4
const PAUSE_MS = 300
const PASSING = new Set([408, 429, 500, 502, 503, 504])

/** Throws for an object with a Content-Encoding, because its bytes differ from the listed length and hash. */
export function requirePlain(response: Response, what: string): Response {
  const encoding = response.headers.get('content-encoding')
  if (!encoding || encoding === 'identity' || /xml|application\/json/.test(response.headers.get('content-type') ?? ''))
    return response
  throw new AppError(
    'invalid',
    `${what} is stored with Content-Encoding: ${encoding}, so its bytes change in transit.`,
    {
      hint: 'Store it without that header; a name that ends in .gz is decompressed here.',
    },
  )
}

/** Sends a request to a store and retries transient failures. Calls `headersOf` for each try, because signatures expire. */
export async function requestStore(
  policy: OutgoingPolicy,
  url: string,
  what: string,
  init: GuardedInit,
  headersOf: () => Promise<Record<string, string>>,
): Promise<Response> {
  for (let tried = 1; ; tried++) {
    init.signal?.throwIfAborted()
    let fault: unknown
    try {
      const response = await guardedFetch(policy, url, {
        ...init,
        headers: { ...init.headers, ...(await headersOf()) },
      })
      if (response.ok) return response
      fault = await refusal(response, what)
      if (!PASSING.has(response.status)) throw fault
    } catch (error) {
      init.signal?.throwIfAborted()
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
      fault = error
    }
    if (tried >= TRIES) throw fault
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS * 2 ** tried))
  }
}

const MESSAGES = [/<Code>([^<]+)/, /"error_description"\s*:\s*"([^"]+)"/, /"message"\s*:\s*"([^"]+)"/]

async function refusal(response: Response, what: string): Promise<AppError> {
  const text = (await response.text().catch(() => '')).slice(0, 20_000)
  const found = MESSAGES.map(s => s.exec(text)?.[1]).find(Boolean)
  const reported = `HTTP ${response.status}${found ? `, ${found.replace(/\.$/, '').slice(0, 200)}` : ''}`
  if (response.status === 404)
    return new AppError('invalid', `${what} does not exist: ${reported}.`, {
      hint: 'Check bucket (or container) and path; they are case-sensitive.',
    })
  if (response.status === 401 || response.status === 403)
    return new AppError('invalid', `The object store does not allow this account to read ${what}: ${reported}.`, {
      hint: 'Check the keys of the connection, and that they may list and read there.',
    })
  if (PASSING.has(response.status))
    return new AppError('unavailable', `The object store did not return ${what}: ${reported}.`, {
      hint: 'Try again later.',
    })
  return new AppError('invalid', `The object store refused ${what}: ${reported}.`, { hint: 'Check the connection.' })
}

export async function* noBytes(): AsyncGenerator<Uint8Array> {}

export const bodyOf = (response: Response): AsyncIterable<Uint8Array> =>
  (response.body as unknown as AsyncIterable<Uint8Array> | null) ?? noBytes()

/** Throws for a key with a dot segment, which URLs resolve, so that it would name another object. */
export function requireAddressable(key: string, place: string): void {
  if (key.split('/').some(s => s === '.' || s === '..'))
    throw new AppError('invalid', `${place}/${key} has a segment “.” or “..” and cannot be requested.`)
}
