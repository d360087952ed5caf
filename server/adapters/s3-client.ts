import { AwsV4Signer } from 'aws4fetch'
import { XMLParser } from 'fast-xml-parser'
import { fetch } from 'undici'
import { AppError } from '#server/kernel/errors.ts'
import { sha256 } from '#server/kernel/ids.ts'

/** The part of `fetch` that is used; a data source passes one that checks addresses. */
export type S3Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: Uint8Array<ArrayBuffer>; signal?: AbortSignal },
) => Promise<Response>

export interface S3Options {
  /** As `http://127.0.0.1:7070`; absent: Amazon's for the region. The bucket goes into the path. */
  endpoint?: string
  region?: string
  bucket: string
  /** Absent: requests are not signed, which public buckets allow. */
  keys?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  fetch?: S3Fetch
  /** How often a request that failed for a passing cause is made again. */
  retries?: number
}

export interface S3Object {
  key: string
  bytes: number
  etag: string
  modifiedAt: string
}

export interface S3Body {
  /** Of what is sent: of the range when one was asked for. */
  bytes: number
  etag: string
  body: AsyncIterable<Uint8Array>
}

export interface S3Client {
  /** Every object below the prefix in key order, page by page. */
  list(prefix: string, options?: { signal?: AbortSignal; delimiter?: string }): AsyncGenerator<S3Object>
  /** Undefined: there is none. */
  head(key: string, options?: { signal?: AbortSignal }): Promise<S3Object | undefined>
  /** Streams; `from` and `to` are the first and last byte. Throws `not_found`. */
  get(key: string, options?: { from?: number; to?: number; signal?: AbortSignal }): Promise<S3Body>
  /** One request: up to 5 GB, held in memory. `ifAbsent`: an object that is there stays (by stores that know this condition). */
  put(key: string, bytes: Uint8Array, options?: { ifAbsent?: boolean; signal?: AbortSignal }): Promise<void>
  /** Any length: in parts, each with its SHA-256, a few at once. Nothing is left of one that fails. */
  upload(
    key: string,
    source: AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal; partBytes?: number },
  ): Promise<void>
  /** Removing what is not there is fine. */
  remove(key: string, options?: { signal?: AbortSignal }): Promise<void>
}

/** Amazon's least size of a part is 5 MiB, its greatest count 10,000. */
const PART_BYTES = 16 * 2 ** 20
const PARTS_AT_ONCE = 3
const PASSING = new Set([408, 429, 500, 502, 503, 504])

const xml = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  // Characters written by number.
  htmlEntities: true,
  isArray: name => name === 'Contents',
  // A page of 1,000 objects has some thousand &quot;, which the parser otherwise takes for an attack.
  processEntities: { enabled: true, maxTotalExpansions: 100_000, maxExpandedLength: 10_000_000 },
})
interface ListPage {
  Contents?: { Key: string; Size: string; ETag?: string; LastModified?: string }[]
  EncodingType?: string
  IsTruncated?: string
  NextContinuationToken?: string
}
interface Documents {
  ListBucketResult?: ListPage
  InitiateMultipartUploadResult?: { UploadId: string }
  Error?: { Code?: string; Message?: string }
}
const parse = (text: string): Documents => {
  try {
    return xml.parse(text) as Documents
  } catch {
    return {}
  }
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
const bare = (etag: string | null | undefined) => (etag ?? '').replace(/^(W\/)?"|"$/g, '')

export function openS3(options: S3Options): S3Client {
  const { bucket, keys, region = 'us-east-1', retries = 3 } = options
  // Not Node's own: in it, a store that closes the connection while a body waits to be read ends the process.
  const send: S3Fetch = options.fetch ?? ((url, init) => fetch(url, init) as unknown as Promise<Response>)
  const endpoint = (options.endpoint ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, '')
  const place = (key: string) => `s3://${bucket}/${key}`

  function addressOf(key: string, query: Record<string, string> = {}): string {
    // Such a segment would be resolved away, and another object meant.
    if (key.split('/').some(s => s === '.' || s === '..'))
      throw new AppError('invalid', `${place(key)} has a segment that is a dot or two: it cannot be asked for.`)
    const path = key === '' ? '' : `/${key.split('/').map(encode).join('/')}`
    const search = Object.entries(query)
      .map(([k, v]) => `${encode(k)}=${encode(v)}`)
      .join('&')
    return `${endpoint}/${encode(bucket)}${path}${search ? `?${search}` : ''}`
  }

  async function signed(method: string, url: string, headers: Record<string, string>, body: Uint8Array | undefined) {
    if (!keys) return headers
    const signer = new AwsV4Signer({
      method,
      url,
      // The hash is signed along: a store refuses a body that changed on its way.
      headers: { ...headers, 'x-amz-content-sha256': sha256(body ?? '') },
      service: 's3',
      region,
      ...keys,
    })
    return Object.fromEntries((await signer.sign()).headers)
  }

  async function refusal(response: Response, what: string): Promise<AppError> {
    const fault = parse(await response.text().catch(() => '')).Error
    const said = fault?.Code ? `${fault.Code}${fault.Message ? ` (${fault.Message})` : ''}` : `HTTP ${response.status}`
    if (response.status === 404)
      return new AppError('not_found', `${what} is not there: ${said}.`, {
        hint: 'Check bucket and path; capitals count.',
      })
    if (response.status === 401 || response.status === 403)
      return new AppError('forbidden', `The object store does not allow ${what}: ${said}.`, {
        hint: 'Check the access key, its secret and what it may do with this bucket.',
      })
    if (response.status >= 300 && response.status < 400)
      return new AppError('invalid', `The object store sends ${what} elsewhere: ${said}.`, {
        hint: 'Give the region and the endpoint of the bucket.',
      })
    return new AppError(
      PASSING.has(response.status) ? 'unavailable' : 'internal',
      `The object store refused ${what}: ${said}.`,
    )
  }

  /** Signs anew for every try: a signature is good for minutes. */
  async function ask(
    method: string,
    key: string,
    more: {
      query?: Record<string, string>
      headers?: Record<string, string>
      body?: Uint8Array
      signal?: AbortSignal
      /** Answers that the caller understands, beside those that are fine. */
      mayAnswer?: number[]
    } = {},
  ): Promise<Response> {
    const url = addressOf(key, more.query)
    const body = more.body as Uint8Array<ArrayBuffer> | undefined
    for (let tried = 0; ; tried++) {
      more.signal?.throwIfAborted()
      let fault: unknown
      try {
        const headers = await signed(method, url, more.headers ?? {}, body)
        const response = await send(url, { method, headers, body, signal: more.signal })
        if (response.ok) return response
        if (more.mayAnswer?.includes(response.status)) {
          await response.body?.cancel()
          return response
        }
        fault = await refusal(response, place(key))
        if (!PASSING.has(response.status)) throw fault
      } catch (error) {
        more.signal?.throwIfAborted()
        if (error instanceof AppError && error.code !== 'unavailable') throw error
        fault =
          error instanceof AppError
            ? error
            : new AppError('unavailable', `The object store at ${new URL(endpoint).host} cannot be reached.`, {
                hint: 'Check its address and that it runs.',
                cause: error,
              })
      }
      if (tried >= retries) throw fault
      await new Promise(resolve => setTimeout(resolve, 200 * 2 ** tried))
    }
  }

  const client: S3Client = {
    async *list(prefix, { signal, delimiter } = {}) {
      let token: string | undefined
      do {
        const query = {
          'encoding-type': 'url',
          'list-type': '2',
          prefix,
          ...(delimiter ? { delimiter } : {}),
          ...(token ? { 'continuation-token': token } : {}),
        }
        const response = await ask('GET', '', { query, signal })
        const page = parse(await response.text()).ListBucketResult
        if (!page)
          throw new AppError('invalid', `What answers at ${endpoint} is no object store: it sent no list of objects.`)
        const plain = (key: string) =>
          page.EncodingType === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key
        for (const entry of page.Contents ?? [])
          yield {
            key: plain(entry.Key),
            bytes: Number(entry.Size),
            etag: bare(entry.ETag),
            modifiedAt: entry.LastModified ?? '',
          }
        token = page.IsTruncated === 'true' ? page.NextContinuationToken : undefined
      } while (token)
    },
    async head(key, { signal } = {}) {
      const response = await ask('HEAD', key, { signal, mayAnswer: [404] })
      if (response.status === 404) return undefined
      return {
        key,
        bytes: Number(response.headers.get('content-length') ?? 0),
        etag: bare(response.headers.get('etag')),
        modifiedAt: response.headers.get('last-modified') ?? '',
      }
    },
    async get(key, { from, to, signal } = {}) {
      const range = from === undefined && to === undefined ? undefined : `bytes=${from ?? 0}-${to ?? ''}`
      const response = await ask('GET', key, { headers: range ? { range } : {}, signal })
      if (range && response.status !== 206) {
        await response.body?.cancel()
        throw new AppError('invalid', `The object store sent all of ${place(key)} where a range was asked for.`)
      }
      return {
        bytes: Number(response.headers.get('content-length') ?? 0),
        etag: bare(response.headers.get('etag')),
        body: response.body ? (response.body as unknown as AsyncIterable<Uint8Array>) : nothing(),
      }
    },
    async put(key, bytes, { ifAbsent, signal } = {}) {
      const headers: Record<string, string> = ifAbsent ? { 'if-none-match': '*' } : {}
      const response = await ask('PUT', key, { headers, body: bytes, signal, mayAnswer: ifAbsent ? [409, 412] : [] })
      await response.body?.cancel()
    },
    async upload(key, source, { signal, partBytes = PART_BYTES } = {}) {
      const parts = inParts(source, partBytes)
      const first = await parts.next()
      const second = first.done ? first : await parts.next()
      if (second.done) return client.put(key, first.value ?? new Uint8Array(), { signal })
      const begun = parse(await (await ask('POST', key, { query: { uploads: '' }, signal })).text())
      const uploadId = begun.InitiateMultipartUploadResult?.UploadId
      if (!uploadId) throw new AppError('internal', `The object store began no upload of ${place(key)}.`)
      const sending = new Set<Promise<void>>()
      try {
        const etags: string[] = []
        const sendPart = (index: number, body: Uint8Array) => {
          const work = ask('PUT', key, { query: { partNumber: String(index + 1), uploadId }, body, signal }).then(
            async response => {
              etags[index] = response.headers.get('etag') ?? ''
              await response.body?.cancel()
            },
          )
          sending.add(work)
          // Its fault is seen where it is awaited.
          work.then(
            () => sending.delete(work),
            () => undefined,
          )
        }
        sendPart(0, first.value!)
        sendPart(1, second.value)
        let count = 2
        for await (const part of parts) {
          if (sending.size >= PARTS_AT_ONCE) await Promise.race(sending)
          sendPart(count++, part)
        }
        await Promise.all(sending)
        const list = etags.map((e, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${e}</ETag></Part>`).join('')
        const done = await ask('POST', key, {
          query: { uploadId },
          body: new TextEncoder().encode(`<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`),
          signal,
        })
        // A store may answer 200 first and say in the body that it failed.
        const fault = parse(await done.text()).Error
        if (fault)
          throw new AppError('unavailable', `The object store could not put ${place(key)} together: ${fault.Code}.`)
      } catch (error) {
        // A part that arrives after the end would stay, and be paid for.
        await Promise.allSettled(sending)
        await ask('DELETE', key, { query: { uploadId }, mayAnswer: [404] }).catch(() => undefined)
        throw error
      }
    },
    async remove(key, { signal } = {}) {
      const response = await ask('DELETE', key, { signal, mayAnswer: [404] })
      await response.body?.cancel().catch(() => undefined)
    },
  }
  return client
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Pieces of any length as parts of `size` bytes; only the last is shorter. */
async function* inParts(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, undefined> {
  let part = new Uint8Array(size)
  let filled = 0
  for await (const piece of source)
    for (let at = 0; at < piece.length; ) {
      const take = Math.min(size - filled, piece.length - at)
      part.set(piece.subarray(at, at + take), filled)
      filled += take
      at += take
      if (filled === size) {
        yield part
        part = new Uint8Array(size)
        filled = 0
      }
    }
  if (filled > 0) yield part.subarray(0, filled)
}
