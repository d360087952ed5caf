import type { FastifyInstance, FastifyRequest } from 'fastify'
import { resourceNameSchema } from '#server/access/contract.ts'
import { type LfsPlan, lfsBatchInput } from '#server/data/git-objects/contract.ts'
import { findLfsObject, planLfsBatch, storeLfsObject } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { authenticateRoutes, noRoute } from '#server/web/authenticate.ts'
import { parseJsonBody } from '#server/web/body-parsers.ts'
import { toHttpError } from '#server/web/errors.ts'
import type { WebParts } from '#server/web/routes.ts'
import { sendBlob } from '#server/web/send-blob.ts'
import { sendLfs, sendLfsError } from './errors.ts'

export const LFS_PREFIX = '/lfs'
const BATCH_LIMITS = { bytes: 2 * 2 ** 20, depth: 16 }
/** Time a client has to start with an object; then it requests the batch again. */
const ACTION_SECONDS = 3600
/** Clients append `.git/info/lfs` to an address that does not end in it. */
const REPOSITORIES = ['/:project/:dataset', '/:project/:dataset/info/lfs']

interface LfsParams {
  project: string
  dataset: string
  oid: string
}

const paramsOf = (request: FastifyRequest) => request.params as LfsParams

/** Returns the dataset of a repository; clients append `.git`. Throws `not_found` for an invalid name. */
function datasetOf(request: FastifyRequest): string {
  const name = paramsOf(request).dataset.replace(/\.git$/, '')
  if (!resourceNameSchema.safeParse(name).success)
    throw new AppError('not_found', `“${name.slice(0, 100)}” is not a dataset name.`, {
      hint: 'The address is /lfs/PROJECT/DATASET.',
    })
  return name
}

/** Returns the origin by which the client reached this server; the client sends the objects there. */
function originOf(kernel: Kernel, request: FastifyRequest): string {
  const own = new URL(kernel.env.FLEXIML_URL)
  const { host } = request.headers
  // Another host than FLEXIML_URL's reached this process directly, so the scheme is http.
  return host === undefined || host === own.host ? own.origin : `http://${host}`
}

async function planBatch(kernel: Kernel, request: FastifyRequest): Promise<unknown> {
  const dataset = datasetOf(request)
  const input = lfsBatchInput.safeParse(request.body)
  if (!input.success)
    throw new AppError('invalid', 'This is not a batch request of Git LFS.', {
      hint: input.error.issues.map(i => `${i.path.join('.') || 'request'}: ${i.message}`).join('; '),
    })
  const { operation, transfers } = input.data
  if (transfers && !transfers.includes('basic'))
    throw new AppError('invalid', 'Only the transfer `basic` is supported, which the client did not offer.')
  const plans = await planLfsBatch(kernel, request.caller, dataset, input.data)
  const base = `${originOf(kernel, request)}${LFS_PREFIX}/${paramsOf(request).project}/${dataset}/objects`
  const { authorization } = request.headers
  const action = (href: string) => ({
    href,
    // Returns the client's own credentials, so that it can use the addresses of the objects.
    ...(authorization ? { header: { Authorization: authorization } } : {}),
    expires_in: ACTION_SECONDS,
  })
  const planned = ({ oid, size, state, error }: LfsPlan) => {
    if (error) return { oid, size, error }
    const actions =
      operation === 'download'
        ? { download: action(`${base}/${oid}`) }
        : state === 'wanted'
          ? { upload: action(`${base}/${oid}`), verify: action(`${base}/verify`) }
          : undefined
    return { oid, size, ...(authorization ? { authenticated: true } : {}), ...(actions ? { actions } : {}) }
  }
  return { transfer: 'basic', objects: plans.map(planned), hash_algo: 'sha256' }
}

async function verifyObject(kernel: Kernel, request: FastifyRequest): Promise<unknown> {
  datasetOf(request)
  const { oid, size } = (request.body ?? {}) as { oid?: unknown; size?: unknown }
  if (typeof oid !== 'string') throw new AppError('invalid', 'The request has no `oid`.')
  const found = await findLfsObject(kernel, request.caller, oid)
  if (found.bytes !== size)
    throw new AppError('invalid', `The object has ${found.bytes} bytes, not ${String(size).slice(0, 40)}.`)
  return { oid, size }
}

function objectRoutes(app: FastifyInstance, kernel: Kernel, repository: string): void {
  const url = `${repository}/objects/:oid`
  app.route({
    method: ['GET', 'HEAD'],
    url,
    config: { permission: 'data:read' },
    handler: async (request, reply) => {
      datasetOf(request)
      await sendBlob(request, reply, kernel, await findLfsObject(kernel, request.caller, paramsOf(request).oid))
    },
  })
  app.put(url, { config: { permission: 'data:write', hasLongBody: true } }, async (request, reply) => {
    const length = request.headers['content-length']
    const announcedBytes = length === undefined ? undefined : Number(length)
    const dataset = datasetOf(request)
    await storeLfsObject(kernel, request.caller, dataset, paramsOf(request).oid, request.raw, announcedBytes)
    return reply.send()
  })
}

/** The Git LFS server. Locks are not supported: their addresses return 404, which clients accept. */
export function lfsRoutes(parts: WebParts) {
  const { kernel } = parts
  return async (app: FastifyInstance): Promise<void> => {
    authenticateRoutes(app, parts, 'token')
    app.setNotFoundHandler((request, reply) => sendLfsError(request, reply, noRoute(request)))
    app.setErrorHandler((thrown, request, reply) => {
      const error = toHttpError(thrown)
      // The error handler of the whole server logs it.
      if (error.code === 'internal') throw thrown
      return sendLfsError(request, reply, error)
    })
    for (const repository of REPOSITORIES) objectRoutes(app, kernel, repository)
    await app.register(async json => {
      parseJsonBody(json, BATCH_LIMITS)
      const config = { permission: 'data:read' } as const
      for (const repository of REPOSITORIES) {
        json.post(`${repository}/objects/batch`, { config }, async (request, reply) =>
          sendLfs(reply, await planBatch(kernel, request)),
        )
        json.post(`${repository}/objects/verify`, { config }, async (request, reply) =>
          sendLfs(reply, await verifyObject(kernel, request)),
        )
      }
    })
  }
}
