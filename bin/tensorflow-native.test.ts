import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

/** The command in a tree of its own, in which nothing is built yet; the tools it finds are ours. */
let folder: string
const cache = () => join(folder, 'cache')

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-native-'))
  const write = async (path: string, text: string, mode = 0o644) => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text, { mode })
  }
  await cp(new URL('tensorflow-native.ts', import.meta.url), join(folder, 'bin', 'tensorflow-native.ts'))
  await write('package.json', '{"type":"module"}')
  await write('node_modules/@tensorflow/tfjs-node/package.json', '{"name":"@tensorflow/tfjs-node"}')
  await write(`node_modules/node-linux-${process.arch}/include/node/node_api.h`, '')
  await write('tools/g++', '#!/bin/sh\nexit 0\n', 0o755)
  const python = '#!/bin/sh\ncase "$*" in *"pip --version") exit 0;; esac\necho "no route to the index" >&2\nexit 1\n'
  await write('tools/python3', python, 0o755)
})
after(() => rm(folder, { recursive: true, force: true }))

function build(path: string) {
  const args = [
    '--disable-warning=ExperimentalWarning',
    join(folder, 'bin', 'tensorflow-native.ts'),
    '--cache',
    cache(),
  ]
  const result = spawnSync(process.execPath, args, { env: { ...process.env, CXX: '', PATH: path }, encoding: 'utf8' })
  return { status: result.status, words: result.stderr }
}

test('all that the machine lacks is named at once, without a stack', () => {
  const { status, words } = build(join(folder, 'empty'))
  assert.equal(status, 1)
  assert.match(words, /A C\+\+ compiler: install/)
  assert.match(words, /Python 3 with pip/)
  assert.doesNotMatch(words, /\n\s+at /)
})

test('a download that fails is told in pip’s words and leaves nothing behind', async t => {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return t.skip('The native library is for Linux on x86-64.')
  const { status, words } = build(join(folder, 'tools'))
  assert.equal(status, 1)
  assert.match(words, /Downloading the library .*failed:\nno route to the index/)
  assert.deepEqual(await readdir(cache()), [])
  assert.deepEqual(await readdir(join(folder, 'node_modules', '@tensorflow', 'tfjs-node')), ['package.json'])
})
