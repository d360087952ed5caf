/**
 * `npm run tensorflow-native`: builds the native backend of TensorFlow.js from package registries only. The library comes from the Python
 * wheel of TensorFlow (pip and its configured index), the binding is compiled from the sources in the npm package `@tensorflow/tfjs-node`.
 * The result is cached and linked into node_modules; a second run only checks it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, statfs, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The version whose C API tfjs-node 4.22 uses; the hash verifies the download. */
const WHEEL = {
  requirement: 'tensorflow-cpu==2.15.1',
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  /** Works with the pip of any Python: the wheel is downloaded, not installed. */
  tags: ['--platform', 'manylinux2014_x86_64', '--python-version', '311', '--implementation', 'cp', '--abi', 'cp311'],
}
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']
const NEEDED_GB = 1.6

/** A missing requirement and its remedy; printed without a stack. */
class Missing extends Error {}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const print = (text: string) => void process.stdout.write(`${text}\n`)

function run(program: string, args: string[], what: string): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4000)
      })
    }
    child.once('error', error => fail(new Missing(`${what} failed: ${error.message}`)))
    child.once('exit', status => (status === 0 ? done() : fail(new Missing(`${what} failed:\n${output.trim()}`))))
  })
}

const works = (program: string, args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0
const firstThatWorks = (programs: (string | undefined)[], args: string[]) =>
  programs.find(program => program !== undefined && program !== '' && works(program, args))

function tfjsFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'))
  } catch {
    throw new Missing('The package @tensorflow/tfjs-node is not installed. Run `npm ci --include=optional` first.')
  }
}

/** Returns the folder of the Node-API headers: of this Node, or of the npm package with Node. */
function nodeHeaders(): string {
  const packages = join(root, 'node_modules', `node-linux-${process.arch}`)
  const folders = [dirname(dirname(process.execPath)), packages, '/usr', '/usr/local'].map(each =>
    join(each, 'include', 'node'),
  )
  const found = folders.find(each => existsSync(join(each, 'node_api.h')))
  if (found) return found
  throw new Missing(
    'Node.js’s C headers (node_api.h) are not here. Install Node.js from its own archive, or libnode-dev.',
  )
}

/** @throws Missing with all missing requirements of this machine. */
async function requireTools(cache: string): Promise<{ compiler: string; python: string; headers: string }> {
  const lacks: string[] = []
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    lacks.push(
      `Linux on x86-64: this is ${process.platform}-${process.arch}. Elsewhere \`npm rebuild @tensorflow/tfjs-node\` may serve.`,
    )
  }
  const compiler = firstThatWorks([process.env.CXX, 'g++', 'clang++', 'c++'], ['--version'])
  if (!compiler)
    lacks.push('A C++ compiler: install g++ or clang++ (on Debian `apt-get install g++`), or name one in CXX.')
  const python = firstThatWorks(['python3', 'python'], ['-m', 'pip', '--version'])
  if (!python) lacks.push('Python 3 with pip, which fetches the library (on Debian `apt-get install python3-pip`).')
  await mkdir(cache, { recursive: true })
  const { bavail, bsize } = await statfs(cache)
  const free = (bavail * bsize) / 1e9
  if (free < NEEDED_GB) lacks.push(`${NEEDED_GB} GB of disk space in ${cache}: ${free.toFixed(1)} GB are free.`)
  if (lacks.length > 0)
    throw new Missing(`The native TensorFlow cannot be built here. It needs:\n- ${lacks.join('\n- ')}`)
  return { compiler: compiler!, python: python!, headers: nodeHeaders() }
}

/** Extracts the two libraries and the C headers from the wheel, a zip file. */
const UNPACK = `
import shutil, sys, zipfile
wheel, folder, libraries = sys.argv[1], sys.argv[2], sys.argv[3:]
prefixes = ("tensorflow/include/tensorflow/c/", "tensorflow/include/tensorflow/core/platform/", "tensorflow/include/tsl/")
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(prefixes) and not name.endswith("/") and ".." not in name:
            archive.extract(name, folder)
    for library in libraries:
        with archive.open("tensorflow/" + library) as source, open(folder + "/" + library, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
`

async function build(cache: string, tfjs: string): Promise<void> {
  const { compiler, python, headers } = await requireTools(cache)
  const work = join(cache, `making-${process.pid}`)
  await rm(work, { recursive: true, force: true })
  const [wheels, unpacked, made] = [join(work, 'wheels'), join(work, 'unpacked'), join(work, 'made')]
  const binding = join(made, 'lib', 'napi-v8')
  const libraries = join(made, 'deps', 'lib')
  try {
    for (const folder of [wheels, unpacked, binding, libraries]) await mkdir(folder, { recursive: true })
    print(`Downloading ${WHEEL.requirement} (207 MB) with pip …`)
    const wanted = join(work, 'requirements.txt')
    await writeFile(wanted, `${WHEEL.requirement} --hash=sha256:${WHEEL.sha256}\n`)
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps']
    await run(
      python,
      [...pip, '--only-binary=:all:', ...WHEEL.tags, '--dest', wheels, '--requirement', wanted],
      'Downloading the library (pip uses the package index it is set to)',
    )
    const [wheel] = await readdir(wheels)
    print('Unpacking the library …')
    await run(python, ['-c', UNPACK, join(wheels, wheel!), unpacked, ...LIBRARIES], 'Unpacking the library')
    for (const name of LIBRARIES) await rename(join(unpacked, name), join(libraries, name))
    print(`Compiling the binding with ${compiler} …`)
    const includes = [headers, tfjs, join(unpacked, 'tensorflow', 'include')].flatMap(each => ['-I', each])
    const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map(name => join(tfjs, 'binding', name))
    await run(
      compiler,
      [
        ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', ...includes, ...sources],
        ...LIBRARIES.map(name => join(libraries, name)),
        ...['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', join(binding, 'tfjs_binding.node')],
      ],
      'Compiling the binding',
    )
    await rm(join(cache, 'made'), { recursive: true, force: true })
    await rename(made, join(cache, 'made'))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Links the files where the package expects them: the binding in `lib`, the libraries in `deps`. */
async function link(cache: string, tfjs: string): Promise<void> {
  for (const name of ['lib', 'deps']) {
    await rm(join(tfjs, name), { recursive: true, force: true })
    await symlink(join(cache, 'made', name), join(tfjs, name), 'dir')
  }
}

/** Tries the backend in a child process, because an incompatible library may crash it. */
function backendHere(): { name: string; version: string; reason?: string } | null {
  const { FLEXIML_TENSORFLOW: _, ...env } = process.env
  const code = `import { backend } from '#ml/node.ts'; console.log(JSON.stringify(await backend()))`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code]
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  } catch {
    return null
  }
}

async function main(): Promise<void> {
  const at = process.argv.indexOf('--cache')
  const named = at > 0 ? process.argv[at + 1] : undefined
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const cache = resolve(named ?? join(caches, 'fleximl', 'tensorflow-native'))
  const tfjs = tfjsFolder()
  const before = backendHere()
  if (before?.name === 'tensorflow') return print(`The native TensorFlow ${before.version} is in place already.`)
  const started = performance.now()
  const isMade = existsSync(join(cache, 'made', 'lib', 'napi-v8', 'tfjs_binding.node'))
  if (!isMade) await build(cache, tfjs)
  await link(cache, tfjs)
  const after = backendHere()
  if (after?.name !== 'tensorflow') {
    for (const name of ['lib', 'deps']) await rm(join(tfjs, name), { recursive: true, force: true })
    if (isMade) await rm(join(cache, 'made'), { recursive: true, force: true })
    throw new Missing(
      `The native TensorFlow does not run here: ${after?.reason ?? 'the process ended'}. It was removed again; networks train on WebAssembly.`,
    )
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  print(
    `The native TensorFlow ${after.version} is in place (${seconds} s, kept in ${cache}). Networks train on it from the next start.`,
  )
}

await main().catch(error => {
  if (!(error instanceof Missing)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
