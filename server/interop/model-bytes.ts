import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { ExportFormat } from '#server/registry/contract.ts'
import { exportVersion } from '#server/registry/index.ts'
import type { ByteRoute, ByteRouteContext } from './data-bytes.ts'

const exportAs =
  (format: ExportFormat, ending: string) =>
  async (req: IncomingMessage, res: ServerResponse, { kernel, caller, params }: ByteRouteContext) => {
    const { model, version, digest, bytes } = await exportVersion(kernel, caller, `${params.name}@${params.v}`, format)
    const etag = `"${digest}-${format}"`
    const headers = {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${model}-v${version}.${ending}"`,
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      etag,
    }
    if (req.headers['if-none-match'] === etag) return void res.writeHead(304, headers).end()
    res.writeHead(200, { ...headers, 'content-length': bytes.length })
    if (req.method === 'HEAD') return void res.end()
    await pipeline([bytes], res).catch(error => {
      // The reader went away.
      if (error?.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error?.code !== 'ECONNRESET') throw error
    })
  }

const routesBelow = (prefix: string): ByteRoute[] =>
  (['GET', 'HEAD'] as const).flatMap(method =>
    (
      [
        ['model.onnx', exportAs('onnx', 'onnx')],
        ['model.fmlb', exportAs('bundle', 'fmlb')],
      ] as const
    ).map(([file, handle]) => ({
      method,
      pattern: `${prefix}/models/:name/versions/:v/${file}`,
      permission: 'registry:read' as const,
      handle,
    })),
  )

/** A version of a model (`3`, `champion`, `latest`) as ONNX, or as the bundle it is. */
export const modelByteRoutes: ByteRoute[] = [...routesBelow('/api/v1/projects/:project'), ...routesBelow('/api/v1')]
