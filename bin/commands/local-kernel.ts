import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kernel } from '#server/platform/kernel.ts'
import type { World } from './command.ts'
import { EXIT, Failure, isConnection } from './failure.ts'

const CHECKOUT = join(import.meta.dirname, '..', '..')

const nothingRuns = (home: string, why: string) =>
  new Failure(EXIT.notReachable, {
    code: 'unavailable',
    message: `No FlexiML runs from ${home}: ${why}`,
    hint: 'Start it with `npm start`, or name its home by FLEXIML_HOME or its database by DATABASE_URL.',
  })

/** Returns the environment of the instance on this machine. Its home is FLEXIML_HOME, else `.fleximl` in the checkout. */
export const localEnv = (env: World['env']): World['env'] => ({
  ...env,
  FLEXIML_HOME: env.FLEXIML_HOME || join(CHECKOUT, '.fleximl'),
})

/** Returns the database address of the instance on this machine: DATABASE_URL, else the running embedded one. Starts nothing. */
export async function findDatabase(env: World['env']): Promise<string> {
  if (env.DATABASE_URL) return env.DATABASE_URL
  const home = localEnv(env).FLEXIML_HOME!
  const read = (name: string) =>
    readFile(join(home, 'postgres', name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES')
        throw new Failure(EXIT.notAllowed, {
          code: 'forbidden',
          message: `This account may not read ${join(home, 'postgres')}.`,
          hint: 'Run the command as the account that started FlexiML.',
        })
      throw nothingRuns(home, 'its database is not running.')
    })
  // Line 4 of postmaster.pid is the port (PostgreSQL's miscadmin.h).
  const port = Number((await read('data/postmaster.pid')).split('\n')[3])
  if (!port) throw nothingRuns(home, 'its database is still starting.')
  return `postgres://fleximl:${(await read('password')).trim()}@127.0.0.1:${port}/fleximl`
}

/** Runs the work with a kernel on the local database. Needs no token: read access to its address means administrator. */
export async function withLocalKernel<T>(env: World['env'], work: (kernel: Kernel) => Promise<T>): Promise<T> {
  const url = await findDatabase(env)
  // Log lines would mix with the output of the command.
  process.env.LOG_LEVEL = 'fatal'
  // Loaded on demand: most commands, and a loaded sample, need no kernel.
  const { openKernel } = await import('#server/platform/kernel.ts')
  let kernel: Kernel
  try {
    kernel = await openKernel('command', { ...localEnv(env), DATABASE_URL: url })
  } catch (error) {
    if (isConnection(error) || isConnection((error as { cause?: unknown }).cause))
      throw nothingRuns(localEnv(env).FLEXIML_HOME!, 'its database does not answer.')
    throw error
  }
  try {
    return await work(kernel)
  } finally {
    await kernel.close()
  }
}
