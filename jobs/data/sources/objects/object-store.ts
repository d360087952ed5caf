import { type GuardedInit, guardedFetch, type OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { Secrets, SettingsOf } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'

export interface StoredObject {
  key: string
  bytes: number
  /** Changes with the content. */
  etag: string
  /** Of the content, in hex, where the store keeps one. */
  md5?: string
}

export interface ObjectBody {
  etag: string
  body: AsyncIterable<Uint8Array>
}

/** What is the same of S3, Google Cloud Storage and Azure Blob Storage. All fail with `AppError`, secrets in none. */
export interface ObjectStore {
  /** Where it is, as people write it: `s3://lake`. */
  place: string
  /** Everything below the prefix, in the order of keys. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject>
  /** From byte `from` on to its end. */
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

/** Bytes that are packed for transport would neither have the listed length nor its hash. */
export function requirePlain(response: Response, what: string): Response {
  const encoding = response.headers.get('content-encoding')
  if (!encoding || encoding === 'identity' || /xml|application\/json/.test(response.headers.get('content-type') ?? ''))
    return response
  throw new AppError('invalid', `${what} is stored with Content-Encoding: ${encoding}, so it changes on its way.`, {
    hint: 'Store it without that header; a name that ends in .gz is unpacked here.',
  })
}

/** Asks a store, again when the cause passes; `headersOf` is called for each try, as signatures have a time. */
export async function askStore(
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

const SAID = [/<Code>([^<]+)/, /"error_description"\s*:\s*"([^"]+)"/, /"message"\s*:\s*"([^"]+)"/]

async function refusal(response: Response, what: string): Promise<AppError> {
  const text = (await response.text().catch(() => '')).slice(0, 20_000)
  const found = SAID.map(s => s.exec(text)?.[1]).find(Boolean)
  const said = `HTTP ${response.status}${found ? `, ${found.replace(/\.$/, '').slice(0, 200)}` : ''}`
  if (response.status === 404)
    return new AppError('invalid', `${what} is not there: ${said}.`, {
      hint: 'Check bucket (or container) and path; capitals count.',
    })
  if (response.status === 401 || response.status === 403)
    return new AppError('invalid', `The object store does not let this account read ${what}: ${said}.`, {
      hint: 'Check the keys of the connection, and that they may list and read there.',
    })
  if (PASSING.has(response.status))
    return new AppError('unavailable', `The object store did not give ${what}: ${said}.`, { hint: 'Try again later.' })
  return new AppError('invalid', `The object store refused ${what}: ${said}.`, { hint: 'Check the connection.' })
}

export async function* noBytes(): AsyncGenerator<Uint8Array> {}

export const bodyOf = (response: Response): AsyncIterable<Uint8Array> =>
  (response.body as unknown as AsyncIterable<Uint8Array> | null) ?? noBytes()

/** A key that a web address cannot carry: such a segment is resolved away, and another object meant. */
export function requireAskable(key: string, place: string): void {
  if (key.split('/').some(s => s === '.' || s === '..'))
    throw new AppError('invalid', `${place}/${key} has a segment that is a dot or two: it cannot be asked for.`)
}
