import type { IncomingMessage, ServerResponse } from 'node:http'
import { abortUpload, beginUpload, completeUpload, showUpload, storeChunk } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ByteRoute, ByteRouteContext } from './data-bytes.ts'

const DIGEST = /^[0-9a-f]{64}$/

function answer(res: ServerResponse, status: number, document: unknown): void {
  const body = JSON.stringify(document)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
}

async function begin(_req: IncomingMessage, res: ServerResponse, { kernel, caller, query }: ByteRouteContext) {
  const upload = await beginUpload(kernel, caller, {
    fileName: query.get('filename') ?? '',
    bytes: query.get('bytes') ?? '',
    chunkBytes: query.get('chunk-bytes') ?? undefined,
  })
  answer(res, 201, upload)
}

async function show(_req: IncomingMessage, res: ServerResponse, { kernel, caller, params }: ByteRouteContext) {
  answer(res, 200, await showUpload(kernel, caller, params.upload!))
}

/** The body is the piece as it is; `?sha256=` is its hash. */
async function chunk(req: IncomingMessage, res: ServerResponse, { kernel, caller, params, query }: ByteRouteContext) {
  const digest = query.get('sha256')?.toLowerCase() ?? ''
  if (!DIGEST.test(digest))
    throw new AppError('bad_request', 'A piece comes with `sha256`, its SHA-256 in 64 hexadecimal digits.')
  if (!/^\d{1,6}$/.test(params.number!))
    throw new AppError('bad_request', `“${params.number}” is no number of a piece: they are 0, 1, 2, …`)
  answer(res, 200, await storeChunk(kernel, caller, params.upload!, Number(params.number), digest, req))
}

async function complete(_req: IncomingMessage, res: ServerResponse, { kernel, caller, params }: ByteRouteContext) {
  answer(res, 200, await completeUpload(kernel, caller, params.upload!))
}

async function abort(_req: IncomingMessage, res: ServerResponse, { kernel, caller, params }: ByteRouteContext) {
  await abortUpload(kernel, caller, params.upload!)
  answer(res, 200, { aborted: true })
}

const below = (prefix: string): ByteRoute[] => [
  { method: 'POST', pattern: `${prefix}/uploads/begin`, permission: 'data:write', handle: begin },
  { method: 'GET', pattern: `${prefix}/uploads/:upload`, permission: 'data:write', handle: show },
  { method: 'PUT', pattern: `${prefix}/uploads/:upload/chunks/:number`, permission: 'data:write', handle: chunk },
  { method: 'POST', pattern: `${prefix}/uploads/:upload/complete`, permission: 'data:write', handle: complete },
  { method: 'POST', pattern: `${prefix}/uploads/:upload/abort`, permission: 'data:write', handle: abort },
]

/** Files in pieces. A token names its project itself, so that its addresses need none. */
export const uploadRoutes: ByteRoute[] = [...below('/api/v1/projects/:project'), ...below('/api/v1')]
