import { Readable } from 'node:stream'
import type { S3Client as Sdk } from '@aws-sdk/client-s3'
import { fetch } from 'undici'
import { AppError } from '#server/kernel/errors.ts'
import { explainS3, statusOf } from './s3-failure.ts'
import { createHandler, type S3Fetch } from './s3-handler.ts'

export type { S3Fetch } from './s3-handler.ts'

export interface S3Options {
  /** For example `http://127.0.0.1:7070`; absent: Amazon's endpoint of the region. */
  endpoint?: string
  region?: string
  bucket: string
  /**
   * `default`: the SDK's credential chain (environment, profile, IRSA, role of the container or machine); only for what the operator
   * configures. Absent: requests are not signed, which public buckets allow.
   */
  keys?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | 'default'
  /** Whether the bucket is part of the path or of the host. Default: path for a custom endpoint, host for Amazon's. */
  addressing?: 'path' | 'virtual'
  fetch?: S3Fetch
  /** How often a request is retried after a transient failure. */
  retries?: number
}

export interface S3Object {
  key: string
  bytes: number
  etag: string
  modifiedAt: string
}

export interface S3Body {
  /** Length of the body (of the range, if the request has one). */
  bytes: number
  etag: string
  body: AsyncIterable<Uint8Array>
}

export interface S3Client {
  /** Lists the objects below the prefix in key order, page by page. */
  list(prefix: string, options?: { signal?: AbortSignal; delimiter?: string }): AsyncGenerator<S3Object>
  /** Returns an object's metadata, or undefined if it does not exist. */
  head(key: string, options?: { signal?: AbortSignal }): Promise<S3Object | undefined>
  /** Streams an object; `from` and `to` are the first and last byte. Throws `not_found`. */
  get(key: string, options?: { from?: number; to?: number; signal?: AbortSignal }): Promise<S3Body>
  /**
   * Writes an object of up to 5 GB from memory in one request. `ifAbsent`: keeps an existing object (in stores that support the condition).
   */
  put(key: string, bytes: Uint8Array, options?: { ifAbsent?: boolean; signal?: AbortSignal }): Promise<void>
  /** Writes an object of any length in parallel parts. A failed upload leaves nothing behind. */
  upload(
    key: string,
    source: AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal; partBytes?: number },
  ): Promise<void>
  /** Removes an object, which need not exist. */
  remove(key: string, options?: { signal?: AbortSignal }): Promise<void>
}

/** Amazon requires parts of at least 5 MiB and at most 10,000 of them. */
const PART_BYTES = 16 * 2 ** 20
const PARTS_AT_ONCE = 3

type Loaded = typeof import('@aws-sdk/client-s3') & { client: Sdk }

/** Loads the SDK with the first request: it is large, and many instances use no object store. */
async function load(options: S3Options): Promise<Loaded> {
  const sdk = await import('@aws-sdk/client-s3')
  const { endpoint, keys, addressing, retries = 3 } = options
  // Node's own fetch ends the process if the store closes the connection while a body waits to be read.
  const send: S3Fetch = options.fetch ?? ((url, init) => fetch(url, init) as unknown as Promise<Response>)
  const client = new sdk.S3Client({
    region: options.region ?? 'us-east-1',
    ...(endpoint ? { endpoint: endpoint.replace(/\/+$/, '') } : { followRegionRedirects: true }),
    forcePathStyle: addressing ? addressing === 'path' : endpoint !== undefined,
    ...(keys === 'default' ? {} : { credentials: keys ?? { accessKeyId: '', secretAccessKey: '' } }),
    ...(keys ? {} : { signer: { sign: async (request: unknown) => request } as never }),
    requestHandler: createHandler(send) as never,
    maxAttempts: retries + 1,
    // Many stores do not support checksums other than the signed SHA-256.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
  })
  return { ...sdk, client }
}

const bare = (etag: string | undefined) => (etag ?? '').replace(/^(W\/)?"|"$/g, '')
const plainKey = (key: string, encoding: string | undefined) =>
  encoding === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key

export function openS3(options: S3Options): S3Client {
  const Bucket = options.bucket
  const host = new URL(options.endpoint ?? `https://s3.${options.region ?? 'us-east-1'}.amazonaws.com`).host
  const place = (key: string) => `s3://${Bucket}/${key}`
  let loaded: Promise<Loaded> | undefined

  /** Runs requests for a key; failures become `AppError`, aborts become their reason. */
  async function run<T>(
    key: string,
    signal: AbortSignal | undefined,
    work: (sdk: Loaded, request: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    // `fetch` would resolve such a segment and read another object.
    if (key.split('/').some(s => s === '.' || s === '..'))
      throw new AppError('invalid', `${place(key)} has the segment “.” or “..”, which cannot be requested.`)
    signal?.throwIfAborted()
    loaded ??= load(options)
    try {
      return await work(await loaded, { abortSignal: signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw explainS3(error, place(key), host)
    }
  }

  const unless = (statuses: number[]) => (error: unknown) => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error
    return undefined
  }

  return {
    async *list(prefix, { signal, delimiter } = {}) {
      let ContinuationToken: string | undefined
      do {
        const input = { Bucket, Prefix: prefix, EncodingType: 'url', Delimiter: delimiter, ContinuationToken } as const
        const page = await run('', signal, ({ client, ListObjectsV2Command }, request) =>
          client.send(new ListObjectsV2Command(input), request),
        )
        if (page.Name === undefined && page.Contents === undefined && page.IsTruncated === undefined)
          throw new AppError(
            'invalid',
            `The server at ${host} is not an object store: its response is not a list of objects.`,
          )
        for (const { Key = '', Size = 0, ETag, LastModified } of page.Contents ?? [])
          yield {
            key: plainKey(Key, page.EncodingType),
            bytes: Size,
            etag: bare(ETag),
            modifiedAt: LastModified?.toISOString() ?? '',
          }
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined
      } while (ContinuationToken)
    },
    head: (key, { signal } = {}) =>
      run(key, signal, async ({ client, HeadObjectCommand }, request) => {
        const found = await client.send(new HeadObjectCommand({ Bucket, Key: key }), request).catch(unless([404]))
        return (
          found && {
            key,
            bytes: found.ContentLength ?? 0,
            etag: bare(found.ETag),
            modifiedAt: found.LastModified?.toISOString() ?? '',
          }
        )
      }),
    get: (key, { from, to, signal } = {}) =>
      run(key, signal, async ({ client, GetObjectCommand }, request) => {
        const Range = from === undefined && to === undefined ? undefined : `bytes=${from ?? 0}-${to ?? ''}`
        const found = await client.send(new GetObjectCommand({ Bucket, Key: key, Range }), request)
        const body = found.Body as Readable
        if (Range && found.$metadata.httpStatusCode !== 206) {
          body.destroy()
          throw new AppError('invalid', `The object store sent all of ${place(key)} instead of a range.`)
        }
        return { bytes: found.ContentLength ?? 0, etag: bare(found.ETag), body }
      }),
    put: (key, bytes, { ifAbsent, signal } = {}) =>
      run(key, signal, async ({ client, PutObjectCommand }, request) => {
        const IfNoneMatch = ifAbsent ? '*' : undefined
        await client
          .send(new PutObjectCommand({ Bucket, Key: key, Body: bytes, IfNoneMatch }), request)
          .catch(unless(ifAbsent ? [409, 412] : []))
      }),
    upload: (key, source, { signal, partBytes = PART_BYTES } = {}) => {
      const body = watchSource(source)
      return run(key, signal, async ({ client, AbortMultipartUploadCommand }, request) => {
        const { Upload } = await import('@aws-sdk/lib-storage')
        const upload = new Upload({
          client,
          params: { Bucket, Key: key, Body: Readable.from(body.read()) },
          partSize: partBytes,
          queueSize: PARTS_AT_ONCE,
        })
        const abort = () => void upload.abort()
        signal?.addEventListener('abort', abort, { once: true })
        try {
          await upload.done()
        } catch (error) {
          await upload.abort().catch(() => undefined)
          // Abort again: a part in flight during the first abort would stay and be billed.
          if (upload.uploadId)
            await client
              .send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: upload.uploadId }), request)
              .catch(() => undefined)
          throw error
        } finally {
          signal?.removeEventListener('abort', abort)
        }
      }).catch(error => {
        throw body.failure ? body.failure.error : error
      })
    },
    remove: (key, { signal } = {}) =>
      run(key, signal, async ({ client, DeleteObjectCommand }, request) => {
        await client.send(new DeleteObjectCommand({ Bucket, Key: key }), request).catch(unless([404]))
      }),
  }
}

/** Records a failure of the source, so that it is not reported as a failure of the store. */
function watchSource(source: AsyncIterable<Uint8Array>) {
  const watched = {
    failure: undefined as { error: unknown } | undefined,
    async *read() {
      try {
        yield* source
      } catch (error) {
        watched.failure = { error }
        throw error
      }
    },
  }
  return watched
}
