import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { abortUpload, beginUpload, completeUpload, showUpload, storeChunk } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { WebParts } from '#server/web/routes.ts'
import { anyBytes, errorResponses } from './schemas.ts'

const DIGEST = /^[0-9a-f]{64}$/
const tags = ['Uploads']
const uploadParams = z.object({ upload: z.string().describe('Id of the upload.') })
const chunkParams = uploadParams.extend({ number: z.string().describe('0, 1, 2, …') })
const uploadState = z.looseObject({
  id: z.string(),
  bytes: z.int(),
  chunkBytes: z.int(),
  chunks: z.int(),
  have: z.array(z.int()).describe('Numbers of the received chunks.'),
})

const begin = {
  summary: 'Begin an upload in chunks',
  tags,
  querystring: z.object({
    filename: z.string().optional(),
    bytes: z.string().optional().describe('Size of the whole file.'),
    'chunk-bytes': z.string().optional().describe('Size of every chunk but the last.'),
  }),
  response: { 201: uploadState, ...errorResponses },
}
const show = {
  summary: 'Show which chunks were received',
  tags,
  params: uploadParams,
  response: { 200: uploadState, ...errorResponses },
}
const chunk = {
  summary: 'Send one chunk',
  description: 'The body is the chunk as it is. Chunks can be sent in any order and more than once.',
  tags,
  consumes: ['application/octet-stream'],
  params: chunkParams,
  querystring: z.object({ sha256: z.string().optional().describe('SHA-256 of the chunk in hex; required.') }),
  body: anyBytes,
  response: { 200: z.looseObject({}), ...errorResponses },
}
const complete = {
  summary: 'Complete an upload',
  description: 'Checks all chunks and responds with the SHA-256 of the file, with which POST /datasets adds it.',
  tags,
  params: uploadParams,
  response: { 200: z.looseObject({ digest: z.string(), bytes: z.int() }), ...errorResponses },
}
const abort = {
  summary: 'Abort an upload',
  tags,
  params: uploadParams,
  response: { 200: z.object({ aborted: z.boolean() }), ...errorResponses },
}

/** Uploads in chunks. */
export function uploadRoutes({ kernel }: WebParts) {
  const config = { permission: 'data:write' } as const
  return async (app: FastifyInstance): Promise<void> => {
    app.post('/uploads/begin', { schema: begin, config }, async (request, reply) => {
      const query = request.query as z.infer<typeof begin.querystring>
      const upload = await beginUpload(kernel, request.caller, {
        fileName: query.filename ?? '',
        bytes: query.bytes ?? '',
        chunkBytes: query['chunk-bytes'],
      })
      return reply.code(201).send(upload)
    })
    app.get('/uploads/:upload', { schema: show, config }, request =>
      showUpload(kernel, request.caller, (request.params as z.infer<typeof uploadParams>).upload),
    )
    app.put('/uploads/:upload/chunks/:number', { schema: chunk, config: { ...config, hasLongBody: true } }, request => {
      const { upload, number } = request.params as z.infer<typeof chunkParams>
      const digest = (request.query as z.infer<typeof chunk.querystring>).sha256?.toLowerCase() ?? ''
      if (!DIGEST.test(digest))
        throw new AppError(
          'bad_request',
          'A chunk needs the query parameter `sha256`: its SHA-256 in 64 hexadecimal digits.',
        )
      if (!/^\d{1,6}$/.test(number))
        throw new AppError('bad_request', `“${number}” is not a chunk number: use 0, 1, 2, …`)
      return storeChunk(kernel, request.caller, upload, Number(number), digest, request.raw)
    })
    app.post('/uploads/:upload/complete', { schema: complete, config }, request =>
      completeUpload(kernel, request.caller, (request.params as z.infer<typeof uploadParams>).upload),
    )
    app.post('/uploads/:upload/abort', { schema: abort, config }, async request => {
      await abortUpload(kernel, request.caller, (request.params as z.infer<typeof uploadParams>).upload)
      return { aborted: true }
    })
  }
}
