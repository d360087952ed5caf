import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { QUERY_LIMITS } from '#tables/query/contract.ts'
import type { RunQueryInput } from '#tables/query/run-query.ts'
import { runQueryTask } from './tasks.ts'

let home: string
let path: string
let folder: string
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleximl-query-'))
  path = join(home, 'version.parquet')
  folder = await mkdtemp(join(home, 'work-'))
  await withDuckDb({ folders: [home] }, db =>
    db.run(
      `COPY (SELECT i AS n, 'r' || i AS name, i / 4 AS quarter FROM range(20000) t(i)) TO '${path}' (FORMAT parquet)`,
    ),
  )
})
after(() => rm(home, { recursive: true, force: true }))

const run = (sql: string, more: Partial<RunQueryInput> = {}, signal = new AbortController().signal) =>
  runTask(
    runQueryTask,
    { path, folder, sql, milliseconds: 30_000, ...more },
    { signal, progress: () => undefined, line: () => undefined },
  )
async function rowsOf(sql: string) {
  const made = await run(sql)
  assert.equal(made.kind, 'rows', JSON.stringify(made))
  return made.kind === 'rows' ? made : assert.fail()
}
async function faultOf(sql: string, more: Partial<RunQueryInput> = {}) {
  const made = await run(sql, more)
  assert.equal(made.kind, 'fault', `${sql} was answered`)
  return made.kind === 'fault' ? made.fault : assert.fail()
}

describe('a query over a version', () => {
  it('answers with names, types and cells', async () => {
    const { result, truncated } = await rowsOf(
      "SELECT n, name, n * 1.5 AS half, n > 1 AS big, NULL AS nothing, [n, 2] AS list, {'a': n} AS struct, 'NaN'::DOUBLE AS nan, DATE '2026-01-02' AS day, 9007199254740993 AS huge, chr(0) AS nul FROM data WHERE n = 3; -- the end",
    )
    assert.deepEqual(
      result.columns.map(c => c.name),
      ['n', 'name', 'half', 'big', 'nothing', 'list', 'struct', 'nan', 'day', 'huge', 'nul'],
    )
    assert.equal(result.columns[0]!.type, 'BIGINT')
    assert.deepEqual(result.rows, [
      [3, 'r3', 4.5, true, null, '[3, 2]', "{'a': 3}", 'NaN', '2026-01-02', '9007199254740993', '\uFFFD'],
    ])
    assert.equal(truncated, false)
  })

  for (const sql of [
    'FROM data LIMIT 1',
    'WITH few AS (SELECT * FROM data LIMIT 2) SELECT count(*) FROM few',
    '/* first */ (SELECT 1)',
    'SUMMARIZE data',
    'VALUES (1), (2)',
  ])
    it(`runs ${sql}`, async () => assert.ok((await rowsOf(sql)).result.rows.length > 0))

  it('says that there is more than it keeps', async () => {
    const many = await rowsOf('SELECT n FROM data ORDER BY n DESC')
    assert.deepEqual(
      [many.result.rows.length, many.truncated, many.result.rows[0]],
      [QUERY_LIMITS.rows, true, [19_999]],
    )
    const exactly = await rowsOf(`SELECT n FROM data LIMIT ${QUERY_LIMITS.rows}`)
    assert.deepEqual([exactly.result.rows.length, exactly.truncated], [QUERY_LIMITS.rows, false])
    const large = await rowsOf("SELECT repeat('x', 9000) FROM data")
    assert.equal(large.truncated, true)
    assert.ok(JSON.stringify(large.result).length <= QUERY_LIMITS.bytes)
    const [[cell]] = (await rowsOf("SELECT repeat('x', 50000)")).result.rows as [[string]]
    assert.equal(cell.length, QUERY_LIMITS.cell + 2)
  })

  it('says where a fault is and what would be right', async () => {
    assert.deepEqual(await faultOf('SELECT n,\n  nam FROM data'), {
      message: 'Referenced column "nam" not found in FROM clause!',
      hint: 'There is "name", "n".',
      line: 2,
      column: 3,
    })
    const syntax = await faultOf('SELECT * FORM data')
    assert.deepEqual([syntax.line, syntax.column], [1, 15])
    assert.match((await faultOf('SELECT * FROM other')).hint ?? '', /table data/)
    const long = await faultOf(`SELECT ${'n, '.repeat(200)} missing FROM data`)
    assert.deepEqual([long.line, long.column], [1, 'SELECT '.length + 'n, '.repeat(200).length + 2])
    assert.match((await faultOf("SELECT 'x'::INTEGER FROM data")).hint ?? '', /TRY_CAST/)
  })

  it('is written whole as Parquet when it is to be a version', async () => {
    const target = join(folder, 'answer.parquet')
    const made = await run('SELECT n, quarter FROM data WHERE n < 15000;', { saveTo: target })
    assert.deepEqual([made.kind, made.kind === 'file' && made.rows], ['file', 15_000])
    assert.match((await faultOf('SELECT 1; SELECT 2', { saveTo: target })).message, /2 statements/)
    assert.match((await faultOf('SELECT 1) TO STDOUT; --', { saveTo: target })).message, /syntax error/)
  })

  it('stops when it is cancelled', async () => {
    const stop = new AbortController()
    const ended = run('SELECT count(*) FROM data a, data b, data c', {}, stop.signal)
    stop.abort(new Error('cancelled'))
    await assert.rejects(ended, /cancelled/)
  })
})

describe('a query is no way out', () => {
  for (const sql of [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '/etc/hosts.csv'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
    "SELECT * FROM read_csv('s3://bucket/x.csv')",
    "SELECT * FROM query('COPY data TO ''/tmp/fleximl-stolen.csv''')",
    "SELECT * FROM query_table('/etc/passwd')",
    "SELECT * FROM query('SELECT * FROM enable'||'_logging(storage_path = ''/tmp/fleximl-stolen'')')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM enable_profiling(save_location = '/tmp/fleximl-stolen.json')",
    'SELECT * FROM duckdb_settings()',
    "SELECT current_setting('temp_directory')",
    'SELECT sql FROM duckdb_views()',
    'SELECT sql FROM duckdb_views',
    'SELECT * FROM sqlite_master',
    "SELECT getenv('HOME')",
    "SELECT * FROM postgres_scan('host=127.0.0.1', 'public', 'users')",
    "SELECT * FROM sqlite_scan('/tmp/x.db', 't')",
    "COPY data TO '/tmp/fleximl-stolen.csv'",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "ATTACH '/tmp/x.db'",
    "ATTACH 'host=127.0.0.1' AS p (TYPE postgres)",
    'INSTALL httpfs',
    'LOAD httpfs',
    "SET memory_limit = '100GB'",
    'RESET lock_configuration',
    'PRAGMA enable_profiling',
    'PRAGMA database_size; SELECT 1',
    "EXPORT DATABASE '/tmp/fleximl-stolen'",
    "IMPORT DATABASE '/tmp'",
    'CREATE TABLE t AS SELECT 1',
    'CREATE SECRET (TYPE s3)',
    'INSERT INTO data VALUES (1)',
    'UPDATE data SET n = 1',
    'DROP VIEW data',
    'CALL enable_logging()',
    "SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': '/tmp/fleximl-stolen'}); SELECT 1",
    'SELECT 1; SELECT 2',
    'EXPLAIN ANALYZE SELECT 1',
    'WITH x AS (DELETE FROM data RETURNING *) SELECT * FROM x',
    'SELECT $1',
    'BEGIN',
    'CHECKPOINT',
    'USE memory',
    'VACUUM ANALYZE data',
  ])
    it(`${sql} is refused`, async () => {
      const fault = await faultOf(sql)
      assert.ok(fault.message.length > 0)
      assert.ok(!`${fault.message} ${fault.hint}`.includes(home), 'the words name no place on the server')
    })

  it('no answer and no error names a place on the server', async () => {
    for (const sql of ['DESCRIBE data', 'SUMMARIZE data', 'SELECT * FROM data LIMIT 3'])
      assert.ok(!JSON.stringify(await run(sql)).includes(home), sql)
    await writeFile(join(home, 'damaged.parquet'), 'PAR1 and nothing of use PAR1')
    const fault = await faultOf('SELECT * FROM data', { path: join(home, 'damaged.parquet') })
    assert.ok(!`${fault.message} ${fault.hint}`.includes(home), fault.message)
  })

  it('another version beside it is refused, by whatever way its path is written', async () => {
    const other = join(home, 'other.parquet')
    await copyFile(path, other)
    for (const sql of [
      `SELECT * FROM read_parquet('${other}')`,
      `SELECT * FROM '${other}'`,
      `SELECT * FROM read_parquet('${path}/../other.parquet')`,
      `SELECT * FROM read_parquet(['${path}', '${other}'])`,
      `SELECT * FROM read_parquet('${home}/*.parquet')`,
      `SELECT * FROM read_blob('${folder}/../other.parquet')`,
    ])
      await faultOf(sql)
  })

  it('and left no file behind', async () => {
    assert.ok(!(await readdir('/tmp')).some(name => name.startsWith('fleximl-stolen')))
  })

  it('a recursion without end ends by the limit of time', async () => {
    const sql = 'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT 1 FROM t) SELECT count(*) FROM t'
    assert.match((await faultOf(sql, { milliseconds: 300 })).message, /stopped after 0\.3 seconds/)
  })

  it('a huge cross join ends by a limit', async () => {
    const sql = 'SELECT sum(a.n * b.n * c.n * d.n) FROM data a, data b, data c, data d'
    assert.match((await faultOf(sql, { milliseconds: 300 })).message, /stopped after 0\.3 seconds/)
  })

  it('more memory than allowed is refused in words', async () => {
    const fault = await faultOf("SELECT list(repeat('x', 200000)) FROM data")
    assert.match(fault.message, /more memory/)
  })
})
