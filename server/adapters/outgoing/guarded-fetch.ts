import { isIP } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import { AppError } from '#server/kernel/errors.ts'
import { allowedAddresses, explainConnection, type OutgoingPolicy } from './policy.ts'

export interface GuardedInit {
  method?: string
  headers?: Record<string, string>
  /** Must be repeatable: it is sent again after a redirect. */
  body?: string | Uint8Array
  signal?: AbortSignal
  /** Maximum size of the response after decompression; a longer one ends the stream with `too_large`. Default: 10 GiB. */
  maxBytes?: number
  /** Timeout for the whole exchange, the body included. Default: one hour. */
  timeoutMs?: number
}

const MAX_REDIRECTS = 5
const MAX_BYTES = 10 * 2 ** 30
const TIMEOUT_MS = 3_600_000
/** All other headers may hold a secret and are not sent to another origin after a redirect. */
const HARMLESS = new Set(['accept', 'accept-language', 'user-agent', 'range'])

const agents = new WeakMap<OutgoingPolicy, Agent>()

/** Resolves and checks a name where the connection is made, so that the checked address is the one connected to. */
function agentOf(policy: OutgoingPolicy): Agent {
  const known = agents.get(policy)
  if (known) return known
  const agent = new Agent({
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
    connect: {
      timeout: 10_000,
      lookup(host, options, callback) {
        allowedAddresses(policy, host).then(
          list => {
            const addresses = list.map(address => ({ address, family: isIP(address) }))
            if (options.all) callback(null, addresses)
            else callback(null, addresses[0]!.address, addresses[0]!.family)
          },
          error => callback(error, '', 0),
        )
      },
    },
  })
  agents.set(policy, agent)
  return agent
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url)
    throw new AppError('invalid', `“${text.slice(0, 200)}” is not an address.`, {
      hint: 'Example: https://example.org/rows.csv.',
    })
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AppError('invalid', `${url.protocol}// addresses are not fetched.`, {
      hint: 'Use an http:// or https:// address.',
    })
  if (url.username || url.password)
    throw new AppError(
      'invalid',
      'The address contains a user name or password, which would be visible wherever the address is shown.',
      {
        hint: 'Send it in the header Authorization instead.',
      },
    )
  url.hash = ''
  return url
}

function limited(body: ReadableStream<Uint8Array>, maxBytes: number, target: string, done: () => void) {
  const reader = body.getReader()
  let seen = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done: ended, value } = await reader.read()
        if (ended) {
          done()
          return controller.close()
        }
        seen += value.byteLength
        if (seen > maxBytes) {
          await reader.cancel()
          throw new AppError('too_large', `${target} sent more than ${maxBytes} bytes.`, {
            hint: 'Request fewer rows, for example with a filter in the address.',
          })
        }
        controller.enqueue(value)
      } catch (error) {
        done()
        controller.error(explainConnection(error, target))
      }
    },
    async cancel(reason) {
      done()
      await reader.cancel(reason)
    },
  })
}

/**
 * Fetches an address that a user entered. Checks each connection and each redirect, follows at most five redirects, and sends headers that
 * could be secret only to their origin. Returns responses of any status; the body streams. Throws `AppError`: `forbidden` for a refused
 * address, `unavailable` for a server that cannot be reached.
 */
export async function guardedFetch(
  policy: OutgoingPolicy,
  address: string | URL,
  init: GuardedInit = {},
): Promise<Response> {
  let url = parseUrl(String(address))
  let { method = 'GET', body, headers = {} } = init
  const limit = new AbortController()
  const timer = setTimeout(
    () => limit.abort(new AppError('unavailable', `${url.host} did not respond in time.`)),
    init.timeoutMs ?? TIMEOUT_MS,
  )
  timer.unref()
  const signal = init.signal ? AbortSignal.any([init.signal, limit.signal]) : limit.signal
  const done = () => clearTimeout(timer)
  try {
    for (let hop = 0; ; hop++) {
      // A host written as an address is never looked up, so it is checked here.
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (isIP(host)) await allowedAddresses(policy, host)
      const response = await undiciFetch(url, {
        method,
        headers,
        body,
        redirect: 'manual',
        signal,
        dispatcher: agentOf(policy),
      })
      const location = [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null
      if (location === null) {
        const stream = response.body as ReadableStream<Uint8Array> | null
        if (!stream) done()
        const answer = new Response(stream && limited(stream, init.maxBytes ?? MAX_BYTES, url.host, done), {
          status: response.status,
          statusText: response.statusText,
          headers: [...response.headers],
        })
        return Object.defineProperty(answer, 'url', { value: url.href })
      }
      await response.body?.cancel()
      if (hop === MAX_REDIRECTS)
        throw new AppError('unavailable', `${url.host} redirects more than ${MAX_REDIRECTS} times.`)
      const next = parseUrl(URL.parse(location, url)?.href ?? location)
      if (next.origin !== url.origin)
        headers = Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name.toLowerCase())))
      if (response.status === 303 || (response.status <= 302 && method === 'POST')) {
        method = method === 'HEAD' ? 'HEAD' : 'GET'
        body = undefined
      }
      url = next
    }
  } catch (error) {
    done()
    if (init.signal?.aborted) throw init.signal.reason
    if (limit.signal.aborted) throw limit.signal.reason
    throw explainConnection(error, url.host)
  }
}
