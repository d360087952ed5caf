import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Instance {
  url: string
  inferenceUrl: string
  home: string
  /** Of the supervisor. */
  pid: number
  admin: { email: string; password: string }
  /** What it has printed. */
  printed(): string
  stop(): Promise<void>
}

/** Building and the first start of a database on a busy machine. */
const READY_SECONDS = 300
const STOP_SECONDS = 30

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map(s => new Promise<void>(resolve => s.listen(0, '127.0.0.1', resolve))))
  const ports = servers.map(s => (s.address() as { port: number }).port)
  await Promise.all(servers.map(s => new Promise(resolve => s.close(resolve))))
  return ports
}

const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise<void>(resolve => child.once('exit', () => resolve()))

/**
 * The product as a person starts it (`bin/start.ts`), on free ports, with a home of its own that `stop` removes. The sample is off and the
 * administrator is set unless `variables` say otherwise. Throws with what it printed when it does not become ready.
 */
export async function startInstance(variables: Record<string, string> = {}): Promise<Instance> {
  const home = await mkdtemp(join(tmpdir(), 'fleximl-e2e-'))
  const [port, inferencePort] = (await freePorts(2)) as [number, number]
  const admin = { email: 'ada@example.org', password: 'a long enough pass phrase' }
  // What names another instance must not reach this one.
  const { FLEXIML_URL: _, NEXTAUTH_URL: __, DATABASE_URL: ___, ...inherited } = process.env
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'bin/start.ts', 'start'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited,
      TZ: 'UTC',
      HOST: '127.0.0.1',
      PORT: String(port),
      INFERENCE_PORT: String(inferencePort),
      FLEXIML_HOME: home,
      FLEXIML_SAMPLE: 'off',
      FLEXIML_ADMIN_EMAIL: admin.email,
      FLEXIML_ADMIN_PASSWORD: admin.password,
      ...variables,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))

  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000)
    await ended(child)
    clearTimeout(timer)
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  const until = performance.now() + READY_SECONDS * 1000
  // Its last line of the start: the sign-in link stands before it.
  while (!output.includes('Ready after')) {
    if (child.exitCode !== null || performance.now() > until) {
      const log = await readFile(join(home, 'logs', 'web.log'), 'utf8').catch(() => '')
      await stop()
      throw new Error(`The instance did not become ready:\n${output}\n${log.slice(-3000)}`)
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    inferenceUrl: `http://127.0.0.1:${inferencePort}`,
    home,
    pid: child.pid!,
    admin,
    printed: () => output,
    stop,
  }
}
