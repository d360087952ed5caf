import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'

const OUTPUT = '.next'
const STAMP = join(OUTPUT, 'fleximl-sources')
const LOCK = `${OUTPUT}-new.lock`

/** Returns a hash of all files that the build of the dashboard reads. */
async function hashSources(): Promise<string> {
  const files = globSync('{app,components,server,db,ml,tables,public}/**/*.{ts,tsx,css,svg,png,ico}')
    .filter(f => !/\.test\.tsx?$/.test(f))
    .concat(['package-lock.json', 'next.config.mjs', 'tsconfig.json', 'proxy.ts', 'instrumentation-client.ts'])
    .sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0`).update(await readFile(file).catch(() => 'absent'))
  return hash.digest('hex')
}

const isBuilt = async (wanted: string) => (await readFile(STAMP, 'utf8').catch(() => '')) === wanted

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Runs the work under a lock file, so that two starts do not build at once. Takes over the lock of a process that has ended. */
async function withLock<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await writeFile(LOCK, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = Number(await readFile(LOCK, 'utf8').catch(() => ''))
      if (pid && !isAlive(pid)) await rm(LOCK, { force: true })
      else await new Promise(resolve => setTimeout(resolve, 250))
    }
  }
  try {
    return await work()
  } finally {
    await rm(LOCK, { force: true })
  }
}

/** Builds the dashboard if its sources changed since the last build. Returns true if it built. */
export async function buildWhenChanged(): Promise<boolean> {
  const wanted = await hashSources()
  if (await isBuilt(wanted)) return false
  return withLock(async () => !(await isBuilt(wanted)) && build(wanted))
}

/** Compresses scripts and styles once, instead of at each request. */
async function compressFiles(folder: string): Promise<void> {
  const files = globSync('static/**/*.{js,css}', { cwd: folder }).map(file => join(folder, file))
  await Promise.all(
    files.map(async file => writeFile(`${file}.br`, await promisify(brotliCompress)(await readFile(file)))),
  )
}

/** Builds into a new folder and swaps it in: an interrupted build leaves the old one in place. */
async function build(wanted: string): Promise<true> {
  process.stdout.write('Building the dashboard …\n')
  const fresh = `${OUTPUT}-new`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh)
  // The cache of Turbopack makes the next build faster.
  await rename(join(OUTPUT, 'cache'), join(fresh, 'cache')).catch(() => undefined)
  const child = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', FLEXIML_NEXT_DIST: fresh },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  const status = await new Promise<number>(resolve => child.once('exit', code => resolve(code ?? 1)))
  if (status !== 0) throw new Error(`Building the dashboard failed:\n${output.slice(-6000)}`)
  await compressFiles(fresh)
  // The stamp is moved together with the build: a folder with a stamp is complete.
  await writeFile(join(fresh, 'fleximl-sources'), wanted)
  await rm(OUTPUT, { recursive: true, force: true })
  await rename(fresh, OUTPUT)
  return true
}
