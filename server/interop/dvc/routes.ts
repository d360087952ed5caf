import type { IncomingMessage, ServerResponse } from 'node:http'
import { findDvcBytes, readDvcName, storeDvcObject } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ByteRoute, ByteRouteContext } from '../data-bytes.ts'
import { sendBlob } from '../send-blob.ts'

export const DVC_PREFIX = '/dvc/'

type Layout = 'md5' | 'md5-dos2unix'

function nameOf({ params }: ByteRouteContext, layout: Layout) {
  const name = readDvcName(layout, params.first!, params.rest!)
  if (!name)
    throw new AppError('not_found', 'This is no name of a DVC object.', {
      hint: 'Names are files/md5/AA/BB…, 32 hexadecimal digits in all, and `.dir` behind those of directories.',
    })
  return name
}

const put = (layout: Layout) => async (req: IncomingMessage, res: ServerResponse, context: ByteRouteContext) => {
  const length = req.headers['content-length']
  const { created } = await storeDvcObject(
    context.kernel,
    context.caller,
    nameOf(context, layout),
    req,
    length === undefined ? undefined : Number(length),
  )
  res.writeHead(created ? 201 : 200, { 'content-length': 0 }).end()
}

/** Clients ask for what is there by GET and leave the body unread. */
const get = (layout: Layout) => async (req: IncomingMessage, res: ServerResponse, context: ByteRouteContext) => {
  const { digest, bytes } = await findDvcBytes(context.kernel, context.caller, nameOf(context, layout))
  await sendBlob(req, res, context.kernel, { digest, bytes })
}

const below = (prefix: string, layout: Layout): ByteRoute[] => {
  const pattern = `${prefix}/:first/:rest`
  return [
    { method: 'GET', pattern, permission: 'data:read', handle: get(layout) },
    { method: 'HEAD', pattern, permission: 'data:read', handle: get(layout) },
    { method: 'POST', pattern, permission: 'data:write', handle: put(layout) },
    { method: 'PUT', pattern, permission: 'data:write', handle: put(layout) },
  ]
}

/** An HTTP remote of DVC: objects by the MD5 of their bytes, as DVC 3 writes them and as DVC 2 did. */
export const dvcRoutes: ByteRoute[] = [
  ...below(`${DVC_PREFIX}:project/files/md5`, 'md5'),
  ...below(`${DVC_PREFIX}:project`, 'md5-dos2unix'),
]
