import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { CHUNK_BYTES, chunkLength, type UploadState } from '#server/data/uploads/contract.ts'
import { type Client, requestJson, retryWhileUnreachable } from './connection.ts'
import { Failure } from './failure.ts'
import { forgetUpload, recallUpload, rememberUpload } from './remember-upload.ts'

/** Larger files are sent in chunks. */
export const CHUNKED_ABOVE_BYTES = 32 * 2 ** 20
const AT_ONCE = 3
const NOTE_EVERY_MS = 5000

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Sends the file in one request. The server checks its SHA-256. */
async function sendWhole(client: Client, path: string): Promise<string> {
  const digest = await digestOf(path)
  const address = new URL(`${client.url}/api/v1/uploads`)
  address.searchParams.set('sha256', digest)
  address.searchParams.set('filename', basename(path))
  const answer = await requestJson<{ digest: string }>(address.href, {
    method: 'POST',
    body: await openAsBlob(path),
    headers: { 'content-type': 'application/octet-stream' },
    token: client.token,
  })
  return answer.digest
}

const isCode = (error: unknown, code: string) => error instanceof Failure && error.body.code === code

/**
 * Sends the file in chunks, several at once, each with its SHA-256. Waits while the connection is lost; a stopped command resumes when it
 * is called again with the same file.
 */
async function sendChunks(client: Client, path: string, note: (line: string) => void): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  const base = `${client.url}/api/v1/uploads`
  const request = <T>(url: string, init: RequestInit = {}) =>
    retryWhileUnreachable(() => requestJson<T>(url, { ...init, token: client.token }), note)
  const subject = { url: client.url, token: client.token, path, size, mtimeMs }

  const earlier = await recallUpload(subject)
  const known =
    earlier &&
    (await request<UploadState>(`${base}/${earlier}`).catch(error => {
      if (isCode(error, 'not_found')) return undefined
      throw error
    }))
  const begin = new URL(`${base}/begin`)
  begin.searchParams.set('filename', basename(path))
  begin.searchParams.set('bytes', String(size))
  begin.searchParams.set('chunk-bytes', String(CHUNK_BYTES))
  const upload = known || (await request<UploadState>(begin.href, { method: 'POST' }))
  await rememberUpload(subject, upload.id)
  if (known) note(`${basename(path)}: ${known.have.length} of ${known.chunks} chunks are already on the server.`)

  const file = await open(path)
  const sendMissing = async (have: readonly number[]) => {
    const there = new Set(have)
    const missing = Array.from({ length: upload.chunks }, (_, i) => i).filter(i => !there.has(i))
    let sent = there.size
    let notedAt = performance.now()
    const worker = async () => {
      for (let n = missing.shift(); n !== undefined; n = missing.shift()) {
        const body = Buffer.alloc(chunkLength(upload, n))
        const { bytesRead } = await file.read(body, 0, body.length, n * upload.chunkBytes)
        if (bytesRead !== body.length) throw new Error(`${path} became shorter while it was sent.`)
        const digest = createHash('sha256').update(body).digest('hex')
        await request(`${base}/${upload.id}/chunks/${n}?sha256=${digest}`, { method: 'PUT', body })
        sent++
        if (performance.now() - notedAt > NOTE_EVERY_MS) {
          notedAt = performance.now()
          note(`${basename(path)}: ${Math.floor((100 * sent) / upload.chunks)} % sent`)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }
  try {
    await sendMissing(upload.have)
    const complete = () => request<{ digest: string }>(`${base}/${upload.id}/complete`, { method: 'POST' })
    const { digest } = await complete().catch(async error => {
      if (!isCode(error, 'conflict')) throw error
      await sendMissing((await request<UploadState>(`${base}/${upload.id}`)).have)
      return complete()
    })
    await forgetUpload(subject)
    return digest
  } finally {
    await file.close()
  }
}

/** Uploads the file unchanged and returns its SHA-256. */
export async function uploadFile(client: Client, path: string, note: (line: string) => void): Promise<string> {
  const { size } = await stat(path)
  return size > CHUNKED_ABOVE_BYTES ? sendChunks(client, path, note) : sendWhole(client, path)
}
