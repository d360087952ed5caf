import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import { AppError } from '#server/kernel/errors.ts'
import { nestsDeeper } from '#tables/read/json-depth.ts'
import { appRouter } from './root.ts'
import type { ApiContext } from './trpc.ts'

export const TRPC_PREFIX = '/api/trpc/'
/** A schema review of 10,000 columns is the largest input there is; files go another way. */
export const MAX_BODY_BYTES = 4 * 2 ** 20
export const MAX_BATCH = 20
const MAX_DEPTH = 32

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const tooLarge = () =>
    new AppError('too_large', `The request is larger than ${MAX_BODY_BYTES / 2 ** 20} MB.`, {
      hint: 'Files are sent to /api/v1/uploads.',
    })
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooDeep = () => new AppError('bad_request', `The input nests deeper than ${MAX_DEPTH} levels.`)

export async function handleTrpc(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  createContext: () => Promise<ApiContext>,
): Promise<void> {
  const path = decodeURIComponent(url.pathname.slice(TRPC_PREFIX.length))
  if (path.split(',').length > MAX_BATCH)
    throw new AppError('bad_request', `At most ${MAX_BATCH} calls fit into one request.`)
  if (nestsDeeper(Buffer.from(url.searchParams.get('input') ?? ''), MAX_DEPTH)) throw tooDeep()
  let body: string | undefined
  if (req.method === 'POST') {
    const bytes = await readBody(req)
    if (nestsDeeper(bytes, MAX_DEPTH)) throw tooDeep()
    body = bytes.toString('utf8')
  }
  await nodeHTTPRequestHandler({
    req: body === undefined ? req : Object.assign(req, { body }),
    res,
    path,
    router: appRouter,
    createContext,
    responseMeta: () => ({ headers: new Headers({ 'cache-control': 'no-store' }) }),
  })
}
