// Entry of the npm scripts. Runs on any Node ≥ 20, installs the packages if they are missing or the lockfile changed, then starts the
// TypeScript entry on Node ≥ 24. This is the only file here that is not TypeScript, because Node 20 cannot run TypeScript.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.fleximl-install')
const lockFile = join(root, '.fleximl-install.lock')
const ENTRIES = {
  start: 'bin/start.ts',
  dev: 'bin/start.ts',
  test: 'bin/test.ts',
  check: 'bin/test.ts',
  bench: 'bench/run.ts',
  'tensorflow-native': 'bin/tensorflow-native.ts',
}

const [command, ...rest] = process.argv.slice(2)
if (!Object.hasOwn(ENTRIES, command ?? '')) {
  console.error(`Usage: node bin/bootstrap.mjs ${Object.keys(ENTRIES).join('|')}`)
  process.exit(2)
}
if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`FlexiML needs Node.js 20 or newer with npm; this is ${process.versions.node}.`)
  process.exit(1)
}

const wanted = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
const installed = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted()
const alive = pid => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
const sleep = ms => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

function install() {
  for (;;) {
    try {
      mkdirSync(lockFile)
      writeFileSync(join(lockFile, 'pid'), String(process.pid))
      break
    } catch {
      const pid = existsSync(join(lockFile, 'pid')) ? Number(readFileSync(join(lockFile, 'pid'), 'utf8')) : 0
      if (pid && !alive(pid)) rmSync(lockFile, { recursive: true, force: true })
      else sleep(500)
    }
    if (installed()) return
  }
  try {
    const started = Date.now()
    console.log('Installing packages (once; a minute or two) …')
    // The outer npm's own settings must not leak into the inner one.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'NODE_ENV'),
    )
    const result = spawnSync(
      'npm',
      ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund'],
      {
        cwd: root,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    if (result.status !== 0) {
      console.error(result.stdout ?? '', result.stderr ?? result.error?.message ?? '')
      console.error(
        'Installing the packages failed (see above). Check that the package registry can be reached, then run the command again.',
      )
      process.exit(1)
    }
    writeFileSync(stampFile, wanted())
    console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
  } finally {
    rmSync(lockFile, { recursive: true, force: true })
  }
}

if (!installed()) install()

const bin = join(modules, '.bin')
const node = Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : join(bin, 'node')
if (!existsSync(node)) {
  console.error(
    `FlexiML runs on Node.js 24, and its package for ${process.platform}-${process.arch} was not installed. Install Node.js 24, then try again.`,
  )
  process.exit(1)
}
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, ENTRIES[command]), command, ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TZ: 'UTC', PATH: `${dirname(node)}${delimiter}${bin}${delimiter}${process.env.PATH}` },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
// npm forwards signals only to its shell, which ends without forwarding them: stop when npm has ended.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 1000).unref()
}
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
