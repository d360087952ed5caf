import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Identity of an upload: server, token and file; another size or modification time is another file. */
export interface UploadSubject {
  url: string
  token: string
  path: string
  size: number
  mtimeMs: number
}

const folder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fleximl', 'uploads')
const placeOf = (subject: UploadSubject) => {
  const words = JSON.stringify([subject.url, subject.token, resolve(subject.path), subject.size, subject.mtimeMs])
  return join(folder(), createHash('sha256').update(words).digest('hex'))
}

/** Returns the upload that an earlier call started for this file. */
export async function recallUpload(subject: UploadSubject): Promise<string | undefined> {
  const id = await readFile(placeOf(subject), 'utf8').catch(() => '')
  return /^[0-9a-f-]{36}$/.test(id) ? id : undefined
}

/** Stores the upload. Ignores errors: without it a stopped command only starts the upload again. */
export async function rememberUpload(subject: UploadSubject, id: string): Promise<void> {
  await mkdir(folder(), { recursive: true, mode: 0o700 })
    .then(() => writeFile(placeOf(subject), id, { mode: 0o600 }))
    .catch(() => undefined)
}

export const forgetUpload = (subject: UploadSubject): Promise<void> => rm(placeOf(subject), { force: true })
