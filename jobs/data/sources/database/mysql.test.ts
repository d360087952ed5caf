import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isOutgoingRefusal, type OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { SettingsOf } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { databaseAdapter } from './database-adapter.ts'
import { findMariaDb, startMariaDb, type TestCertificate, type TestMariaDb, testCertificate } from './testing.ts'

const binary = findMariaDb()
const local: OutgoingPolicy = { privateNetworks: ['127.0.0.0/8'], resolve: async () => ['127.0.0.1'] }
const PASSWORD = 'p4ss-of-the-reader'
const SETUP = `
SET NAMES utf8mb4;
CREATE DATABASE shop CHARACTER SET utf8mb4;
CREATE TABLE shop.orders (id BIGINT UNSIGNED, note TEXT, paid BOOLEAN, price DECIMAL(40, 20), at TIMESTAMP(3) NULL, made DATETIME, day DATE,
  raw VARBINARY(10), more JSON, bits BIT(12), f DOUBLE, kind ENUM('a', 'b'), spent TIME);
SET sql_mode = '', time_zone = '+00:00';
INSERT INTO shop.orders VALUES
 (18446744073709551615, 'a "quoted", line\\né😀', TRUE, 0.12345678901234567890, '2024-02-29 10:00:00.5', '2024-02-29 10:00:00', '2024-02-29', x'deadbeef', '{"a": [1, null]}', b'101', 0.1, 'b', '-12:00:01'),
 (1, '', FALSE, 12345678901234567890, '1999-12-31 23:59:59', '0000-00-00 00:00:00', '0000-00-00', '', '[]', 0, 1e300, 'a', '25:00:00'),
 (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE shop.secrets (id INT);
CREATE USER reader@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';
GRANT SELECT ON shop.orders TO reader@'127.0.0.1';
CREATE USER writer@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';
GRANT ALL ON *.* TO writer@'127.0.0.1';
FLUSH PRIVILEGES;`

describe('a MariaDB database as a source', {
  skip: binary ? false : 'no mariadbd is on the PATH or named by FLEXIML_TEST_MARIADBD (.ci/clients.sh brings one)',
}, () => {
  let server: TestMariaDb
  let certificate: TestCertificate | undefined
  let folder: string
  let settings: SettingsOf<'database'>
  let lines: string[] = []
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fleximl-source-'))
    certificate = testCertificate(folder, 'db.example.org')
    server = await startMariaDb(
      binary!,
      SETUP,
      certificate ? [`--ssl-cert=${certificate.cert}`, `--ssl-key=${certificate.key}`] : [],
    )
    settings = {
      kind: 'database',
      engine: 'mysql',
      host: 'db.example.org',
      port: server.port,
      database: 'shop',
      user: 'reader',
      tls: 'off',
      query: '',
    }
  })
  after(async () => {
    await server?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })
  const fetch = (
    query: string,
    more: Partial<typeof settings> = {},
    signal = new AbortController().signal,
    maxBytes = 1e9,
  ) =>
    databaseAdapter.fetch(
      { ...settings, ...more, query },
      { password: PASSWORD },
      {
        folder,
        policy: local,
        signal,
        progress: () => undefined,
        line: (_, text) => lines.push(text),
        limits: { maxBytes, maxPages: 1 },
      },
    )
  const failure = async (work: Promise<unknown>): Promise<AppError> => {
    const error = await work.then(
      () => assert.fail('it was let through'),
      e => e,
    )
    assert.ok(error instanceof AppError, String(error?.stack ?? error))
    assert.ok(!`${error.message} ${error.hint}`.includes(PASSWORD), error.message)
    return error
  }
  const column = async (query: string) =>
    (await readFile((await fetch(query, { user: 'writer' })).files[0]!.path, 'utf8')).trim().split('\n').slice(1)

  it('brings every value exactly, and no value apart from the empty text', async () => {
    lines = []
    const fetched = await fetch('SELECT * FROM orders # all of it\n;')
    const text = await readFile(fetched.files[0]!.path, 'utf8')
    assert.equal(
      text,
      `id,note,paid,price,at,made,day,raw,more,bits,f,kind,spent
18446744073709551615,"a ""quoted"", line
é😀",1,0.12345678901234567890,2024-02-29 10:00:00.500+00,2024-02-29 10:00:00,2024-02-29,\\xdeadbeef,"{""a"": [1, null]}",5,0.1,b,-12:00:01
1,"",0,12345678901234567890.00000000000000000000,1999-12-31 23:59:59.000+00,,,\\x,[],0,1e300,a,25:00:00
2,,,,,,,,,,,,
`,
    )
    assert.equal(fetched.digest, createHash('sha256').update(text).digest('hex'))
    assert.match(lines.join('\n'), /made: 1 dates of all zeros/)
    assert.match(lines.join('\n'), /^MariaDB \d+\.\d+\.\d+ delivered 3 rows of 13 columns/m)
    assert.match(fetched.words, /from shop on db\.example\.org$/)
    assert.ok(!JSON.stringify(fetched).includes(PASSWORD))
  })

  it('many rows come whole and in the order of the query', async () => {
    const { files } = await fetch('SELECT seq AS n, REPEAT("x", 50) AS x FROM seq_1_to_50000 ORDER BY seq DESC', {
      user: 'writer',
    })
    const rows = (await readFile(files[0]!.path, 'utf8')).trim().split('\n')
    assert.equal(rows.length, 50_001)
    assert.deepEqual([rows[1]!.slice(0, 6), rows.at(-1)!.slice(0, 3)], ['50000,', '1,x'])
  })

  for (const [query, words] of [
    ['INSERT INTO orders (id) VALUES (4)', /starts with INSERT/],
    ['SELECT 1; DELETE FROM orders', /more than one statement/],
    ["SELECT id INTO OUTFILE '/tmp/dbadapters-must-not-exist' FROM orders", /writes with INTO/],
    ["SELECT id /*!50000 INTO OUTFILE '/tmp/dbadapters-must-not-exist' */ FROM orders", /comment that is run/],
    ['SELECT id FROM nothing', /table that does not exist|may not read/],
    ['SELECT nothing FROM orders', /refused the query: Unknown column 'nothing'|may not read/],
    ['SELECT id FROM orders WHERE', /refused the query: You have an error in your SQL syntax.* at line 1/],
    ['SELECT * FROM secrets', /reader may not read this/],
    ['SELECT 1 AS a, 2 AS A', /column “A” more than once/],
  ] as [string, RegExp][])
    it(`${query}: refused in words`, async () => assert.match((await failure(fetch(query))).message, words))

  it('an account that may write everything still only reads', async () => {
    for (const query of ['WITH a AS (SELECT 1 AS n) SELECT n FROM a FOR UPDATE'])
      assert.equal((await fetch(query, { user: 'writer' })).files.length, 1)
    assert.match(
      (await failure(fetch('SELECT nextval(s) AS n FROM shop.orders', { user: 'writer' }))).message,
      /not read-only|refused|not there/,
    )
    assert.match(
      (await failure(fetch('SELECT id FROM nothing', { user: 'writer' }))).message,
      /table that does not exist: .*shop\.nothing/,
    )
  })

  it('a query that is stopped ends at the server too', async () => {
    const stop = new AbortController()
    const work = failure(fetch('SELECT SLEEP(600) AS a_long_sleep', {}, stop.signal))
    const running = async () =>
      (
        await column(
          "SELECT info FROM information_schema.processlist WHERE user = 'reader' AND info LIKE '%a_long_sleep%'",
        )
      ).length
    while ((await running()) === 0) await new Promise(r => setTimeout(r, 20))
    stop.abort(new AppError('cancelled', 'Stopped.'))
    assert.equal((await work).code, 'cancelled')
    while ((await running()) > 0) await new Promise(r => setTimeout(r, 20))
  })

  it('a query that delivers is stopped midway', async () => {
    const stop = new AbortController()
    const work = failure(
      fetch('SELECT seq, REPEAT("x", 200) AS x FROM seq_1_to_100000000', { user: 'writer' }, stop.signal),
    )
    const written = () =>
      stat(join(folder, 'query.csv')).then(
        s => s.size,
        () => 0,
      )
    while ((await written()) < 1e6) await new Promise(r => setTimeout(r, 20))
    stop.abort(new AppError('cancelled', 'Stopped.'))
    assert.equal((await work).code, 'cancelled')
  })

  it('more bytes than allowed end it', async () => {
    const error = await failure(fetch('SELECT seq FROM seq_1_to_1000000', { user: 'writer' }, undefined, 100_000))
    assert.equal(error.code, 'too_large')
  })

  it('test says who answers, and failures say what is wrong', async () => {
    const signal = new AbortController().signal
    const secrets = { password: PASSWORD }
    assert.match(
      await databaseAdapter.test(settings, secrets, local, signal),
      /^MariaDB \d+\.\d+\.\d+ answers as reader on shop\.$/,
    )
    const say = async (more: Partial<typeof settings>, password = PASSWORD, policy = local) =>
      (await failure(databaseAdapter.test({ ...settings, ...more }, { password }, policy, signal))).message
    assert.match(await say({}, 'wrong-password'), /refused the password of reader/)
    assert.match(await say({ database: 'nothing' }), /may not use the database “nothing”|no database “nothing”/)
    assert.match(await say({ tls: 'verify' }), /does not support TLS|trusted/)
    const free = createServer()
    await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve))
    const port = (free.address() as { port: number }).port
    await new Promise(resolve => free.close(resolve))
    assert.match(await say({ port }), /nothing listens there/)
    assert.ok(
      isOutgoingRefusal(
        await failure(databaseAdapter.test(settings, secrets, { ...local, privateNetworks: [] }, signal)),
      ),
    )
  })

  it('a checked certificate must be of a known authority and for the host’s name', async t => {
    if (!certificate) return t.skip('there is no program openssl to make certificates with')
    const ca = await readFile(certificate.ca, 'utf8')
    const test = (more: Partial<typeof settings>, secrets: Record<string, string> = {}) =>
      databaseAdapter.test(
        { ...settings, ...more },
        { password: PASSWORD, ...secrets },
        local,
        new AbortController().signal,
      )
    assert.match(await test({ tls: 'verify' }, { ca }), /^MariaDB .* answers/)
    assert.match(await test({ tls: 'encrypt' }), /^MariaDB .* answers/)
    assert.match((await failure(test({ tls: 'verify' }))).message, /is not trusted: unable to verify/)
    const other = await failure(test({ tls: 'verify', host: 'other.example.org' }, { ca }))
    assert.match(other.message, /is not trusted: .*does not match/)
  })

  it('a server that closes every connection does not keep it waiting', async () => {
    const closing = createServer(socket => socket.end())
    await new Promise<void>(resolve => closing.listen(0, '127.0.0.1', resolve))
    const port = (closing.address() as { port: number }).port
    assert.match((await failure(fetch('SELECT 1', { port }))).message, /closed the connection/)
    closing.close()
  })
})
