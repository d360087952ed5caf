import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { testToken } from '#server/access/testing.ts'
import { testWeb } from '#server/api/testing.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'

let kernel: TestKernel
let web: { origin: string; close(): Promise<void> }
let mine: ProjectScope
let engineer: string
let viewer: string
let stranger: string

before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  web = await testWeb(kernel)
  mine = await kernel.project('mine')
  engineer = (await testToken(kernel, mine, { role: 'engineer' })).token
  viewer = (await testToken(kernel, mine, { role: 'viewer' })).token
  stranger = (await testToken(kernel, await kernel.project('theirs'), { role: 'owner' })).token
})
after(async () => {
  await web.close()
  await kernel.close()
})

const md5 = (text: string | Uint8Array) => createHash('md5').update(text).digest('hex')
const below = (prefix: string, name: string) => `/dvc/mine/${prefix}${name.slice(0, 2)}/${name.slice(2)}`
const at = (name: string) => below('files/md5/', name)
const old = (name: string) => below('', name)
const ask = (path: string, token: string | undefined, init: RequestInit = {}) =>
  fetch(`${web.origin}${path}`, { ...init, headers: token ? { authorization: `Bearer ${token}` } : {} })
/** As the client sends: chunked, without a length. */
const send = (path: string, text: string, token: string | undefined = engineer, method = 'PUT') =>
  ask(path, token, {
    method,
    body: new Blob([text]).stream(),
    duplex: 'half',
  } as RequestInit)
const listOf = (...files: string[]) =>
  `[${files.map((f, i) => `{"md5": "${md5(f)}", "relpath": "f${i}.txt"}`).join(', ')}]`

describe('a DVC remote over HTTP', () => {
  it('takes a file by POST and PUT, and gives it back whole and in part', async () => {
    const name = md5('a,b\n1,2\n')
    assert.equal((await ask(at(name), viewer)).status, 404)
    assert.equal((await send(at(name), 'a,b\n1,2\n', engineer, 'POST')).status, 201)
    assert.equal((await send(at(name), 'a,b\n1,2\n')).status, 200, 'the same again changes nothing')
    const whole = await ask(at(name), viewer)
    assert.deepEqual([whole.status, whole.headers.get('content-length'), await whole.text()], [200, '8', 'a,b\n1,2\n'])
    const head = await ask(at(name), viewer, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, '8'])
    const part = await fetch(`${web.origin}${at(name)}`, {
      headers: { authorization: `Basic ${Buffer.from(`x:${viewer}`).toString('base64')}`, range: 'bytes=-4' },
    })
    assert.deepEqual([part.status, await part.text()], [206, '1,2\n'])
    const links = await kernel.sql`SELECT 1 FROM links l JOIN dvc_objects o ON o.id::text = l.from_id
      WHERE l.from_kind = 'dvc-object' AND l.relation = 'uses' AND l.to_kind = 'blob' AND l.to_id = o.digest AND o.md5 = ${name}`
    assert.equal(links.length, 1, 'purge learns by a link that the bytes are in use')
    const audit =
      await kernel.sql`SELECT 1 FROM audit_log WHERE action = 'data.push-dvc-object' AND details->>'md5' = ${name}`
    assert.equal(audit.length, 1, 'audited once')
  })

  it('refuses bytes that are not those of the name, and keeps none of them', async () => {
    const response = await send(at(md5('right')), 'wrong')
    assert.equal(response.status, 400)
    assert.match(await response.text(), /do not have the MD5/)
    assert.equal((await ask(at(md5('right')), viewer)).status, 404)
    const digest = createHash('sha256').update('wrong').digest('hex')
    assert.equal((await kernel.sql`SELECT 1 FROM blobs WHERE digest = ${digest}`).length, 0)
  })

  it('takes a directory only when its files are here', async () => {
    const list = listOf('one', 'two')
    const early = await send(`${at(md5(list))}.dir`, list)
    assert.equal(early.status, 409)
    assert.match(await early.text(), /2 of the 2 files/)
    assert.equal((await ask(`${at(md5(list))}.dir`, viewer)).status, 404)
    for (const file of ['one', 'two']) assert.equal((await send(at(md5(file)), file)).status, 201)
    assert.equal((await send(`${at(md5(list))}.dir`, list)).status, 201)
    assert.equal(await (await ask(`${at(md5(list))}.dir`, viewer)).text(), list)
    assert.equal((await ask(at(md5(list)), viewer)).status, 404, 'a list is no file of that name')
    assert.equal((await send(`${at('d751713988987e9331980363e24189ce')}.dir`, '[]')).status, 201, 'an empty one')
    for (const text of ['no list', '{}', '[1]', '[{"md5":"x","relpath":"a"}]', `[{"md5":"${md5('one')}"}]`])
      assert.equal((await send(`${at(md5(text))}.dir`, text)).status, 400, text)
  })

  it('serves the layout of DVC 2, whose names are of text with Unix line ends', async () => {
    const windows = 'a,b\r\n1,2\r\n'
    assert.equal((await send(old(md5('a,b\n1,2\n')), windows)).status, 201)
    assert.equal(await (await ask(old(md5('a,b\n1,2\n')), viewer)).text(), windows)
    assert.equal((await send(at(md5('x\ny\n')), 'x\r\ny\r\n')).status, 400, 'DVC 3 converts nothing')
    const list = listOf('only new')
    assert.equal((await send(at(md5('only new')), 'only new')).status, 201)
    assert.equal((await send(`${old(md5(list))}.dir`, list)).status, 409, 'the layouts do not vouch for each other')
  })

  it('lets in who may, and says nothing of other projects', async () => {
    const name = md5('somebody’s')
    assert.equal((await ask(at(name), undefined)).status, 401)
    assert.equal((await send(at(name), 'somebody’s', 'flx_wrong')).status, 401)
    assert.equal((await send(at(name), 'somebody’s', viewer)).status, 403)
    assert.equal((await send(at(name), 'somebody’s', stranger)).status, 404)
    const theirs = at(name).replace('/mine/', '/theirs/')
    assert.equal((await send(theirs, 'somebody’s', stranger)).status, 201)
    const [known, unknown] = await Promise.all([ask(at(name), engineer), ask(at(md5('nobody’s')), engineer)])
    assert.deepEqual(
      [known.status, (await known.text()).replaceAll(name, 'N')],
      [unknown.status, (await unknown.text()).replaceAll(md5('nobody’s'), 'N')],
    )
    // Having the digest is not having the bytes.
    assert.equal(
      (await kernel.sql`SELECT 1 FROM dvc_objects WHERE project_id = ${mine.projectId} AND md5 = ${name}`).length,
      0,
    )
  })

  it('knows no other names', async () => {
    for (const path of [
      '/dvc/mine/files/md5/zz/00',
      `/dvc/mine/files/md5/AA/${'0'.repeat(30)}`,
      `/dvc/mine/files/md5/aa/${'0'.repeat(30)}.txt`,
      '/dvc/mine/files',
      `/dvc/mine/files/sha256/aa/${'0'.repeat(30)}`,
    ])
      assert.equal((await ask(path, viewer)).status, 404, path)
    assert.equal((await ask(at(md5('x')), engineer, { method: 'DELETE' })).status, 400)
  })

  it('many readers may leave after the first bytes', async () => {
    const text = 'x'.repeat(3_000_000)
    assert.equal((await send(at(md5(text)), text)).status, 201)
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const stop = new AbortController()
        const response = await fetch(`${web.origin}${at(md5(text))}`, {
          signal: stop.signal,
          headers: { authorization: `Bearer ${viewer}` },
        })
        assert.equal(response.status, 200)
        stop.abort()
      }),
    )
    assert.equal((await (await ask(at(md5(text)), viewer)).text()).length, text.length)
  })
})

const client = spawnSync('dvc', ['--version'], { env: { ...process.env, DVC_NO_ANALYTICS: '1' } }).status === 0
describe('the DVC client', { skip: client ? false : 'dvc is not installed here; the routes are tested above' }, () => {
  it('pushes to this server and pulls the same files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fleximl-dvc-'))
    const run = promisify(execFile)
    const env = { ...process.env, HOME: folder, DVC_NO_ANALYTICS: '1', XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder }
    const dvc = async (...args: string[]) => {
      const { stdout, stderr } = await run('dvc', args, { cwd: join(folder, 'w'), env })
      return stdout + stderr
    }
    try {
      const work = join(folder, 'w')
      await mkdir(join(work, 'dir', 'sub'), { recursive: true })
      await writeFile(join(work, 'data.csv'), 'a,b\r\n1,2\r\n')
      await writeFile(join(work, 'dir', 'ä.txt'), 'one')
      await writeFile(join(work, 'dir', 'sub', 'b.txt'), 'two')
      await dvc('init', '-q', '--no-scm')
      await dvc('add', '-q', 'data.csv', 'dir')
      await dvc('remote', 'add', '-d', 'r', `${web.origin}/dvc/mine`)
      await dvc('remote', 'modify', 'r', 'method', 'PUT')
      await dvc('remote', 'modify', 'r', 'auth', 'custom')
      await dvc('remote', 'modify', 'r', 'custom_auth_header', 'Authorization')
      await dvc('remote', 'modify', '--local', 'r', 'password', `Bearer ${engineer}`)
      await dvc('push', '-q')
      await rm(join(work, '.dvc', 'cache'), { recursive: true })
      await rm(join(work, 'dir'), { recursive: true })
      await rm(join(work, 'data.csv'))
      await dvc('remote', 'modify', 'r', 'auth', 'basic')
      await dvc('remote', 'modify', 'r', 'user', 'anyone')
      await dvc('remote', 'modify', '--local', 'r', 'password', viewer)
      await dvc('pull', '-q')
      assert.equal(await readFile(join(work, 'data.csv'), 'utf8'), 'a,b\r\n1,2\r\n')
      assert.equal(await readFile(join(work, 'dir', 'ä.txt'), 'utf8'), 'one')
      assert.equal(await readFile(join(work, 'dir', 'sub', 'b.txt'), 'utf8'), 'two')
      assert.match(await dvc('push'), /up to date/)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
