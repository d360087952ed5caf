import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Caller } from '#server/access/caller.ts'
import type { Permission } from '#server/access/contract.ts'
import { openVersionBytes, storeUpload } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'

export interface ByteRouteContext {
  kernel: Kernel
  caller: Caller
  params: Record<string, string>
  query: URLSearchParams
}

/** A route of bytes. `pattern` has `:name` segments; `:project`, when there, names the project the caller must be let into. */
export interface ByteRoute {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  pattern: string
  permission: Permission
  handle(req: IncomingMessage, res: ServerResponse, context: ByteRouteContext): Promise<void>
}

const DIGEST = /^[0-9a-f]{64}$/

/** The body is the file as it is; `?sha256=` lets the server notice bytes that changed on their way. */
async function upload(req: IncomingMessage, res: ServerResponse, { kernel, caller, query }: ByteRouteContext) {
  const expectedDigest = query.get('sha256')?.toLowerCase()
  if (expectedDigest && !DIGEST.test(expectedDigest))
    throw new AppError('bad_request', '`sha256` is not a SHA-256: 64 hexadecimal digits are expected.')
  const length = req.headers['content-length']
  const blob = await storeUpload(kernel, caller, req, {
    expectedDigest,
    announcedBytes: length === undefined ? undefined : Number(length),
  })
  const body = JSON.stringify({ digest: blob.digest, bytes: blob.bytes, fileName: query.get('filename') ?? undefined })
  res.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
}

/** One range of `bytes=a-b`, `a-`, `-n` (RFC 9110 § 14); undefined: the whole, null: not satisfiable. Lists of ranges get the whole. */
export function parseRange(header: string | undefined, size: number): { from: number; to: number } | null | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  if (match[1] === '') {
    const last = Number(match[2])
    return last === 0 || size === 0 ? null : { from: Math.max(0, size - last), to: size - 1 }
  }
  const from = Number(match[1])
  const to = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)
  if (match[2] !== '' && Number(match[2]) < from) return undefined
  return from >= size ? null : { from, to }
}

async function download(req: IncomingMessage, res: ServerResponse, { kernel, caller, params }: ByteRouteContext) {
  const number = /^v?(\d{1,9})$/.exec(params.v ?? '')?.[1]
  if (!number && params.v !== 'latest')
    throw new AppError('not_found', `“${params.v}” is no version.`, { hint: 'Versions are 1, 2, … or `latest`.' })
  const { version, path } = await openVersionBytes(
    kernel,
    caller,
    number ? `${params.name}@${Number(number)}` : params.name!,
  )
  const etag = `"${version.digest}"`
  const headers = {
    'content-type': 'application/vnd.apache.parquet',
    'content-disposition': `attachment; filename="${version.datasetName}-v${version.number}.parquet"`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    etag,
  }
  if (req.headers['if-none-match'] === etag) return void res.writeHead(304, headers).end()
  const ifRange = req.headers['if-range']
  const range = ifRange && ifRange !== etag ? undefined : parseRange(req.headers.range, version.bytes)
  if (range === null)
    return void res
      .writeHead(416, { ...headers, 'content-range': `bytes */${version.bytes}`, 'content-length': 0 })
      .end()
  const { from, to } = range ?? { from: 0, to: version.bytes - 1 }
  res.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': to - from + 1,
    ...(range ? { 'content-range': `bytes ${from}-${to}/${version.bytes}` } : {}),
  })
  if (req.method === 'HEAD') return void res.end()
  await pipeline(createReadStream(path, { start: from, end: to }), res).catch(error => {
    // The reader went away, as DuckDB and browsers do when they have what they want.
    if (error?.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error?.code !== 'ECONNRESET') throw error
  })
}

const bytesOf = (prefix: string): ByteRoute[] =>
  (['GET', 'HEAD'] as const).map(method => ({
    method,
    pattern: `${prefix}/datasets/:name/versions/:v/data.parquet`,
    permission: 'data:read',
    handle: download,
  }))

/** A token names its project itself, so that the address a notebook reads needs none. */
export const dataByteRoutes: ByteRoute[] = [
  { method: 'POST', pattern: '/api/v1/projects/:project/uploads', permission: 'data:write', handle: upload },
  { method: 'POST', pattern: '/api/v1/uploads', permission: 'data:write', handle: upload },
  ...bytesOf('/api/v1/projects/:project'),
  ...bytesOf('/api/v1'),
]
