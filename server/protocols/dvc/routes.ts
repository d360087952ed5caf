import type { FastifyInstance, FastifyRequest } from 'fastify'
import { findDvcBytes, readDvcName, storeDvcObject } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { authenticateRoutes, noRoute } from '#server/web/authenticate.ts'
import type { WebParts } from '#server/web/routes.ts'
import { sendBlob } from '#server/web/send-blob.ts'

export const DVC_PREFIX = '/dvc'

type Layout = 'md5' | 'md5-dos2unix'

/** Objects by the MD5 of their content, in the layouts of DVC 3 and DVC 2. */
const LAYOUTS: [string, Layout][] = [
  ['/:project/files/md5/:first/:rest', 'md5'],
  ['/:project/:first/:rest', 'md5-dos2unix'],
]

/** Throws `not_found` for a path that is not the name of an object. */
function nameOf(request: FastifyRequest, layout: Layout) {
  const { first, rest } = request.params as { first: string; rest: string }
  const name = readDvcName(layout, first, rest)
  if (!name)
    throw new AppError('not_found', 'This is not a name of a DVC object.', {
      hint: 'Names have the form files/md5/AA/BB…, with 32 hexadecimal digits in total; names of directories end in `.dir`.',
    })
  return name
}

/** An HTTP remote of DVC. Errors have the format of our own API: the client prints the body. */
export function dvcRoutes(parts: WebParts) {
  const { kernel } = parts
  return async (app: FastifyInstance): Promise<void> => {
    authenticateRoutes(app, parts, 'token')
    app.setNotFoundHandler(async request => {
      throw noRoute(request)
    })
    for (const [url, layout] of LAYOUTS) {
      // Clients look up what exists by GET and leave the body unread.
      app.route({
        method: ['GET', 'HEAD'],
        url,
        config: { permission: 'data:read' },
        handler: async (request, reply) => {
          const { digest, bytes } = await findDvcBytes(kernel, request.caller, nameOf(request, layout))
          await sendBlob(request, reply, kernel, { digest, bytes })
        },
      })
      app.route({
        method: ['POST', 'PUT'],
        url,
        config: { permission: 'data:write', hasLongBody: true },
        handler: async (request, reply) => {
          const length = request.headers['content-length']
          const announcedBytes = length === undefined ? undefined : Number(length)
          const name = nameOf(request, layout)
          const { created } = await storeDvcObject(kernel, request.caller, name, request.raw, announcedBytes)
          return reply.code(created ? 201 : 200).send()
        },
      })
    }
  }
}
