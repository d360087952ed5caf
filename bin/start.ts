import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { type Env, loadSecrets, parseEnv } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'
import { buildWhenChanged } from './build.ts'
import { lockHome } from './lock-home.ts'
import { requireFreePort } from './ports.ts'
import { printSignInLink } from './sign-in-link.ts'
import { Supervisor } from './supervisor.ts'

const log = (line: string) => process.stdout.write(`${line}\n`)
const seconds = (from: number) => ((performance.now() - from) / 1000).toFixed(1)

async function waitFor(url: string, timeoutSeconds: number): Promise<void> {
  const until = performance.now() + timeoutSeconds * 1000
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
    if (answer?.ok) return
    if (performance.now() > until)
      throw new Error(`${url} did not answer within ${timeoutSeconds} s; see the logs in the home folder.`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** The environment of the processes that are kept running. */
const childEnvOf = (
  env: Env,
  databaseUrl: string,
  secrets: Awaited<ReturnType<typeof loadSecrets>>,
  dev: boolean,
): NodeJS.ProcessEnv => ({
  ...process.env,
  TZ: 'UTC',
  NODE_ENV: dev ? 'development' : 'production',
  DATABASE_URL: databaseUrl,
  FLEXIML_HOME: env.FLEXIML_HOME,
  FLEXIML_URL: env.FLEXIML_URL,
  NEXTAUTH_URL: env.NEXTAUTH_URL,
  NEXTAUTH_SECRET: secrets.nextAuthSecret,
  FLEXIML_ENCRYPTION_KEY: secrets.encryptionKey,
  FLEXIML_DEV: dev ? 'on' : 'off',
})

/** Keeps a PostgreSQL running in the home folder; returns its address. */
const keepOwnDatabase = async (env: Env, supervisor: Supervisor) =>
  (
    await supervisor.keepDatabase(port =>
      startEmbedded({
        folder: join(env.FLEXIML_HOME, 'postgres'),
        port,
        onLog: line => supervisor.write('postgres', line),
      }),
    )
  ).url

async function start(dev: boolean): Promise<void> {
  const startedAt = performance.now()
  const env: Env = parseEnv(process.env)
  await requireFreePort(env.HOST, env.PORT, 'PORT', 'the dashboard')
  await requireFreePort(env.HOST, env.INFERENCE_PORT, 'INFERENCE_PORT', 'the inference server')
  await mkdir(env.FLEXIML_HOME, { recursive: true, mode: 0o711 })
  const unlock = await lockHome(env.FLEXIML_HOME)
  const secrets = await loadSecrets(env)
  const supervisor = new Supervisor(join(env.FLEXIML_HOME, 'logs'), log, env.FLEXIML_LOG_MB * 2 ** 20)
  let stopping = false
  const stop = async (status: number) => {
    if (stopping) return
    stopping = true
    log('Stopping …')
    await supervisor.stop()
    await unlock()
    process.exit(status)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
  // Stop when the parent process has ended, even by `kill -9`.
  const parent = process.ppid
  setInterval(() => process.ppid === parent || void stop(0), 1000).unref()
  process.on('unhandledRejection', error => {
    log(String((error as Error)?.stack ?? error))
    void stop(1)
  })

  try {
    const url = env.DATABASE_URL || (await keepOwnDatabase(env, supervisor))
    const applied = await migrate(env.DATABASE_DIRECT_URL ?? url)
    if (applied.length > 0) log(`Database migrated: ${applied.join(', ')}.`)
    if (!dev) {
      const built = performance.now()
      if (await buildWhenChanged()) log(`Dashboard built in ${seconds(built)} s.`)
    }
    if (stopping) return
    const childEnv = childEnvOf(env, url, secrets, dev)
    const watch = dev ? ['--watch-preserve-output', '--watch'] : []
    await Promise.all([
      supervisor.keep('web', [], 'server/web.ts', childEnv),
      supervisor.keep('worker', watch, 'jobs/worker.ts', childEnv),
      supervisor.keep('serve', watch, 'serve/start.ts', childEnv),
    ])
    await Promise.all([waitFor(`${env.WEB_URL}/api/ready`, 60), waitFor(`${env.INFERENCE_URL}/readyz`, 60)])
    log(`FlexiML ready  web=${env.FLEXIML_URL}  inference=${env.INFERENCE_URL}`)
    await printSignInLink(childEnv, log)
    log(`Ready after ${seconds(startedAt)} s. Ctrl-C stops everything.`)
    if (env.FLEXIML_SAMPLE === 'on') supervisor.runOnce('sample', 'bin/sample.ts', childEnv)
  } catch (error) {
    log(
      error instanceof AppError
        ? `${error.message}${error.hint ? `\n${error.hint}` : ''}`
        : String((error as Error).message ?? error),
    )
    await stop(1)
  }
}

try {
  await start(process.argv[2] === 'dev')
} catch (error) {
  log(
    error instanceof AppError
      ? `${error.message}${error.hint ? `\n${error.hint}` : ''}`
      : String((error as Error).message ?? error),
  )
  process.exit(1)
}
