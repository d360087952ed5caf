import { setTimeout as wait } from 'node:timers/promises'
import { guardedFetch, type OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { Secrets } from '#server/data/sources/contract.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'

const TRIES = 6
const MAX_WAIT_SECONDS = 120
const SHOWN_CHARACTERS = 300
/** Statuses that are retried. */
const LATER = new Set([429, 502, 503, 504])

export interface RequestOptions {
  policy: OutgoingPolicy
  /** Header → value. */
  secrets: Secrets
  signal: AbortSignal
  maxBytes: number
  line(level: 'info' | 'warn' | 'error', text: string): void
}

/** Removes secrets from a text, because servers may repeat them in errors. */
export function withoutSecrets(text: string, secrets: Secrets): string {
  const pieces = Object.values(secrets).flatMap(value => [value, ...value.split(/\s+/)])
  return pieces
    .filter(piece => piece.length >= 4)
    .sort((a, b) => b.length - a.length)
    .reduce((shown, piece) => shown.replaceAll(piece, '…'), text)
}

/** Formats an address without its query, which may contain a key. */
export const pageAddress = (url: URL) => `${url.origin}${url.pathname}`

function secondsToWait(header: string | null, tried: number): number {
  if (header !== null && /^\d+$/.test(header.trim())) return Number(header)
  const at = header === null ? Number.NaN : Date.parse(header)
  return Number.isNaN(at) ? 2 ** tried : Math.max(0, (at - nowDate().getTime()) / 1000)
}

async function refuse(response: Response, url: URL, secrets: Secrets): Promise<never> {
  const body = await startOf(response)
  const shown = withoutSecrets(body.replace(/\s+/g, ' ').trim(), secrets).slice(0, SHOWN_CHARACTERS)
  const { status } = response
  const hint =
    status === 401 || status === 403
      ? 'Check the headers with the key.'
      : status === 404
        ? 'Check the address.'
        : status >= 500
          ? 'The server failed; try again later.'
          : 'Check address, parameters and headers.'
  throw new AppError(
    'invalid',
    `${pageAddress(url)} answered ${status} ${response.statusText}`.trim() + (shown ? `: ${shown}` : '.'),
    {
      hint,
      details: [{ status }],
    },
  )
}

async function startOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > SHOWN_CHARACTERS * 4) break
  }
  return text
}

/** Requests a page; retries if the server is busy. Throws for other statuses than 2xx, with the start of the body. */
export async function requestPage(url: URL, headers: Secrets, options: RequestOptions): Promise<Response> {
  for (let tried = 0; ; tried++) {
    const response = await guardedFetch(options.policy, url, {
      headers: {
        accept: 'application/json, text/csv, application/x-ndjson, */*;q=0.5',
        'user-agent': 'FlexiML',
        ...headers,
      },
      signal: options.signal,
      maxBytes: options.maxBytes,
    })
    if (response.ok) return response
    const seconds = secondsToWait(response.headers.get('retry-after'), tried)
    if (!LATER.has(response.status) || tried + 1 === TRIES || seconds > MAX_WAIT_SECONDS)
      return refuse(response, url, options.secrets)
    await response.body?.cancel()
    options.line('warn', `${pageAddress(url)} answered ${response.status}; retrying in ${Math.ceil(seconds)} s.`)
    await wait(seconds * 1000, undefined, { signal: options.signal })
  }
}
