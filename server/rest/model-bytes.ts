import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { ExportFormat } from '#server/registry/contract.ts'
import { exportVersion } from '#server/registry/index.ts'
import type { WebParts } from '#server/web/routes.ts'
import { sendBytes } from '#server/web/send-bytes.ts'
import { bytesResponse, errorResponses, versionParams } from './schemas.ts'

interface ExportFile {
  format: ExportFormat
  ending: string
  summary: string
}

const FILES: ExportFile[] = [
  { format: 'onnx', ending: 'onnx', summary: 'Download a version as ONNX' },
  { format: 'bundle', ending: 'fmlb', summary: 'Download the bundle of a version' },
]

/** A version of a model (`3`, `champion`, `latest`) as a file. */
export function modelByteRoutes({ kernel }: WebParts) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const { format, ending, summary } of FILES)
      app.route({
        method: ['GET', 'HEAD'],
        url: `/models/:name/versions/:v/model.${ending}`,
        schema: {
          summary,
          tags: ['Models'],
          params: versionParams,
          response: { 200: bytesResponse('application/octet-stream'), ...errorResponses },
        },
        config: { permission: 'registry:read' },
        handler: async (request, reply) => {
          const { name, v } = request.params as { name: string; v: string }
          const exported = await exportVersion(kernel, request.caller, `${name}@${v}`, format)
          const { model, version, digest, bytes } = exported
          await sendBytes(request, reply, {
            etag: `"${digest}-${format}"`,
            bytes: bytes.length,
            headers: {
              'content-type': 'application/octet-stream',
              'content-disposition': `attachment; filename="${model}-v${version}.${ending}"`,
            },
            open: async range => Readable.from([range ? bytes.subarray(range.from, range.to + 1) : bytes]),
          })
        },
      })
  }
}
