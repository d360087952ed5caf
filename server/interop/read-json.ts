import type { IncomingMessage } from 'node:http'
import { AppError } from '#server/kernel/errors.ts'
import { nestsDeeper } from '#tables/read/json-depth.ts'

const MAX_DEPTH = 16

/** The JSON body of a request of at most `maxBytes`. */
export async function readJson(req: IncomingMessage, maxBytes: number): Promise<unknown> {
  const tooLarge = () => new AppError('too_large', `The request is larger than ${maxBytes / 2 ** 20} MB.`)
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  if (nestsDeeper(body, MAX_DEPTH))
    throw new AppError('bad_request', `The request nests deeper than ${MAX_DEPTH} levels.`)
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new AppError('bad_request', 'The request is no JSON.')
  }
}
