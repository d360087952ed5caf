import { CHUNK_BYTES, chunkLength } from '#server/data/uploads/chunks/contract.ts'
import type { UploadState } from '#server/data/uploads/contract.ts'

interface Refusal {
  code: string
  message: string
  hint?: string
}

const AT_ONCE = 3
const TRIES = 6
const LONGEST_PAUSE_MS = 20_000

const keyOf = (project: string, file: File) =>
  `fleximl-upload:${project}:${file.name}:${file.size}:${file.lastModified}`
const remember = {
  get: (key: string) => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  },
  set: (key: string, value: string | null) => {
    try {
      if (value === null) localStorage.removeItem(key)
      else localStorage.setItem(key, value)
    } catch {
      // A browser that keeps nothing still uploads; it only cannot go on after a reload.
    }
  },
}

class Refused extends Error {
  readonly data: { app: Refusal }
  constructor(app: Refusal) {
    super(app.message)
    this.data = { app }
  }
}
/** What may well work a moment later: no connection, a server that restarts or is busy. */
const passes = (error: unknown) =>
  !(error instanceof Refused) || ['unavailable', 'internal', 'too_many_requests'].includes(error.data.app.code)

async function request<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init)
  const document = (await response.json().catch(() => null)) as (T & { error?: Refusal }) | null
  if (response.ok && document) return document
  throw new Refused(
    document?.error ?? {
      code: response.status >= 500 ? 'unavailable' : 'bad_request',
      message: `The upload was refused (${response.status}).`,
    },
  )
}

async function retryWithBackoff<T>(work: () => Promise<T>, signal: AbortSignal, again = passes): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted) throw new Error('The upload was stopped.')
      if (tried === TRIES && error instanceof TypeError)
        throw new Error('Connection lost during the upload. Choose the same file to resume.')
      if (tried === TRIES || !again(error)) throw error
      await pause(Math.min(500 * 2 ** tried, LONGEST_PAUSE_MS), signal)
    }
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** `crypto.subtle` is there on https and on this machine's own addresses only. */
export const canHash = (): boolean => globalThis.crypto?.subtle !== undefined

async function hexDigest(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, b => b.toString(16).padStart(2, '0')).join('')
}

/**
 * Sends a file in pieces, a few at once, each with its SHA-256. A piece that is lost on its way is sent again; after a reload the same file
 * goes on where it was. `onProgress` gets the share that the server has.
 */
export async function uploadChunks(
  project: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ digest: string; bytes: number }> {
  const base = `/api/v1/projects/${encodeURIComponent(project)}/uploads`
  const key = keyOf(project, file)
  const begin = () =>
    retryWithBackoff(
      () =>
        request<UploadState>(
          `${base}/begin?filename=${encodeURIComponent(file.name)}&bytes=${file.size}&chunk-bytes=${CHUNK_BYTES}`,
          { method: 'POST', signal },
        ),
      signal,
    )
  const earlier = remember.get(key)
  const known =
    earlier &&
    (await retryWithBackoff(
      () => request<UploadState>(`${base}/${encodeURIComponent(earlier)}`, { signal }),
      signal,
    ).catch(error => {
      // Aborted or removed on the server: start again.
      if (error instanceof Refused && error.data.app.code === 'not_found') return undefined
      throw error
    }))
  const upload = known || (await begin())
  remember.set(key, upload.id)

  const sendMissing = async (have: readonly number[]) => {
    const there = new Set(have)
    const missing = Array.from({ length: upload.chunks }, (_, i) => i).filter(i => !there.has(i))
    let sent = [...there].reduce((sum, n) => sum + chunkLength(upload, n), 0)
    onProgress(sent / file.size)
    const worker = async () => {
      for (let n = missing.shift(); n !== undefined; n = missing.shift()) {
        signal.throwIfAborted()
        const number = n
        const at = number * upload.chunkBytes
        const body = await file
          .slice(at, at + chunkLength(upload, number))
          .arrayBuffer()
          .catch(() => {
            throw new Error(`${file.name} can no longer be read: it was moved or changed. Choose the file again.`)
          })
        const digest = await hexDigest(body)
        const url = `${base}/${upload.id}/chunks/${number}?sha256=${digest}`
        await retryWithBackoff(
          () => request(url, { method: 'PUT', body, signal }),
          signal,
          // Another hash on arrival: it was damaged on its way.
          error => passes(error) || (error instanceof Refused && error.data.app.code === 'bad_request'),
        )
        sent += body.byteLength
        onProgress(sent / file.size)
      }
    }
    const workers = Array.from({ length: AT_ONCE }, worker)
    try {
      await Promise.all(workers)
    } catch (error) {
      missing.length = 0
      throw error
    }
  }

  try {
    await sendMissing(upload.have)
    const complete = () =>
      request<{ digest: string; bytes: number }>(`${base}/${upload.id}/complete`, { method: 'POST', signal })
    const done = await retryWithBackoff(complete, signal).catch(async error => {
      if (!(error instanceof Refused) || error.data.app.code !== 'conflict') throw error
      // A piece is no longer there as it was sent.
      await sendMissing((await request<UploadState>(`${base}/${upload.id}`, { signal })).have)
      return retryWithBackoff(complete, signal)
    })
    remember.set(key, null)
    return done
  } catch (error) {
    if (signal.aborted) {
      remember.set(key, null)
      // What was sent is not wanted; if this does not arrive, it is swept after some days.
      await fetch(`${base}/${upload.id}/abort`, { method: 'POST' }).catch(() => undefined)
      throw new Error('The upload was stopped.')
    }
    throw error
  }
}
