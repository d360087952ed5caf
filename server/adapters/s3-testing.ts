import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export const NO_S3_SERVER =
  'no S3 server on this machine: .ci/clients.sh installs versitygw, or FLEXIML_TEST_S3_SERVER names its binary'

/** Finds the binary of a real S3 server: FLEXIML_TEST_S3_SERVER, on the PATH, or where `.ci/clients.sh` installs it. */
export function findS3Server(): string | undefined {
  const cache = process.env.FLEXIML_CI_CACHE ?? join(homedir(), '.cache', 'fleximl-ci')
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(cache, 'bin')]
  const named = process.env.FLEXIML_TEST_S3_SERVER
  return [...(named ? [named] : []), ...folders.map(f => join(f, 'versitygw'))].find(path => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

export interface TestS3 {
  endpoint: string
  bucket: string
  keys: { accessKeyId: string; secretAccessKey: string }
  /** Environment variables for a process that uses the server. */
  variables: Record<string, string>
  /** The folder where the server stores the bucket. */
  folder: string
  process: ChildProcess
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

/** Starts a server with one empty bucket. */
export async function startTestS3(binary: string): Promise<TestS3> {
  const root = await mkdtemp(join(tmpdir(), 'fleximl-s3-'))
  const bucket = 'test-bucket'
  await mkdir(join(root, 'data', bucket), { recursive: true })
  await mkdir(join(root, 'attributes'))
  const keys = { accessKeyId: 'test-access', secretAccessKey: 'test-secret-of-the-test' }
  const port = await freePort()
  const child = spawn(
    binary,
    [
      ...['--port', `127.0.0.1:${port}`, '--access', keys.accessKeyId, '--secret', keys.secretAccessKey, '--quiet'],
      ...['posix', '--sidecar', join(root, 'attributes'), join(root, 'data')],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000)
  })
  const endpoint = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 400) throw new Error(`the S3 server did not start: ${said}`)
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    )
    if (answers) break
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  return {
    endpoint,
    bucket,
    keys,
    variables: {
      BLOB_URL: `s3://${bucket}/blobs`,
      S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    },
    folder: join(root, 'data', bucket),
    process: child,
    async stop() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
      child.kill()
      await ended
      await rm(root, { recursive: true, force: true })
    },
  }
}
