import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface TestMariaDb {
  port: number
  stop(): Promise<void>
}

/** Where a MariaDB server is: FLEXIML_TEST_MARIADBD, else on the PATH. */
export const findMariaDb = (): string | undefined =>
  [
    ...(process.env.FLEXIML_TEST_MARIADBD ? [process.env.FLEXIML_TEST_MARIADBD] : []),
    ...[...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].map(folder => join(folder, 'mariadbd')),
  ].find(existsSync)

const SYSTEM_TABLES = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql']

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

const answers = (port: number) =>
  new Promise<boolean>(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

export interface TestCertificate {
  ca: string
  cert: string
  key: string
}

/** A certificate for `host`, signed by an authority that nobody knows; undefined without the program openssl. */
export function testCertificate(folder: string, host: string): TestCertificate | undefined {
  const [ca, caKey, cert, key, request, names] = ['ca.pem', 'ca.key', 's.pem', 's.key', 's.csr', 'names'].map(f =>
    join(folder, f),
  ) as [string, string, string, string, string, string]
  const openssl = (...words: string[]) => spawnSync('openssl', words, { stdio: 'ignore' }).status === 0
  writeFileSync(names, `subjectAltName=DNS:${host}`)
  const fresh = ['-newkey', 'rsa:2048', '-nodes']
  const made =
    openssl('req', '-x509', ...fresh, '-keyout', caKey, '-out', ca, '-days', '30', '-subj', '/CN=authority') &&
    openssl('req', ...fresh, '-keyout', key, '-out', request, '-subj', `/CN=${host}`) &&
    openssl(
      ...['x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey, '-CAcreateserial'],
      ...['-days', '30', '-extfile', names, '-out', cert],
    )
  return made ? { ca, cert, key } : undefined
}

/** A server of its own in a folder of its own; `setup` runs before it starts, as its administrator. */
export async function startMariaDb(binary: string, setup: string, more: string[] = []): Promise<TestMariaDb> {
  const share = [join(dirname(binary), '../share/mysql'), '/usr/share/mysql'].find(existsSync)
  if (!share) throw new Error(`the SQL files of ${binary} are not beside it`)
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-mariadb-'))
  const options = [
    '--no-defaults',
    `--datadir=${folder}`,
    `--lc-messages-dir=${share}`,
    `--user=${userInfo().username}`,
    '--innodb-log-file-size=8M',
    '--innodb-buffer-pool-size=32M',
  ]
  const run = (own: string[]) => spawn(binary, [...options, ...own], { stdio: ['pipe', 'ignore', 'pipe'] })
  const tables = await Promise.all(SYSTEM_TABLES.map(f => readFile(join(share, f), 'utf8')))
  const made = run(['--bootstrap'])
  const words: Buffer[] = []
  made.stderr!.on('data', d => words.push(d))
  const ended = new Promise<number | null>(resolve => made.once('close', resolve))
  const script = `CREATE DATABASE mysql;\nUSE mysql;\n${tables.join('\n')}\nFLUSH PRIVILEGES;\n${setup}\n`
  await pipeline(Readable.from([script]), made.stdin!).catch(() => undefined)
  if ((await ended) !== 0) throw new Error(`MariaDB was not set up: ${Buffer.concat(words).toString().slice(-2000)}`)
  const port = await freePort()
  const child: ChildProcess = run([
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 's')}`,
    '--skip-name-resolve',
    ...more,
  ])
  child.stdin!.end()
  child.stderr!.on('data', d => words.push(d))
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`MariaDB ended: ${Buffer.concat(words).toString().slice(-2000)}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return {
    port,
    async stop() {
      child.kill('SIGTERM')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}
