import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { testToken } from '#server/access/testing.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { testWeb } from '#server/api/testing.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'

let kernel: TestKernel
let web: { origin: string; close(): Promise<void> }
let mine: ProjectScope
let theirs: ProjectScope
let engineer: string
let viewer: string
let stranger: string

before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  web = await testWeb(kernel)
  mine = await kernel.project('mine')
  theirs = await kernel.project('theirs')
  engineer = (await testToken(kernel, mine, { role: 'engineer' })).token
  viewer = (await testToken(kernel, mine, { role: 'viewer' })).token
  stranger = (await testToken(kernel, theirs, { role: 'owner' })).token
})
after(async () => {
  await web.close()
  await kernel.close()
})

const basic = (token: string) => `Basic ${Buffer.from(`anyone:${token}`).toString('base64')}`
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const object = (text: string) => {
  const bytes = new TextEncoder().encode(text)
  return { bytes, oid: sha256(bytes), size: bytes.length }
}
const repository = '/lfs/mine/bikes.git/info/lfs'

const ask = (path: string, token: string | undefined, init: RequestInit = {}) =>
  fetch(path.startsWith('http') ? path : `${web.origin}${path}`, {
    ...init,
    headers: { ...(token ? { authorization: basic(token) } : {}), ...(init.headers as Record<string, string>) },
  })
async function batch(operation: string, objects: unknown, token = engineer, path = repository, extra: object = {}) {
  const response = await ask(`${path}/objects/batch`, token, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.git-lfs+json; charset=utf-8' },
    body: JSON.stringify({ operation, transfers: ['lfs-standalone-file', 'basic'], objects, ...extra }),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
const put = (oid: string, bytes: Uint8Array | string, token = engineer, path = '/lfs/mine/bikes') =>
  ask(`${path}/objects/${oid}`, token, { method: 'PUT', body: bytes as BodyInit })
const owned = async (scope: ProjectScope, digest: string) =>
  (await kernel.sql`SELECT 1 FROM blob_owners WHERE project_id = ${scope.projectId} AND digest = ${digest}`).length

describe('Git LFS over HTTP', () => {
  it('without a token it says how to sign in, and in the words of the protocol', async () => {
    const response = await ask(`${repository}/objects/batch`, undefined, { method: 'POST', body: '{}' })
    assert.equal(response.status, 401)
    assert.match(response.headers.get('lfs-authenticate') ?? '', /^Basic realm=/)
    assert.match(response.headers.get('www-authenticate') ?? '', /^Basic realm=/)
    assert.equal(response.headers.get('content-type'), 'application/vnd.git-lfs+json')
    assert.match(((await response.json()) as { message: string }).message, /API token as the password/)
    assert.equal((await batch('download', [object('x')], 'flx_wrong')).status, 401)
  })

  it('an object is pushed, verified, and pulled whole and in part', async () => {
    const { oid, size, bytes } = object('day,rentals\n1,2\n')
    const planned = await batch('upload', [{ oid, size }])
    assert.equal(planned.status, 200)
    assert.equal(planned.headers.get('content-type'), 'application/vnd.git-lfs+json')
    const [asked] = planned.body.objects
    assert.equal(asked.authenticated, true)
    const { upload, verify } = asked.actions
    assert.equal(upload.header.Authorization, basic(engineer))
    const sent = await fetch(upload.href, { method: 'PUT', body: bytes, headers: upload.header })
    assert.equal(sent.status, 200)
    const seen = await fetch(verify.href, {
      method: 'POST',
      headers: verify.header,
      body: JSON.stringify({ oid, size }),
    })
    assert.equal(seen.status, 200)
    // The second time there is nothing to send.
    assert.equal((await batch('upload', [{ oid, size }])).body.objects[0].actions, undefined)
    const { href, header } = (await batch('download', [{ oid, size }], viewer)).body.objects[0].actions.download
    const whole = await fetch(href, { headers: header })
    assert.equal(await whole.text(), 'day,rentals\n1,2\n')
    const part = await fetch(href, { headers: { ...header, range: `bytes=4-${size - 1}` } })
    assert.deepEqual(
      [part.status, part.headers.get('content-range'), await part.text()],
      [206, `bytes 4-${size - 1}/${size}`, 'rentals\n1,2\n'],
    )
    assert.equal((await fetch(href, { headers: { ...header, range: 'bytes=900-' } })).status, 416)
    const head = await ask(`/lfs/mine/bikes/objects/${oid}`, viewer, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(size)])
    const links = await kernel.sql`SELECT 1 FROM links WHERE project_id = ${mine.projectId}
      AND from_kind = 'lfs-object' AND relation = 'uses' AND to_kind = 'blob' AND to_id = ${oid}`
    assert.equal(links.length, 1, 'purge learns by a link that the bytes are in use')
    const audit =
      await kernel.sql`SELECT 1 FROM audit_log WHERE action = 'data.push-lfs-object' AND details->>'digest' = ${oid}`
    assert.equal(audit.length, 1)
  })

  it('answers at each address that clients make', async () => {
    const { oid, size, bytes } = object('addresses')
    assert.equal((await put(oid, bytes, engineer, '/lfs/mine/bikes.git/info/lfs')).status, 200)
    for (const path of ['/lfs/mine/bikes', '/lfs/mine/bikes.git', '/lfs/mine/bikes/info/lfs', repository]) {
      const { body } = await batch('download', [{ oid, size }], viewer, path)
      assert.equal(
        (await fetch(body.objects[0].actions.download.href, { headers: { authorization: basic(viewer) } })).status,
        200,
      )
    }
    const bearer = await ask(`/lfs/mine/bikes/objects/${oid}`, undefined, {
      headers: { authorization: `Bearer ${viewer}` },
    })
    assert.equal(bearer.status, 200)
  })

  it('bytes that are not those of their name leave nothing behind', async () => {
    const { oid } = object('the real bytes')
    const response = await put(oid, 'other bytes')
    assert.equal(response.status, 400)
    assert.match(((await response.json()) as { message: string }).message, /announced SHA-256/)
    assert.equal(await owned(mine, oid), 0)
    assert.equal(await owned(mine, object('other bytes').oid), 0)
    assert.equal((await put('zz', 'x')).status, 422)
  })

  it('an upload that breaks off leaves nothing behind', async () => {
    const { oid } = object('cut off in the middle')
    await new Promise<void>(resolve => {
      const req = request(`${web.origin}/lfs/mine/bikes/objects/${oid}`, {
        method: 'PUT',
        headers: { authorization: basic(engineer), 'content-length': 21 },
      })
      req.on('error', () => resolve())
      req.on('close', () => resolve())
      req.write('cut off', () => req.destroy())
    })
    assert.equal((await ask(`/lfs/mine/bikes/objects/${oid}`, viewer)).status, 404)
    assert.equal(await owned(mine, oid), 0)
  })

  it('a viewer pulls and does not push', async () => {
    const { oid, size, bytes } = object('from a viewer')
    const planned = await batch('upload', [{ oid, size }], viewer)
    assert.equal(planned.status, 403)
    assert.match(planned.body.message, /viewer/)
    assert.equal((await put(oid, bytes, viewer)).status, 403)
    const [refused] =
      await kernel.sql`SELECT count(*)::int AS n FROM audit_log WHERE outcome = 'refused' AND action = 'data:write'`
    assert.ok(refused!.n >= 2)
  })

  it('what another project has is as unknown as what nobody has', async () => {
    const secret = object('theirs only')
    const blob = await kernel.blobs.put(secret.bytes)
    await ownBlob(kernel.db, theirs.projectId, blob)
    assert.equal((await put(secret.oid, secret.bytes, stranger, '/lfs/theirs/bikes')).status, 200)
    const nobody = object('nobody has this')
    const answers = async (o: typeof secret) => {
      const down = (await batch('download', [o])).body.objects[0].error
      const up = (await batch('upload', [o])).body.objects[0].actions
      const get = await ask(`/lfs/mine/bikes/objects/${o.oid}`, engineer)
      const verify = await ask('/lfs/mine/bikes/objects/verify', engineer, { method: 'POST', body: JSON.stringify(o) })
      const text = JSON.stringify([down, up, get.status, await get.json(), verify.status, await verify.json()])
      return text.replaceAll(o.oid, 'OID').replaceAll(/"request_id":"[^"]*"/g, '')
    }
    assert.equal(await answers(secret), await answers(nobody))
    assert.equal(await owned(mine, secret.oid), 0, 'nothing was borrowed')
    assert.equal((await batch('download', [secret], stranger)).status, 404, 'nor is the project of others there')
  })

  it('says of each object what is wrong with it', async () => {
    const known = object('known bytes')
    assert.equal((await put(known.oid, known.bytes)).status, 200)
    const codeOf = async (operation: string, o: object, extra = {}) =>
      (await batch(operation, [o], engineer, repository, extra)).body.objects[0].error?.code
    assert.equal(await codeOf('download', object('missing')), 404)
    assert.equal(await codeOf('download', { oid: 'ABC', size: 3 }), 422)
    assert.equal(await codeOf('download', { oid: known.oid, size: known.size + 1 }), 422)
    assert.equal(await codeOf('upload', { oid: known.oid, size: known.size + 1 }), 422)
    assert.equal(await codeOf('upload', { oid: object('n').oid, size: -1 }), 422)
    assert.equal(await codeOf('upload', { oid: object('n').oid, size: 2 ** 50 }), 422)
    assert.equal(await codeOf('download', known, { hash_algo: 'sha512' }), 409)
  })

  it('refuses requests that are none', async () => {
    const post = async (body: string) =>
      (await ask(`${repository}/objects/batch`, engineer, { method: 'POST', body })).status
    assert.equal(await post('no json'), 400)
    assert.equal(await post(`${'['.repeat(200)}${']'.repeat(200)}`), 400)
    assert.equal(await post('{"operation":"steal","objects":[]}'), 422)
    assert.equal(await post(' '.repeat(3 * 2 ** 20)), 413)
    assert.equal((await batch('upload', [object('x')], engineer, repository, { transfers: ['ssh'] })).status, 422)
    assert.equal((await batch('upload', [object('x')], engineer, '/lfs/mine/..%2Fx')).status, 404)
    assert.equal((await batch('upload', [object('x')], engineer, '/lfs/mine/-x')).status, 404)
    const size = await ask(`${repository}/objects/verify`, engineer, {
      method: 'POST',
      body: JSON.stringify({ oid: object('known bytes').oid, size: 1 }),
    })
    assert.equal(size.status, 422)
  })

  it('bytes that are damaged or gone in the store are not taken for whole', async () => {
    const { oid, bytes } = object('kept badly')
    assert.equal((await put(oid, bytes)).status, 200)
    const path = await kernel.blobs.pathOf(oid)
    await writeFile(path, 'kept bbdly')
    await assert.rejects(async () => (await ask(`/lfs/mine/bikes/objects/${oid}`, viewer)).text())
    await rm(path)
    assert.equal((await ask(`/lfs/mine/bikes/objects/${oid}`, viewer)).status, 500)
  })

  it('keeps no locks', async () => {
    const response = await ask(`${repository}/locks/verify`, engineer, { method: 'POST', body: '{}' })
    assert.equal(response.status, 404)
    assert.equal(response.headers.get('content-type'), 'application/vnd.git-lfs+json')
  })

  it('takes bytes the project uploaded before as pushed', async () => {
    const { oid, size, bytes } = object('uploaded before')
    await ownBlob(kernel.db, mine.projectId, await kernel.blobs.put(bytes))
    assert.equal((await batch('upload', [{ oid, size }])).body.objects[0].actions, undefined)
    assert.equal(await (await ask(`/lfs/mine/bikes/objects/${oid}`, viewer)).text(), 'uploaded before')
  })

  it('plans more objects than a client asks for at once', async () => {
    const objects = Array.from({ length: 150 }, (_, i) => object(`object ${i}`))
    const { body } = await batch('upload', objects)
    assert.equal(body.objects.length, 150)
    assert.ok(body.objects.every((o: { actions?: object }) => o.actions))
  })
})

const client = spawnSync('git-lfs', ['version']).status === 0
describe('the Git LFS client', {
  skip: client ? false : 'git-lfs is not installed here; the routes are tested above',
}, () => {
  it('pushes to this server and pulls the same bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fleximl-lfs-'))
    const run = promisify(execFile)
    const at = async (cwd: string, ...args: string[]) =>
      (await run('git', args, { cwd, env: { ...process.env, HOME: folder, GIT_TERMINAL_PROMPT: '0' } })).stdout
    try {
      const work = join(folder, 'w')
      await mkdir(work)
      await at(folder, 'init', '-q', '--bare', 'r.git')
      await at(work, 'init', '-q')
      await at(work, 'config', 'user.email', 'a@example.org')
      await at(work, 'config', 'user.name', 'a')
      await at(work, 'remote', 'add', 'origin', join(folder, 'r.git'))
      await at(work, 'lfs', 'install', '--local')
      await at(work, 'lfs', 'track', '*.bin')
      const { host } = new URL(web.origin)
      await at(work, 'config', 'lfs.url', `http://anyone:${engineer}@${host}/lfs/mine/client`)
      const bytes = randomBytes(1_000_000)
      await writeFile(join(work, 'a.bin'), bytes)
      await writeFile(join(work, 'b.bin'), 'small')
      await at(work, 'add', '.')
      await at(work, 'commit', '-q', '-m', 'x')
      await at(work, 'push', '-q', 'origin', 'HEAD')
      assert.equal(await owned(mine, sha256(bytes)), 1)
      await rm(join(work, '.git/lfs/objects'), { recursive: true })
      await rm(join(work, 'a.bin'))
      await at(work, 'lfs', 'pull')
      await at(work, 'checkout', '-q', '--', 'a.bin')
      assert.equal(sha256(await readFile(join(work, 'a.bin'))), sha256(bytes))
      await at(work, 'lfs', 'push', '--all', 'origin')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
