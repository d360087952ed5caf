import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import type { Env } from '#server/kernel/env.ts'
import type { Call, Command, Outcome, World } from './command.ts'
import { EXIT, toFailure } from './failure.ts'

interface Check {
  name: string
  ok: boolean
  detail: string
  hint?: string
}

const MIN_FREE_SHARE = 0.05

const good = (name: string, detail: string): Check => ({ name, ok: true, detail })
const bad = (name: string, detail: string, hint?: string): Check => ({
  name,
  ok: false,
  detail,
  ...(hint ? { hint } : {}),
})

function checkNode(): Check {
  const [major] = process.versions.node.split('.')
  const detail = `${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 20)} MB memory`
  return Number(major) >= 24 ? good('node', detail) : bad('node', detail, 'Node.js 24 or newer is needed.')
}

/** Returns the folder, or its nearest existing parent. */
async function nearest(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    if (
      await access(at).then(
        () => true,
        () => false,
      )
    )
      return at
    if (at === dirname(at)) return at
  }
}

async function checkDisk(home: string): Promise<Check> {
  const { bavail, blocks, bsize } = await statfs(await nearest(home))
  const free = bavail / blocks
  const detail = `${((bavail * bsize) / 2 ** 30).toFixed(1)} GB free (${Math.round(free * 100)} %) at ${home}`
  return free < MIN_FREE_SHARE
    ? bad('disk', detail, 'Below 5 % new writes are refused; free some space.')
    : good('disk', detail)
}

async function checkBlobs(env: Env): Promise<Check> {
  if (env.BLOB_URL) {
    const { openBlobStore } = await import('#server/adapters/open-blobs.ts')
    return openBlobStore(env)
      .then(store => store.check(AbortSignal.timeout(5000)))
      .then(
        () => good('blobs', env.BLOB_URL!),
        error => {
          const { body } = toFailure(error, '')
          return bad('blobs', body.message, body.hint)
        },
      )
  }
  const folder = join(env.FLEXIML_HOME, 'blobs')
  return access(folder, constants.R_OK | constants.W_OK).then(
    () => good('blobs', folder),
    (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT'
        ? bad('blobs', `${folder} does not exist yet.`, 'The first `npm start` creates it.')
        : bad('blobs', `${folder} cannot be read and written by this account.`),
  )
}

async function checkDatabase(env: World['env']): Promise<Check[]> {
  const { findDatabase } = await import('./local-kernel.ts')
  const { migrationFiles } = await import('#db/migrate.ts')
  const { default: postgres } = await import('postgres')
  let url: string
  try {
    url = await findDatabase(env)
  } catch (error) {
    const { body } = toFailure(error, '')
    return [bad('database', body.message, body.hint), bad('migrations', 'Unknown without a database.')]
  }
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined })
  try {
    const [row] = await sql`SELECT current_setting('server_version') AS version`
    const version = String(row?.version)
    const database = `PostgreSQL ${version}, ${env.DATABASE_URL ? 'by DATABASE_URL' : 'embedded'}`
    const enough = Number.parseInt(version, 10) >= 15
    const [there] = await sql`SELECT to_regclass('schema_migrations') IS NOT NULL AS yes`
    const applied = there?.yes ? (await sql`SELECT name FROM schema_migrations`).map(r => String(r.name)) : []
    const files = (await migrationFiles()).map(f => f.name)
    const missing = files.filter(name => !applied.includes(name))
    return [
      enough ? good('database', database) : bad('database', database, 'PostgreSQL 15 or newer is needed.'),
      missing.length === 0
        ? good('migrations', `all ${files.length} are applied`)
        : bad('migrations', `not applied: ${missing.join(', ')}`, '`npm start` applies them.'),
    ]
  } catch (error) {
    return [
      bad(
        'database',
        `No connection: ${(error as Error).message}`,
        'Is it started? `npm start` starts the embedded one.',
      ),
      bad('migrations', 'Unknown while the database is away.'),
    ]
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const done = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.setTimeout(2000, () => done(false))
  })

/** Checks that the port is free or used by FlexiML. */
async function checkPort(name: string, variable: string, port: number, path: string): Promise<Check> {
  if (!(await isOpen(port))) return good(name, `${port} is free`)
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) })
    .then(async response => ({
      status: response.status,
      body: (await response.json()) as { ok?: boolean; status?: string },
    }))
    .catch(() => undefined)
  return answer?.body.ok === true || answer?.body.status === 'ok'
    ? good(name, `FlexiML answers at ${port}`)
    : bad(name, `${port} is taken by another program.`, `Stop it, or choose another port: ${variable}=${port + 100}.`)
}

async function checkTensorFlow(): Promise<Check> {
  const { backend } = await import('#ml/node.ts')
  try {
    const { name, version, reason } = await backend()
    return good(
      'tensorflow',
      name === 'tensorflow'
        ? `native library ${version}`
        : `${name} ${version}, since ${reason ?? 'no reason is known'}`,
    )
  } catch (error) {
    return bad(
      'tensorflow',
      (error as Error).message,
      'Networks cannot be trained on this machine; all other trainers can.',
    )
  }
}

async function doctor({ world }: Call): Promise<Outcome> {
  const { localEnv } = await import('./local-kernel.ts')
  const { parseEnv } = await import('#server/kernel/env.ts')
  const env = parseEnv(localEnv(world.env))
  const checks = [
    checkNode(),
    ...(
      await Promise.all([
        checkDisk(env.FLEXIML_HOME).then(c => [c]),
        checkBlobs(env).then(c => [c]),
        checkDatabase(world.env),
        checkPort('web port', 'PORT', env.PORT, '/api/health').then(c => [c]),
        checkPort('inference port', 'INFERENCE_PORT', env.INFERENCE_PORT, '/healthz').then(c => [c]),
        checkTensorFlow().then(c => [c]),
      ])
    ).flat(),
  ]
  const ok = checks.every(c => c.ok)
  const width = Math.max(...checks.map(c => c.name.length))
  return {
    document: { ok, checks },
    text: checks
      .map(c => `${c.ok ? 'ok  ' : 'bad '} ${c.name.padEnd(width)}  ${c.detail}${c.hint ? ` ${c.hint}` : ''}`)
      .join('\n'),
    status: ok ? EXIT.done : EXIT.failed,
  }
}

export const doctorCommands: Command[] = [
  {
    name: 'doctor',
    summary: 'Checks this machine: Node.js, disk, database, migrations, ports, TensorFlow.',
    more: 'Runs on the server’s machine; starts and changes nothing. The exit status is 1 when something is bad.',
    run: doctor,
  },
]
