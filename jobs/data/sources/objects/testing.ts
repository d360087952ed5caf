import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { findS3Server, NO_S3_SERVER, startTestS3 } from '#server/adapters/s3-testing.ts'
import type { Secrets } from '#server/data/sources/contract.ts'
import { nowDate } from '#server/kernel/clock.ts'
import type { ObjectsSettings } from './object-store.ts'

export interface TestStore {
  settings: ObjectsSettings
  secrets: Secrets
  put(key: string, content: string): Promise<void>
  stop(): Promise<void>
}

/** A program that `.ci/clients.sh` installs, on the PATH, or named by the variable. */
function findProgram(name: string, variable: string): string | undefined {
  const cache = process.env.FLEXIML_CI_CACHE ?? join(homedir(), '.cache', 'fleximl-ci')
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(cache, 'bin')]
  const named = process.env[variable]
  return [...(named ? [named] : []), ...folders.map(f => join(f, name))].find(existsSync)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000)
  })
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 400) throw new Error(`the server at ${url} did not start: ${said}`)
    if (
      await fetch(url).then(
        r => r.body?.cancel().then(() => true),
        () => false,
      )
    )
      return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
  child.kill()
  await ended
  await rm(folder, { recursive: true, force: true })
}

const base = { kind: 'objects', bucket: 'test-bucket', prefix: '', pattern: '*' } as const

async function startS3(): Promise<TestStore> {
  const server = await startTestS3(findS3Server()!)
  return {
    settings: { ...base, provider: 's3', endpoint: server.endpoint, bucket: server.bucket },
    secrets: server.keys,
    async put(key, content) {
      await mkdir(dirname(join(server.folder, key)), { recursive: true })
      await writeFile(join(server.folder, key), content)
    },
    stop: () => server.stop(),
  }
}

const findGcs = () => findProgram('fake-gcs-server', 'FLEXIML_TEST_GCS_SERVER')

async function startGcs(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-gcs-'))
  const endpoint = `http://127.0.0.1:${await freePort()}`
  const child = spawn(
    findGcs()!,
    [
      '-scheme',
      'http',
      '-host',
      '127.0.0.1',
      '-port',
      new URL(endpoint).port,
      '-backend',
      'memory',
      '-log-level',
      'error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder },
  )
  await answering(child, `${endpoint}/storage/v1/b`)
  const json = { 'content-type': 'application/json' }
  await fetch(`${endpoint}/storage/v1/b`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ name: base.bucket }),
  })
  return {
    settings: { ...base, provider: 'gcs', endpoint },
    secrets: {},
    async put(key, content) {
      const url = `${endpoint}/upload/storage/v1/b/${base.bucket}/o?uploadType=media&name=${encodeURIComponent(key)}`
      const response = await fetch(url, { method: 'POST', body: content })
      if (!response.ok) throw new Error(await response.text())
    },
    stop: () => end(child, folder),
  }
}

const findAzure = () => findProgram('azurite-blob', 'FLEXIML_TEST_AZURE_SERVER')

async function startAzure(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-azure-'))
  const port = await freePort()
  const account = 'testaccount'
  const accountKey = Buffer.from('key of the test').toString('base64')
  const endpoint = `http://127.0.0.1:${port}/${account}`
  const child = spawn(
    findAzure()!,
    ['--silent', '--disableTelemetry', '--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', folder],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${accountKey}` } },
  )
  await answering(child, endpoint)
  /** Written out as the documentation of Shared Key has it, apart from what is tested. */
  async function send(path: string, query: string, content: string, extra: string[]): Promise<void> {
    const date = nowDate().toUTCString()
    const length = Buffer.byteLength(content)
    const headers = [...extra, `x-ms-date:${date}`, 'x-ms-version:2021-08-06'].sort()
    const resource = `/${account}/${account}${path}${query ? `\n${query.replaceAll('=', ':')}` : ''}`
    const text = `PUT\n\n\n${length || ''}\n\n\n\n\n\n\n\n\n${headers.join('\n')}\n${resource}`
    const signature = createHmac('sha256', Buffer.from(accountKey, 'base64')).update(text).digest('base64')
    const response = await fetch(`${endpoint}${path}${query ? `?${query}` : ''}`, {
      method: 'PUT',
      body: content || undefined,
      headers: {
        ...Object.fromEntries(headers.map(h => [h.slice(0, h.indexOf(':')), h.slice(h.indexOf(':') + 1)])),
        authorization: `SharedKey ${account}:${signature}`,
        // The client would name one, and the signature has none.
        'content-type': '',
      },
    })
    if (!response.ok) throw new Error(await response.text())
  }
  await send(`/${base.bucket}`, 'restype=container', '', [])
  return {
    settings: { ...base, provider: 'azure', account, endpoint },
    secrets: { accountKey },
    put: (key, content) =>
      send(`/${base.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`, '', content, [
        'x-ms-blob-type:BlockBlob',
      ]),
    stop: () => end(child, folder),
  }
}

const absent = (name: string, variable: string) =>
  `no ${name} on this machine: .ci/clients.sh installs it, or ${variable} names its binary`

/** Real servers of the three kinds, each with the sentence that says why it is skipped. */
export const STORES: { name: string; skip: string | false; start(): Promise<TestStore> }[] = [
  { name: 'S3 (versitygw)', skip: findS3Server() ? false : NO_S3_SERVER, start: startS3 },
  {
    name: 'Google Cloud Storage (fake-gcs-server)',
    skip: findGcs() ? false : absent('fake-gcs-server', 'FLEXIML_TEST_GCS_SERVER'),
    start: startGcs,
  },
  {
    name: 'Azure Blob Storage (azurite)',
    skip: findAzure() ? false : absent('azurite', 'FLEXIML_TEST_AZURE_SERVER'),
    start: startAzure,
  },
]
