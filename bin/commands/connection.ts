import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import type { AppRouter } from '#server/api/root.ts'
import type { World } from './command.ts'
import { EXIT, Failure, type FailureBody, fromBody, isConnection, toFailure, usage } from './failure.ts'

export interface Client {
  url: string
  token: string
  api: TRPCClient<AppRouter>
}

interface Stored {
  url: string
  token: string
}

const storedFile = (env: World['env']): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'fleximl', 'login.json')

async function readStored(env: World['env']): Promise<Stored | undefined> {
  try {
    const stored = JSON.parse(await readFile(storedFile(env), 'utf8')) as Partial<Stored>
    return typeof stored.url === 'string' && typeof stored.token === 'string' ? (stored as Stored) : undefined
  } catch {
    return undefined
  }
}

/** Stores address and token for later commands, readable by this account only. Returns the path of the file. */
export async function store(env: World['env'], login: Stored): Promise<string> {
  const file = storedFile(env)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, `${JSON.stringify(login)}\n`, { mode: 0o600 })
  return file
}

export function checkedUrl(text: string): string {
  if (!/^https?:\/\/[^/]+\/?$/.test(text))
    throw usage(`“${text}” is not the address of a server.`, 'Give it as http://host:3000.')
  return text.replace(/\/$/, '')
}

/** Returns the address of the server: FLEXIML_URL, else the one stored by `login`, else this machine. */
export async function serverUrl(env: World['env']): Promise<string> {
  if (env.FLEXIML_URL) return checkedUrl(env.FLEXIML_URL)
  return (await readStored(env))?.url ?? `http://127.0.0.1:${env.PORT || 3000}`
}

export function connect(url: string, token: string): Client {
  const api = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}/api/trpc`, headers: { authorization: `Bearer ${token}` } })],
  })
  return { url, token, api }
}

/** Creates a client with FLEXIML_TOKEN, else with the stored token if it belongs to this server. Throws `unauthenticated`. */
export async function openClient(env: World['env']): Promise<Client> {
  const url = await serverUrl(env)
  const stored = await readStored(env)
  const token = env.FLEXIML_TOKEN || (stored?.url === url ? stored.token : undefined)
  if (!token)
    throw new Failure(EXIT.notAllowed, {
      code: 'unauthenticated',
      message: `No token for ${url}.`,
      hint: 'Set FLEXIML_TOKEN, or sign in with `fleximl login`. On the server’s machine `fleximl token create` makes a token.',
    })
  return connect(url, token)
}

/** Sends a request and returns its JSON response. Throws `Failure`, also when another program listens at the address. */
export async function requestJson<T>(url: string, request: RequestInit & { token: string }): Promise<T> {
  const { token, headers, ...rest } = request
  const { origin } = new URL(url)
  let response: Response
  let text: string
  try {
    response = await fetch(url, { ...rest, headers: { authorization: `Bearer ${token}`, ...headers } })
    text = await response.text()
  } catch (error) {
    throw toFailure(error, origin)
  }
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw toFailure(Object.assign(new Error('fetch'), { name: 'TRPCClientError' }), origin)
  }
  const refusal = (body as { error?: FailureBody } | null)?.error
  if (refusal) throw fromBody(refusal)
  if (!response.ok) throw fromBody({ code: 'internal', message: `${origin} answered ${response.status}.` })
  return body as T
}

const WAIT_MS = 120_000
const MAX_PAUSE_MS = 4_000

/** Retries with backoff for two minutes while the server cannot be reached, as during a restart. Throws other errors at once. */
export async function retryWhileUnreachable<T>(request: () => Promise<T>, note: (line: string) => void): Promise<T> {
  const until = performance.now() + WAIT_MS
  for (let pause = 250; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
    try {
      return await request()
    } catch (error) {
      const cause = (error as { cause?: unknown }).cause
      const away =
        isConnection(error) ||
        isConnection(cause) ||
        (error as { data?: { app?: FailureBody } }).data?.app?.code === 'unavailable' ||
        (error instanceof Failure && error.body.code === 'unavailable')
      if (!away || performance.now() > until) throw error
      if (pause === 250) note('The server does not respond; retrying …')
      await new Promise(resolve => setTimeout(resolve, pause))
    }
  }
}
