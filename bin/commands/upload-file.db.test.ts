import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { type TestWeb, testWebFor } from '#server/api/testing.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { connect } from './connection.ts'
import type { Failure } from './failure.ts'
import { CHUNKED_ABOVE_BYTES, uploadFile } from './upload-file.ts'

let kernel: TestKernel
let web: TestWeb
let url: string
let caller: Caller
let folder: string
/** What becomes of a request: answered, its connection cut, or refused. */
let fate: (method: string, path: string) => 'answer' | 'cut' | 'refuse' = () => 'answer'
const asked: string[] = []
const cache = process.env.XDG_CACHE_HOME
before(async () => {
  kernel = await testKernel()
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  folder = await mkdtemp(join(tmpdir(), 'fleximl-upload-'))
  process.env.XDG_CACHE_HOME = join(folder, 'cache')
  web = await testWebFor(kernel, () => caller)
  web.app.server.prependListener('request', req => {
    const { pathname } = new URL(req.url!, 'http://x')
    asked.push(`${req.method} ${pathname.replace(/[0-9a-f-]{36}/, ':id')}`)
    const what = fate(req.method!, pathname)
    if (what === 'cut') req.socket.destroy()
    // No route matches, so the pages fail.
    if (what === 'refuse') req.url = '/stopped-by-the-test'
  })
  url = web.origin
})
after(async () => {
  if (cache === undefined) delete process.env.XDG_CACHE_HOME
  else process.env.XDG_CACHE_HOME = cache
  await web.close()
  await kernel.close()
  await rm(folder, { recursive: true })
})

const PIECES = 5
async function bigFile(name: string) {
  const bytes = randomBytes(CHUNKED_ABOVE_BYTES + 1000)
  const path = join(folder, name)
  await writeFile(path, bytes)
  return { path, digest: createHash('sha256').update(bytes).digest('hex') }
}
const send = (path: string) => uploadFile(connect(url, 'token'), path, () => undefined)
const puts = () => asked.filter(a => a.startsWith('PUT'))

describe('uploads of the command line', () => {
  it('a small file goes as one request', async () => {
    const path = join(folder, 'small.csv')
    await writeFile(path, 'a,b\n1,2\n')
    asked.length = 0
    assert.equal(await send(path), createHash('sha256').update('a,b\n1,2\n').digest('hex'))
    assert.deepEqual(asked, ['POST /api/v1/uploads'])
  })

  it('a large file goes in pieces; connections that break are made up for', async () => {
    const { path, digest } = await bigFile('shaky.csv')
    asked.length = 0
    let cuts = 0
    fate = (method, at) => (method === 'PUT' && /\/chunks\/[13]$/.test(at) && cuts++ < 3 ? 'cut' : 'answer')
    assert.equal(await send(path), digest)
    fate = () => 'answer'
    assert.equal(puts().length, PIECES + 3)
    assert.equal((await kernel.blobs.readAll(digest)).length, CHUNKED_ABOVE_BYTES + 1000)
  })

  it('a command that was stopped goes on where it was; a file that changed begins anew', async () => {
    const { path, digest } = await bigFile('stopped.csv')
    fate = (method, at) => (method === 'PUT' && at.endsWith('/chunks/4') ? 'refuse' : 'answer')
    await assert.rejects(send(path), (e: Failure) => e.body.code === 'internal')
    fate = () => 'answer'
    // The other senders of the stopped command end first.
    for (let i = 0; i < 400; i++) {
      const rows = await kernel.sql`SELECT count(*)::int AS n FROM upload_chunks`
      if (rows[0]!.n === PIECES - 1) break
      await new Promise(resolve => setTimeout(resolve, 25))
    }
    asked.length = 0
    assert.equal(await send(path), digest)
    assert.deepEqual(puts(), ['PUT /api/v1/uploads/:id/chunks/4'])
    await utimes(path, new Date(0), new Date(0))
    asked.length = 0
    await send(path)
    assert.equal(puts().length, PIECES)
  })
})
