import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import postgres from 'postgres'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import { isOutgoingRefusal, type OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { SettingsOf } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { databaseAdapter } from './database-adapter.ts'

const local: OutgoingPolicy = { privateNetworks: ['127.0.0.0/8'], resolve: async () => ['127.0.0.1'] }
const PASSWORD = 'p4ss-of-the-reader'

describe('a PostgreSQL database as a source', () => {
  let database: TestDatabase
  let sql: postgres.Sql
  let folder: string
  let settings: SettingsOf<'database'>
  const lines: string[] = []
  before(async () => {
    database = await testDatabase()
    sql = postgres(database.url, { max: 2, onnotice: () => undefined })
    folder = await mkdtemp(join(tmpdir(), 'fleximl-source-'))
    const url = new URL(database.url)
    await sql.unsafe(`
      CREATE SCHEMA shop;
      CREATE TABLE shop.orders (id int8, note text, paid boolean, price numeric(40, 20), at timestamptz, day date, raw bytea, more jsonb, f float8);
      INSERT INTO shop.orders VALUES
        (9223372036854775807, 'a "quoted", line' || chr(10) || 'é', true, 0.12345678901234567890, '2024-02-29 12:00:00.5+02', '2024-02-29', '\\xdeadbeef', '{"a":[1,null]}', 0.1),
        (1, '', false, 12345678901234567890, '1999-12-31 23:59:59Z', '1999-12-31', '', '[]', 1e300),
        (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);`)
    settings = {
      kind: 'database',
      engine: 'postgres',
      host: 'db.example.org',
      port: Number(url.port),
      database: url.pathname.slice(1),
      user: decodeURIComponent(url.username),
      tls: 'off',
      query: 'SELECT * FROM shop.orders',
    }
    password = decodeURIComponent(url.password)
  })
  let password = ''
  after(async () => {
    await sql?.end({ timeout: 2 })
    await database?.close()
    await rm(folder, { recursive: true, force: true })
  })
  const fetch = (
    query: string,
    more: Partial<typeof settings> = {},
    signal = new AbortController().signal,
    maxBytes = 1e9,
  ) =>
    databaseAdapter.fetch(
      { ...settings, ...more, query },
      { password },
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
    assert.ok(!password || !`${error.message} ${error.hint}`.includes(password), error.message)
    return error
  }

  it('brings every value exactly, and no value apart from the empty text', async () => {
    const fetched = await fetch('SELECT * FROM shop.orders -- all of it\n;')
    const text = await readFile(fetched.files[0]!.path, 'utf8')
    assert.equal(
      text,
      `id,note,paid,price,at,day,raw,more,f
9223372036854775807,"a ""quoted"", line
é",true,0.12345678901234567890,2024-02-29 10:00:00.5+00,2024-02-29,\\xdeadbeef,"{""a"": [1, null]}",0.1
1,"",false,12345678901234567890.00000000000000000000,1999-12-31 23:59:59+00,1999-12-31,\\x,[],1e+300
2,,,,,,,,
`,
    )
    assert.equal(fetched.digest, createHash('sha256').update(text).digest('hex'))
    assert.equal((await fetch('SELECT * FROM shop.orders')).digest, fetched.digest)
    assert.deepEqual(
      (fetched.origin.columns as { type: string }[]).map(c => c.type),
      [
        'bigint',
        'text',
        'boolean',
        'numeric',
        'timestamp with time zone',
        'date',
        'bytea',
        'jsonb',
        'double precision',
      ],
    )
    assert.match(fetched.words, /^SELECT \* FROM shop\.orders.* on db\.example\.org$/)
    assert.ok(!JSON.stringify(fetched).includes(PASSWORD) && !('password' in fetched.origin))
  })

  it('DuckDB reads the file as it was', async () => {
    const { files } = await fetch(
      "SELECT n, CASE WHEN n % 3 = 0 THEN NULL WHEN n % 3 = 1 THEN '' ELSE 'x' END AS t, n % 2 = 0 AS b FROM generate_series(1, 20000) n",
    )
    const [row] = await withDuckDb({ files: [files[0]!.path] }, async db =>
      (
        await db.runAndReadAll(
          `SELECT count(*)::INT AS rows, sum(n)::INT AS sum, count_if(t IS NULL)::INT AS nulls, count_if(t = '')::INT AS empties, any_value(typeof(b)) AS b
           FROM read_csv('${files[0]!.path}', header = true, allow_quoted_nulls = false)`,
        )
      ).getRowObjectsJson(),
    )
    assert.deepEqual(row, { rows: 20_000, sum: 200_010_000, nulls: 6666, empties: 6667, b: 'BOOLEAN' })
  })

  it('a column of no values alone keeps its rows', async () => {
    const { files } = await fetch('SELECT NULLIF(n, 2) AS n FROM generate_series(1, 3) n')
    assert.equal(await readFile(files[0]!.path, 'utf8'), 'n\n1\n\n3\n')
  })

  it('the order of the query is the order of the file', async () => {
    const { files } = await fetch('SELECT n FROM generate_series(1, 5) n ORDER BY n % 3, n DESC')
    assert.equal((await readFile(files[0]!.path, 'utf8')).split('\n').join(' '), 'n 3 4 1 5 2 ')
  })

  for (const [query, words] of [
    ['INSERT INTO shop.orders (id) VALUES (4)', /starts with INSERT/],
    ["COPY shop.orders TO PROGRAM 'true'", /starts with COPY/],
    ['SELECT 1; DELETE FROM shop.orders', /more than one statement/],
    ['WITH gone AS (DELETE FROM shop.orders RETURNING id) SELECT * FROM gone', /is not read-only/],
    ["SELECT nextval('shop.counter'), set_config('transaction_read_only', 'off', true)", /table that does not exist/],
    ["SELECT 1) TO PROGRAM 'true' --", /refused the query \(line 1, character 9\)/],
    ['SELECT 1 INTO shop.made', /writes with INTO/],
    [
      'SELECT id FROM shop.nothing',
      /table that does not exist: relation "shop.nothing" does not exist \(line 1, character 16\)/,
    ],
    [
      'SELECT id,\n  nothing FROM shop.orders',
      /refused the query \(line 2, character 3\): column "nothing" does not exist/,
    ],
    ['SELECT $1::int', /places for values/],
    ['SELECT 1 AS a, 2 AS "A"', /column “A” more than once/],
    ['SELECT 1/(n - 500) AS n FROM generate_series(1, 1000) n', /division by zero/],
  ] as [string, RegExp][])
    it(`${query.replace(/\s+/g, ' ')}: refused in words`, async () => {
      assert.match((await failure(fetch(query))).message, words)
      const [row] = await sql`SELECT count(*)::int AS n, to_regclass('shop.made') AS made FROM shop.orders`
      assert.deepEqual({ ...row }, { n: 3, made: null })
    })

  it('a query that is stopped ends at the server too', async () => {
    const stop = new AbortController()
    const work = failure(fetch('SELECT pg_sleep(600) AS a_long_sleep', {}, stop.signal))
    const running = () =>
      sql`SELECT 1 FROM pg_stat_activity WHERE query LIKE '%a_long_sleep%' AND state = 'active' AND pid <> pg_backend_pid()`
    while ((await running()).length === 0) await new Promise(r => setTimeout(r, 20))
    stop.abort(new AppError('cancelled', 'Stopped.'))
    assert.equal((await work).code, 'cancelled')
    while ((await running()).length > 0) await new Promise(r => setTimeout(r, 20))
  })

  it('a query that delivers is stopped midway', async () => {
    const stop = new AbortController()
    const work = failure(fetch('SELECT generate_series(1, 100000000) AS n, repeat($$x$$, 200) AS x', {}, stop.signal))
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
    const error = await failure(fetch('SELECT n FROM generate_series(1, 1000000) n', {}, undefined, 100_000))
    assert.equal(error.code, 'too_large')
  })

  it('test says who answers, and failures say what is wrong', async () => {
    const signal = new AbortController().signal
    assert.match(
      await databaseAdapter.test({ ...settings, query: '' }, { password }, local, signal),
      /^PostgreSQL \d+\.\d+ answers as \w+ on test_/,
    )
    await sql.unsafe(`CREATE ROLE reader_${settings.port} LOGIN PASSWORD '${PASSWORD}'`)
    const say = async (more: Partial<typeof settings>, secret = password, policy = local) =>
      (await failure(databaseAdapter.test({ ...settings, ...more }, { password: secret }, policy, signal))).message
    assert.match(await say({ user: `reader_${settings.port}` }, 'wrong-password'), /refused the password of reader_/)
    assert.match(await say({ database: 'nothing' }), /no database “nothing”/)
    assert.match(await say({ tls: 'verify' }), /does not support TLS|closed the connection/)
    const unknown = { ...local, resolve: () => Promise.reject(new Error('ENOTFOUND')) }
    assert.match(await say({}, password, unknown), /name db\.example\.org cannot be resolved/)
    const strict = { ...local, privateNetworks: [] }
    assert.ok(isOutgoingRefusal(await failure(databaseAdapter.test(settings, { password }, strict, signal))))
  })

  it('a server that closes every connection does not keep it waiting', async () => {
    let opened = 0
    const server = createServer(socket => {
      opened++
      socket.end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const port = (server.address() as { port: number }).port
    assert.match((await failure(fetch('SELECT 1', { port }))).message, /closed the connection/)
    assert.ok(opened <= 3, String(opened))
    server.close()
  })
})
