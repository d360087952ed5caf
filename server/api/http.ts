import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { authorise } from '#server/access/caller.ts'
import { isLocal } from '#server/adapters/local-request.ts'
import { type ByteRoute, dataByteRoutes } from '#server/interop/data-bytes.ts'
import { uploadRoutes } from '#server/interop/data-uploads.ts'
import { DVC_PREFIX, dvcRoutes } from '#server/interop/dvc/routes.ts'
import { answerLfsError } from '#server/interop/git-lfs/answer.ts'
import { LFS_PREFIX, lfsRoutes } from '#server/interop/git-lfs/routes.ts'
import { matchRoute } from '#server/interop/match-route.ts'
import { modelByteRoutes } from '#server/interop/model-bytes.ts'
import { type WebCounters, writeMetrics } from '#server/interop/write-metrics.ts'
import { AppError, toAppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { withLogContext } from '#server/kernel/log.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { readLanes, readProcesses, readReadiness } from '#server/platform/status.ts'
import { clientAddress } from './auth/client-address.ts'
import { ADDRESS_HEADER } from './auth/cookies.ts'
import { answerError, answerJson, setSafeHeaders } from './http-answer.ts'
import { hostCheck } from './http-hosts.ts'
import { handleTrpc, TRPC_PREFIX } from './http-trpc.ts'
import type { LiveHub } from './live.ts'
import type { ApiContext } from './trpc.ts'

export interface WebParts {
  kernel: Kernel
  version: string
  /** Who asks; what may change something must come from our own pages when a cookie vouches for it. */
  contextFor(headers: Headers, method: string): Promise<ApiContext>
  /** Everything that is not answered here: pages, their files, sign-in. */
  pages(req: IncomingMessage, res: ServerResponse): Promise<void>
  live: LiveHub
}

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Sign-in is the largest thing that is sent to a page. */
const MAX_PAGE_BODY_BYTES = 64 * 1024
/** Whatever is no upload has arrived by then, or is not waited for. */
const BODY_TIMEOUT_MS = 60_000
const UPLOADS = '/api/v1/'
const apiRoutes = [...dataByteRoutes, ...modelByteRoutes, ...uploadRoutes]
/** Below these, files of many gigabytes come and go. */
const LONG = [UPLOADS, LFS_PREFIX, DVC_PREFIX]
/** Asked by probes, which name us by whatever address they see. */
const PROBES = new Set(['/api/health', '/api/ready'])

/** Next keeps the bodies it is sent in memory, whoever sends them: only a small one that says its size is handed on. */
function requireSmallBody(req: IncomingMessage): void {
  if (
    req.headers['transfer-encoding'] !== undefined ||
    Number(req.headers['content-length'] ?? 0) > MAX_PAGE_BODY_BYTES
  )
    throw new AppError('too_large', `A page is sent at most ${MAX_PAGE_BODY_BYTES / 1024} KB, with a content-length.`, {
      hint: 'Files are sent to /api/v1/uploads.',
    })
}

function requirePlainRequest(req: IncomingMessage, path: string): void {
  if (!METHODS.has(req.method ?? '')) throw new AppError('bad_request', `${req.method} is not possible here.`)
  try {
    decodeURIComponent(path)
  } catch {
    throw new AppError('bad_request', 'The address has a percent sign that stands for nothing.')
  }
}

const headersOf = (req: IncomingMessage): Headers => {
  const headers = new Headers()
  for (let i = 0; i < req.rawHeaders.length; i += 2) headers.append(req.rawHeaders[i]!, req.rawHeaders[i + 1]!)
  if (typeof req.headers['x-request-id'] === 'string') headers.set('x-request-id', req.headers['x-request-id'])
  return headers
}

/** The web process's one HTTP server: interfaces for programs first, pages after. */
export function createWebServer(parts: WebParts): { server: Server; counters: WebCounters } {
  const { kernel } = parts
  const hosts = hostCheck(kernel.env)
  const addressOf = clientAddress(kernel.env.FLEXIML_TRUSTED_PROXIES)
  const counters: WebCounters = { requests: new Map(), secondsSum: 0, openStreams: 0 }

  const contextOf = (req: IncomingMessage) => parts.contextFor(headersOf(req), req.method ?? 'GET')
  const isKnown = async (req: IncomingMessage) =>
    isLocal(req) ||
    (await contextOf(req)
      .then(c => c.requireAnyone())
      .then(
        () => true,
        () => false,
      ))

  /** Machines and processes are named to this machine and to whoever is let in; the rest is for everybody. */
  async function status(req: IncomingMessage, res: ServerResponse) {
    const readiness = await readReadiness(kernel)
    const [lanes, processes] =
      readiness.database.ok && (await isKnown(req))
        ? await Promise.all([readLanes(kernel), readProcesses(kernel)])
        : [[], []]
    answerJson(res, 200, {
      ...readiness,
      version: parts.version,
      url: kernel.env.FLEXIML_URL,
      inferenceUrl: kernel.env.INFERENCE_URL,
      queue: lanes,
      workers: processes.filter(p => p.kind === 'worker'),
      serve: processes.filter(p => p.kind === 'serve'),
      web: processes.filter(p => p.kind === 'web'),
    })
  }

  async function metrics(req: IncomingMessage, res: ServerResponse) {
    if (!isLocal(req)) await (await contextOf(req)).requireAnyone()
    const known = await Promise.all([readLanes(kernel), readProcesses(kernel)]).catch(() => undefined)
    counters.openStreams = parts.live.open
    res.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    res.end(writeMetrics(counters, known !== undefined, ...(known ?? [[], []])))
  }

  async function bytes(req: IncomingMessage, res: ServerResponse, url: URL, routes: readonly ByteRoute[]) {
    const { route, params } = matchRoute(routes, req.method ?? 'GET', url.pathname)
    const context = await contextOf(req)
    const caller = await context.callerIn(params.project)
    await authorise(kernel, caller, route.permission)
    await route.handle(req, res, { kernel, caller, params, query: url.searchParams })
  }

  async function dispatch(req: IncomingMessage, res: ServerResponse): Promise<void> {
    // Only path and query are read from it; the base is a placeholder that a URL needs.
    const url = new URL(req.url?.replace(/^[/\\]+/, '/') ?? '/', 'http://web')
    const path = url.pathname
    if (!PROBES.has(path)) hosts.require(req)
    requirePlainRequest(req, path)
    if (path === '/api/health') return answerJson(res, 200, { ok: true })
    if (path === '/api/ready') {
      const readiness = await readReadiness(kernel)
      return answerJson(res, readiness.ready ? 200 : 503, readiness)
    }
    if (path === '/api/status') return status(req, res)
    if (path === '/metrics') return metrics(req, res)
    if (path === '/api/live') return parts.live.connect(req, res, headersOf(req))
    if (path.startsWith(TRPC_PREFIX)) return handleTrpc(req, res, url, () => contextOf(req))
    if (path.startsWith(UPLOADS)) return bytes(req, res, url, apiRoutes)
    if (path.startsWith(DVC_PREFIX)) return bytes(req, res, url, dvcRoutes)
    if (path.startsWith(LFS_PREFIX))
      return bytes(req, res, url, lfsRoutes).catch(error => {
        if (toAppError(error).code === 'internal') throw error
        answerLfsError(res, toAppError(error))
      })
    // Programs get an answer that they can read; only sign-in is among the pages.
    if (path.startsWith('/api/') && !path.startsWith('/api/auth/'))
      throw new AppError('not_found', `Nothing answers ${req.method} ${path}.`)
    requireSmallBody(req)
    req.headers[ADDRESS_HEADER] = addressOf(req)
    return parts.pages(req, res)
  }

  const server = createServer((req, res) => {
    const begun = performance.now()
    const given = req.headers['x-request-id']
    const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
    req.headers['x-request-id'] = requestId
    res.setHeader('x-request-id', requestId)
    setSafeHeaders(res)
    const late = setTimeout(() => {
      if (!req.complete && !LONG.some(prefix => req.url?.startsWith(prefix))) req.destroy()
    }, BODY_TIMEOUT_MS)
    res.once('close', () => {
      clearTimeout(late)
      const group = `${Math.floor(res.statusCode / 100)}xx`
      counters.requests.set(group, (counters.requests.get(group) ?? 0) + 1)
      counters.secondsSum += (performance.now() - begun) / 1000
    })
    withLogContext({ requestId }, () => {
      dispatch(req, res).catch(error => {
        const app = toAppError(error)
        if (app.code === 'internal')
          kernel.log.error(
            { err: app.cause ?? error, method: req.method, path: req.url?.split('?')[0] },
            'request failed',
          )
        answerError(res, app)
      })
    })
  })
  // Uploads of many gigabytes take their time; headers do not.
  server.requestTimeout = 0
  server.headersTimeout = 30_000
  server.keepAliveTimeout = 65_000
  return { server, counters }
}
