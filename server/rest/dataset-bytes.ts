import { createReadStream } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { openVersionBytes, storeUpload } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { WebParts } from '#server/web/routes.ts'
import { sendBytes } from '#server/web/send-bytes.ts'
import { anyBytes, bytesResponse, errorResponses, versionParams } from './schemas.ts'

const DIGEST = /^[0-9a-f]{64}$/

/** Returns the version reference of a path: a number, `v3`, or `latest`. Throws `not_found`. */
function versionRef({ name, v }: { name: string; v: string }): string {
  const number = /^v?(\d{1,9})$/.exec(v)?.[1]
  if (!number && v !== 'latest')
    throw new AppError('not_found', `“${v}” is not a version.`, { hint: 'Versions are 1, 2, … or `latest`.' })
  return number ? `${name}@${Number(number)}` : name
}

const upload = {
  summary: 'Upload a file',
  description:
    'The body is the file as it is. The response has its SHA-256, with which POST /datasets adds it. Files above 100 MB are better sent in chunks (POST /uploads/begin).',
  tags: ['Uploads'],
  consumes: ['application/octet-stream'],
  querystring: z.object({
    filename: z.string().optional().describe('Name of the file; its extension determines the format.'),
    sha256: z.string().optional().describe('SHA-256 of the file in hex: the upload fails when other bytes arrive.'),
  }),
  body: anyBytes,
  response: {
    201: z.looseObject({ digest: z.string(), bytes: z.int(), fileName: z.string().optional() }),
    ...errorResponses,
  },
}

const download = {
  summary: 'Download a version as Parquet',
  description: 'Supports ranges and ETag, so that pandas, Polars and DuckDB read it by its address.',
  tags: ['Datasets'],
  params: versionParams,
  response: { 200: bytesResponse('application/vnd.apache.parquet'), ...errorResponses },
}

/** Upload and download of dataset files. */
export function datasetByteRoutes({ kernel }: WebParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.post(
      '/uploads',
      { schema: upload, config: { permission: 'data:write', hasLongBody: true } },
      async (request, reply) => {
        const { filename, sha256 } = request.query as z.infer<typeof upload.querystring>
        const expectedDigest = sha256?.toLowerCase() || undefined
        if (expectedDigest && !DIGEST.test(expectedDigest))
          throw new AppError('bad_request', '`sha256` is not a SHA-256: 64 hexadecimal digits are expected.')
        const length = request.headers['content-length']
        const { digest, bytes } = await storeUpload(kernel, request.caller, request.raw, {
          expectedDigest,
          announcedBytes: length === undefined ? undefined : Number(length),
        })
        return reply.code(201).send({ digest, bytes, fileName: filename })
      },
    )
    app.route({
      method: ['GET', 'HEAD'],
      url: '/datasets/:name/versions/:v/data.parquet',
      schema: download,
      config: { permission: 'data:read' },
      handler: async (request, reply) => {
        const ref = versionRef(request.params as { name: string; v: string })
        const { version, path } = await openVersionBytes(kernel, request.caller, ref)
        await sendBytes(request, reply, {
          etag: `"${version.digest}"`,
          bytes: version.bytes,
          headers: {
            'content-type': 'application/vnd.apache.parquet',
            'content-disposition': `attachment; filename="${version.datasetName}-v${version.number}.parquet"`,
          },
          open: async range => createReadStream(path, range ? { start: range.from, end: range.to } : undefined),
        })
      },
    })
  }
}
