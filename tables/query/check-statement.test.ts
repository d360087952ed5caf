import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type DuckDBConnection, withDuckDb } from '../duckdb.ts'
import { ALLOWED_FAMILY, FUNCTIONS, TABLE_FUNCTIONS } from './allowed-functions.ts'
import { checkStatement, QueryRefusal } from './check-statement.ts'

const inDuckDb = <T>(work: (db: DuckDBConnection) => Promise<T>): Promise<T> =>
  withDuckDb({ limits: { threads: 1 } }, async db => {
    await db.run(`CREATE VIEW data AS SELECT i AS a, i * 2 AS b, 'w' || i AS c FROM range(10) t(i)`)
    return work(db)
  })

async function refusalOf(sql: string): Promise<QueryRefusal> {
  const error = await inDuckDb(db =>
    checkStatement(db, sql).then(
      () => undefined,
      e => e,
    ),
  )
  assert.ok(error instanceof QueryRefusal, `${sql} was allowed: ${error}`)
  return error
}

const ALLOWED = [
  'SELECT * FROM data',
  'FROM data SELECT a',
  'SELECT * FROM memory.main.data d',
  'WITH x AS (SELECT a FROM data), y AS (SELECT * FROM x) SELECT * FROM y JOIN data USING (a)',
  'WITH x AS (SELECT a FROM data) SELECT (SELECT max(a) FROM x) FROM (SELECT * FROM x) q',
  'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 5) SELECT * FROM t',
  'WITH RECURSIVE t(i, j) USING KEY (i) AS (SELECT 1, 1 UNION SELECT i, j + 1 FROM t WHERE j < 3) SELECT * FROM t',
  'SELECT d.a FROM data d LEFT JOIN data e ON d.a = e.b UNION SELECT b FROM data',
  'SELECT * FROM data POSITIONAL JOIN data e',
  'SELECT sum(a) OVER (PARTITION BY b ORDER BY a), row_number() OVER w FROM data WINDOW w AS (ORDER BY a)',
  'SELECT a FROM data QUALIFY row_number() OVER (ORDER BY a) = 1',
  'SELECT * FROM range(3) r(i), generate_series(1, 2), unnest([1, 2])',
  'SELECT unnest([a, b]), [x + 1 for x in [a, b]], list_transform([a], lambda y: y + 1) FROM data',
  "SELECT {'x': a}, MAP {1: 2}, (a::VARCHAR)[1:2], INTERVAL 1 DAY, date_trunc('month', now()), current_date FROM data",
  "SELECT json_extract(to_json(d), '$.a'), strftime(DATE '2026-01-01', '%Y'), regexp_replace(c, 'w', '') FROM data d",
  'SELECT a, count(*) FILTER (WHERE b > 2), median(b) FROM data GROUP BY ROLLUP (a) HAVING count(*) > 0 ORDER BY ALL',
  "SELECT COLUMNS('a|b'), * EXCLUDE (a) REPLACE (b + 1 AS b) FROM data TABLESAMPLE 50%",
  'SELECT * FROM (PIVOT data ON a IN (1, 2) USING sum(b))',
  'SELECT * FROM (UNPIVOT data ON a, b)',
  'SUMMARIZE data',
  'DESCRIBE SELECT a FROM data',
  'SELECT * FROM (DESCRIBE data)',
  'VALUES (1), (2)',
  'SELECT 1 WHERE EXISTS (SELECT 1 FROM data d, LATERAL (SELECT d.a) q)',
  "SELECT 'query(enable_logging)' FROM data",
]

/** Each with what its refusal names. */
const REFUSED: [sql: string, named: RegExp][] = [
  ["SELECT * FROM query('SELECT * FROM enable'||'_logging()')", /\bquery\b/],
  ["SELECT * FROM QUERY('SELECT 1')", /\bquery\b/],
  ["SELECT * FROM query_table('data')", /query_table/],
  ["SELECT * FROM query_table(['data', 'duckdb_views'])", /query_table/],
  ["SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", /json_execute_serialized_sql/],
  ["SELECT json_serialize_sql('SELECT 1')", /json_serialize_sql/],
  ["SELECT json_deserialize_sql('{}')", /json_deserialize_sql/],
  ["SELECT json_serialize_plan('SELECT * FROM data')", /json_serialize_plan/],
  ["SELECT * FROM enable_logging(storage_path = '/tmp/x')", /enable_logging/],
  ["SELECT * FROM enable_profiling(save_location = '/tmp/x')", /enable_profiling/],
  ['SELECT * FROM disable_logging()', /disable_logging/],
  ['SELECT * FROM truncate_duckdb_logs()', /truncate_duckdb_logs/],
  ["SELECT write_log('x')", /write_log/],
  ['SELECT * FROM duckdb_settings()', /duckdb_settings/],
  ['SELECT sql FROM duckdb_views()', /duckdb_views/],
  ['SELECT sql FROM duckdb_views', /duckdb_views/],
  ['SELECT * FROM sqlite_master', /sqlite_master/],
  ['SELECT * FROM information_schema.tables', /information_schema\.tables/],
  ['SELECT * FROM pg_catalog.pg_views', /pg_catalog\.pg_views/],
  ['SELECT * FROM memory.information_schema.tables', /information_schema/],
  ["SELECT current_setting('temp_directory')", /current_setting/],
  ["SELECT main.current_setting('temp_directory')", /current_setting/],
  ['SELECT "CURRENT_SETTING"(\'temp_directory\')', /current_setting/],
  ["SELECT max(a) + length(current_setting('temp_directory')) FROM data", /current_setting/],
  ["SELECT a FROM data WHERE c IN (SELECT current_setting('temp_directory'))", /current_setting/],
  ["SELECT a FROM data ORDER BY current_setting('temp_directory')", /current_setting/],
  ["SELECT a FROM data LIMIT (SELECT length(current_setting('temp_directory')))", /current_setting/],
  ["SELECT list_transform([1], lambda x: current_setting('temp_directory'))", /current_setting/],
  ["SELECT sum(a) OVER (ORDER BY current_setting('temp_directory')) FROM data", /current_setting/],
  ["SELECT * FROM range(length(current_setting('temp_directory')))", /current_setting/],
  ["VALUES (current_setting('temp_directory'))", /current_setting/],
  ["SELECT * FROM data d JOIN data e ON d.a = length(current_setting('temp_directory'))", /current_setting/],
  ["SELECT * REPLACE (current_setting('temp_directory') AS a) FROM data", /current_setting/],
  ["DESCRIBE SELECT current_setting('temp_directory')", /current_setting/],
  ["SELECT getvariable('x')", /getvariable/],
  ['SELECT current_query()', /current_query/],
  ['SELECT pg_get_viewdef(1)', /pg_get_viewdef/],
  ['SELECT * FROM pragma_database_size()', /pragma_database_size/],
  ["SELECT * FROM pragma_storage_info('data')", /pragma_storage_info/],
  ["SELECT * FROM read_csv('/etc/passwd')", /read_csv/],
  ["SELECT * FROM read_text('/etc/passwd')", /read_text/],
  ["SELECT * FROM glob('/*')", /glob/],
  ["SELECT * FROM parquet_metadata('/x')", /parquet_metadata/],
  ["SELECT * FROM '/etc/passwd'", /passwd/],
  ["SELECT * FROM data, (SELECT * FROM 'x.parquet')", /x\.parquet/],
  ['SHOW TABLES', /DESCRIBE and SUMMARIZE/],
  ['SELECT * FROM (SHOW ALL TABLES)', /DESCRIBE and SUMMARIZE/],
  ['SELECT sleep_ms(10)', /sleep_ms/],
  ['SELECT pg_sleep(10)', /pg_sleep/],
  // A name of the catalog cannot be hidden behind a table of the same name.
  ['WITH duckdb_views AS (SELECT * FROM duckdb_views) SELECT * FROM duckdb_views', /duckdb_views/],
  ['SELECT * FROM (WITH duckdb_views AS (SELECT 1) SELECT * FROM duckdb_views) q, duckdb_views', /duckdb_views/],
  ['WITH a AS (SELECT * FROM duckdb_views), duckdb_views AS (SELECT 1) SELECT * FROM a', /duckdb_views/],
]

/** Table functions that no query may use: they read files, settings or the catalog, run SQL text, or change the session. */
const REFUSED_TABLES = `arrow_scan arrow_scan_dumb check_peg_parser checkpoint disable_logging disable_peg_parser disable_profiling
  duckdb_approx_database_count duckdb_columns duckdb_connection_count duckdb_constraints duckdb_coordinate_systems duckdb_databases
  duckdb_dependencies duckdb_extensions duckdb_external_file_cache duckdb_functions duckdb_indexes duckdb_keywords duckdb_log_contexts
  duckdb_logs duckdb_logs_parsed duckdb_memory duckdb_optimizers duckdb_prepared_statements duckdb_profiling_settings duckdb_schemas
  duckdb_secret_types duckdb_secrets duckdb_sequences duckdb_settings duckdb_table_sample duckdb_tables duckdb_temporary_files
  duckdb_types duckdb_variables duckdb_views enable_logging enable_peg_parser enable_profiling force_checkpoint glob histogram
  histogram_values json_execute_serialized_sql parquet_bloom_probe parquet_file_metadata parquet_full_metadata parquet_kv_metadata
  parquet_metadata parquet_scan parquet_schema pragma_collations pragma_database_size pragma_metadata_info pragma_platform pragma_show
  pragma_storage_info pragma_table_info pragma_user_agent pragma_version query query_table read_blob read_csv read_csv_auto read_duckdb
  read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects read_parquet
  read_text seq_scan sniff_csv sql_auto_complete summary test_all_types test_vector_types truncate_duckdb_logs which_secret`

/** Functions that no query may use. */
const REFUSED_SCALARS = `col_description current_catalog current_connection_id current_database current_query current_query_id current_role
  current_schema current_schemas current_setting current_transaction_id current_user currval format_pg_type format_type get_block_size
  getvariable has_any_column_privilege has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege
  has_function_privilege has_language_privilege has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege
  has_tablespace_privilege in_search_path inet_client_addr inet_client_port inet_server_addr inet_server_port json_deserialize_sql
  json_serialize_plan json_serialize_sql map_to_pg_oid nextval obj_description parse_duckdb_log_message pg_collation_is_visible
  pg_conf_load_time pg_conversion_is_visible pg_function_is_visible pg_get_constraintdef pg_get_expr pg_get_viewdef pg_has_role
  pg_is_other_temp_schema pg_my_temp_schema pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible
  pg_postmaster_start_time pg_sleep pg_table_is_visible pg_ts_config_is_visible pg_ts_dict_is_visible pg_ts_parser_is_visible
  pg_ts_template_is_visible pg_type_is_visible session_user shobj_description sleep_ms stats txid_current user
  variant_bytes_to_variant variant_to_parquet_variant version write_log`

const words = (text: string) => text.split(/\s+/).filter(Boolean).sort()

describe('what a query may contain', () => {
  for (const sql of ALLOWED)
    it(`allows ${sql}`, () =>
      inDuckDb(async db => {
        await checkStatement(db, sql)
        await db.runAndReadAll(sql)
      }))

  for (const [sql, named] of REFUSED)
    it(`refuses ${sql}`, async () => {
      const { fault } = await refusalOf(sql)
      assert.match(fault.message, named)
      assert.ok(fault.hint, 'the refusal says what is allowed')
    })

  it('names the place, also after letters of several bytes', async () => {
    const { fault } = await refusalOf("SELECT 'é',\n  'ü', current_setting('x')")
    assert.deepEqual([fault.line, fault.column], [2, 8])
  })

  it('an unknown function keeps the message that suggests a similar one', () =>
    inDuckDb(async db => {
      await checkStatement(db, 'SELECT summ(a) FROM data')
      await assert.rejects(db.run('SELECT summ(a) FROM data'), /Did you mean/)
    }))

  it('every function of this DuckDB is judged: a new version adds none unseen', () =>
    inDuckDb(async db => {
      const namesOf = async (types: string) =>
        (
          await db.runAndReadAll(
            `SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN (${types})`,
          )
        )
          .getRowsJson()
          .map(row => String(row[0]))
      const tables = (await namesOf(`'table', 'table_macro'`)).filter(name => !TABLE_FUNCTIONS.has(name))
      assert.deepEqual(tables.sort(), words(REFUSED_TABLES))
      const scalars = (await namesOf(`'scalar', 'aggregate', 'macro'`)).filter(
        name => !FUNCTIONS.has(name) && !ALLOWED_FAMILY.test(name) && !name.startsWith('__internal'),
      )
      assert.deepEqual(scalars.sort(), words(REFUSED_SCALARS))
    }))
})
