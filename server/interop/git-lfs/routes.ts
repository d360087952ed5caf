import type { IncomingMessage, ServerResponse } from 'node:http'
import { resourceNameSchema } from '#server/access/contract.ts'
import { type LfsPlan, lfsBatchInput } from '#server/data/git-objects/contract.ts'
import { findLfsObject, planLfsBatch, storeLfsObject } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { ByteRoute, ByteRouteContext } from '../data-bytes.ts'
import { readJson } from '../read-json.ts'
import { sendBlob } from '../send-blob.ts'
import { answerLfs } from './answer.ts'

export const LFS_PREFIX = '/lfs/'
const MAX_BATCH_BYTES = 2 * 2 ** 20
/** How long a client may take to begin with an object; then it asks again. */
const ACTION_SECONDS = 3600

/** The repository's name is the dataset's; clients write `.git` behind it. Throws `not_found` for what can be none. */
function datasetOf({ params }: ByteRouteContext): string {
  const name = params.dataset!.replace(/\.git$/, '')
  if (!resourceNameSchema.safeParse(name).success)
    throw new AppError('not_found', `“${name.slice(0, 100)}” can be no dataset.`, {
      hint: 'The address is /lfs/PROJECT/DATASET.',
    })
  return name
}

/** The address by which the client reached us, which is where it sends the objects to. */
function originOf(kernel: Kernel, req: IncomingMessage): string {
  const own = new URL(kernel.env.FLEXIML_URL)
  // A name that is not FLEXIML_URL's reached this process itself, which does not speak TLS.
  return req.headers.host === undefined || req.headers.host === own.host ? own.origin : `http://${req.headers.host}`
}

async function batch(req: IncomingMessage, res: ServerResponse, context: ByteRouteContext) {
  const { kernel, caller, params } = context
  const dataset = datasetOf(context)
  const input = lfsBatchInput.safeParse(await readJson(req, MAX_BATCH_BYTES))
  if (!input.success)
    throw new AppError('invalid', 'This is no batch request of Git LFS.', {
      hint: input.error.issues.map(i => `${i.path.join('.') || 'request'}: ${i.message}`).join('; '),
    })
  const { operation, transfers } = input.data
  if (transfers && !transfers.includes('basic'))
    throw new AppError('invalid', 'Objects are transferred by `basic` here, which the client did not offer.')
  const plans = await planLfsBatch(kernel, caller, dataset, input.data)
  const base = `${originOf(kernel, req)}${LFS_PREFIX}${params.project}/${dataset}/objects`
  const { authorization } = req.headers
  const action = (href: string) => ({
    href,
    // Sent back to who sent it: the client then needs to ask nobody for the objects’ addresses.
    ...(authorization ? { header: { Authorization: authorization } } : {}),
    expires_in: ACTION_SECONDS,
  })
  const answer = ({ oid, size, state, error }: LfsPlan) => {
    if (error) return { oid, size, error }
    const actions =
      operation === 'download'
        ? { download: action(`${base}/${oid}`) }
        : state === 'wanted'
          ? { upload: action(`${base}/${oid}`), verify: action(`${base}/verify`) }
          : undefined
    return { oid, size, ...(authorization ? { authenticated: true } : {}), ...(actions ? { actions } : {}) }
  }
  answerLfs(res, 200, { transfer: 'basic', objects: plans.map(answer), hash_algo: 'sha256' })
}

async function put(req: IncomingMessage, res: ServerResponse, context: ByteRouteContext) {
  const { kernel, caller, params } = context
  const length = req.headers['content-length']
  await storeLfsObject(
    kernel,
    caller,
    datasetOf(context),
    params.oid!,
    req,
    length === undefined ? undefined : Number(length),
  )
  res.writeHead(200, { 'content-length': 0 }).end()
}

async function get(req: IncomingMessage, res: ServerResponse, context: ByteRouteContext) {
  datasetOf(context)
  await sendBlob(req, res, context.kernel, await findLfsObject(context.kernel, context.caller, context.params.oid!))
}

async function verify(req: IncomingMessage, res: ServerResponse, context: ByteRouteContext) {
  datasetOf(context)
  const { oid, size } = ((await readJson(req, MAX_BATCH_BYTES)) ?? {}) as { oid?: unknown; size?: unknown }
  if (typeof oid !== 'string') throw new AppError('invalid', 'Which object? The request has no `oid`.')
  const found = await findLfsObject(context.kernel, context.caller, oid)
  if (found.bytes !== size)
    throw new AppError('invalid', `The object has ${found.bytes} bytes, not ${String(size).slice(0, 40)}.`)
  answerLfs(res, 200, { oid, size })
}

/** Clients write `.git/info/lfs` behind an address that does not end in it. */
const below = (prefix: string): ByteRoute[] => [
  { method: 'POST', pattern: `${prefix}/objects/batch`, permission: 'data:read', handle: batch },
  { method: 'POST', pattern: `${prefix}/objects/verify`, permission: 'data:read', handle: verify },
  { method: 'PUT', pattern: `${prefix}/objects/:oid`, permission: 'data:write', handle: put },
  { method: 'GET', pattern: `${prefix}/objects/:oid`, permission: 'data:read', handle: get },
  { method: 'HEAD', pattern: `${prefix}/objects/:oid`, permission: 'data:read', handle: get },
]

/** Locks are not offered: nothing answers below `/locks`, which clients take for just that. */
export const lfsRoutes: ByteRoute[] = [
  ...below(`${LFS_PREFIX}:project/:dataset`),
  ...below(`${LFS_PREFIX}:project/:dataset/info/lfs`),
]
