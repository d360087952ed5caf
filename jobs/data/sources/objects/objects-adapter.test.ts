import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { isOutgoingRefusal, type OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { Secrets } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ObjectsSettings } from './object-store.ts'
import { objectsAdapter } from './objects-adapter.ts'
import { STORES, type TestStore } from './testing.ts'

const local: OutgoingPolicy = { privateNetworks: ['127.0.0.0/8'], resolve: async () => ['127.0.0.1'] }
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const rows = (from: number, count: number) =>
  `n,t\n${Array.from({ length: count }, (_, i) => `${from + i},row ${from + i}\n`).join('')}`

for (const { name, skip, start } of STORES)
  describe(`${name} as a source`, { skip }, () => {
    let store: TestStore
    let folder: string
    let lines: string[] = []
    let shares: number[] = []
    before(async () => {
      store = await start()
      await store.put('sales/b & c + é.csv', rows(100, 3))
      await store.put('sales/a.csv', rows(0, 50_000))
      await store.put('sales/deep/er/a.csv', rows(200, 2))
      await store.put('sales/_SUCCESS', 'x')
      await store.put('mixed/a.csv', rows(0, 1))
      await store.put('mixed/a.ndjson', '{"n":1}\n')
      await store.put('other/a.bin', 'x')
    })
    after(() => store?.stop())
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fleximl-objects-'))
      lines = []
      shares = []
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))
    const fetch = (
      reading: Partial<ObjectsSettings>,
      { secrets = store.secrets, signal = new AbortController().signal, maxBytes = 1e9, policy = local } = {} as {
        secrets?: Secrets
        signal?: AbortSignal
        maxBytes?: number
        policy?: OutgoingPolicy
      },
    ) =>
      objectsAdapter.fetch({ ...store.settings, ...reading }, secrets, {
        folder,
        policy,
        signal,
        progress: done => shares.push(done),
        line: (_, text) => lines.push(text),
        limits: { maxBytes, maxPages: 1 },
      })
    const failure = async (work: Promise<unknown>): Promise<AppError> => {
      const error = await work.then(
        () => assert.fail('it was let through'),
        e => e,
      )
      assert.ok(error instanceof AppError, String(error?.stack ?? error))
      for (const secret of Object.values(store.secrets))
        assert.ok(!`${error.message} ${error.hint}`.includes(secret), error.message)
      return error
    }

    it('reads everything below a prefix, sorted by key, with a digest over the contents', async () => {
      const fetched = await fetch({ prefix: 'sales/' })
      const contents = [rows(0, 50_000), rows(100, 3), rows(200, 2)]
      assert.deepEqual(
        fetched.files.map(f => f.name),
        ['a.csv', 'b & c + é.csv', 'a.csv'],
      )
      assert.deepEqual(await Promise.all(fetched.files.map(f => readFile(f.path, 'utf8'))), contents)
      assert.equal(fetched.digest, hash(contents.map(hash).join('\n')))
      assert.deepEqual(
        (fetched.origin.objects as { key: string; sha256: string }[]).map(o => [o.key, o.sha256]),
        ['sales/a.csv', 'sales/b & c + é.csv', 'sales/deep/er/a.csv'].map((key, i) => [key, hash(contents[i]!)]),
      )
      assert.match(fetched.words, /^3 CSV files of \w+:\/\/\S*test-bucket\/sales\/$/)
      assert.equal(shares.at(-1), 1)
      for (const secret of Object.values(store.secrets))
        assert.ok(!(JSON.stringify(fetched) + lines.join()).includes(secret))
    })

    it('a pattern picks files; one file alone has the digest of its bytes', async () => {
      const fetched = await fetch({ prefix: 'sales/', pattern: 'b*.csv' })
      assert.equal(fetched.files.length, 1)
      assert.equal(fetched.digest, hash(rows(100, 3)))
      assert.equal((await fetch({ prefix: 'sales/', pattern: 'deep/**/*.csv' })).digest, hash(rows(200, 2)))
    })

    it('what is not one dataset is refused in words', async () => {
      assert.match((await failure(fetch({ prefix: 'mixed/' }))).message, /1 CSV file and 1 JSON file; one dataset/)
      assert.match((await failure(fetch({ prefix: 'nothing/' }))).message, /There is nothing below .*nothing\//)
      const error = await failure(fetch({ prefix: 'sales/', pattern: '*.parquet' }))
      assert.match(`${error.message} ${error.hint}`, /is named as \*\.parquet.* There is sales\//)
      assert.match((await failure(fetch({ prefix: 'other/' }))).hint ?? '', /There is other\/a\.bin/)
      assert.equal((await failure(fetch({ prefix: 'sales/' }, { maxBytes: 1000 }))).code, 'too_large')
      assert.deepEqual(await readdir(folder), [])
    })

    it('test says what is there; wrong keys and a missing bucket say so', async () => {
      const test = (more: Partial<ObjectsSettings> = {}, secrets = store.secrets, policy = local) =>
        objectsAdapter.test({ ...store.settings, ...more }, secrets, policy, new AbortController().signal)
      assert.match(await test({ prefix: 'sales/' }), /answers: 4 objects below \w+:\/\/\S*\/sales\/, as sales\//)
      assert.match(await test({ prefix: 'none/' }), /answers; there is nothing below/)
      assert.match((await failure(test({ bucket: 'no-such-bucket' }))).message, /does not exist|does not allow/)
      const wrong = Object.fromEntries(
        Object.entries(store.secrets).map(([k, v]) => [
          k,
          k.endsWith('Id') ? v : Buffer.from('wrong').toString('base64'),
        ]),
      )
      if (Object.keys(wrong).length > 0) assert.match((await failure(test({}, wrong))).message, /does not (let|allow)/)
      assert.ok(isOutgoingRefusal(await failure(test({}, store.secrets, { ...local, privateNetworks: [] }))))
    })

    it('a stopped reading stops', async () => {
      const stop = new AbortController()
      stop.abort(new AppError('cancelled', 'Stopped.'))
      assert.equal((await failure(fetch({ prefix: 'sales/' }, { signal: stop.signal }))).code, 'cancelled')
    })
  })
