import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { is, sql } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import * as schema from '#db/schema/index.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from './testing.ts'

let kernel: TestKernel
before(async () => {
  kernel = await testKernel()
})
after(() => kernel.close())

const TYPE: Record<string, string> = { bigserial: 'bigint', serial: 'integer' }
const tables = Object.values(schema).filter(t => is(t, PgTable)) as PgTable[]

describe('schema', () => {
  it('the migrations on an empty database make exactly the columns that the code declares', async () => {
    const rows = (await kernel.db.execute(sql`
      SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        AND c.relname <> 'schema_migrations'`)) as unknown as {
      table: string
      column: string
      type: string
      required: boolean
    }[]
    const inDatabase = rows.map(r => `${r.table}.${r.column} ${r.type}${r.required ? ' not null' : ''}`).sort()
    const long = (type: string) =>
      (TYPE[type] ?? type).replace(/^timestamp \((\d)\) with time zone$/, 'timestamp($1) with time zone')
    const inCode = tables
      .flatMap(t => {
        const config = getTableConfig(t)
        const keys = new Set(config.primaryKeys.flatMap(k => k.columns.map(c => c.name)))
        return config.columns.map(
          c =>
            `${config.name}.${c.name} ${long(c.getSQLType())}${c.notNull || c.primary || keys.has(c.name) ? ' not null' : ''}`,
        )
      })
      .sort()
    assert.deepEqual(inDatabase, inCode)
  })

  it('every table of a domain carries its project, and no foreign key forgets it', async () => {
    const instanceWide = new Set([
      'users',
      'sessions',
      'projects',
      'sign_in_links',
      'login_throttles',
      'known_places',
      'instance',
      'event_cursors',
      'blobs',
      'processes',
      'metric_points',
      'audit_log',
    ])
    for (const table of tables) {
      const config = getTableConfig(table)
      if (instanceWide.has(config.name)) continue
      const project = config.columns.find(c => c.name === 'project_id')
      assert.ok(project?.notNull, `${config.name} has no project_id NOT NULL`)
      for (const key of config.foreignKeys) {
        const { columns, foreignTable } = key.reference()
        const target = getTableConfig(foreignTable).name
        if (instanceWide.has(target)) continue
        assert.ok(
          columns.some(c => c.name === 'project_id'),
          `${config.name} → ${target} does not carry the project`,
        )
      }
    }
  })

  it('a link across projects cannot be stored', async () => {
    const [one, two] = [await kernel.project(), await kernel.project()]
    const model = newId()
    await kernel.db.insert(schema.models).values({ projectId: one.projectId, id: model, name: 'm', createdBy: 'test' })
    await assert.rejects(
      kernel.db
        .insert(schema.endpoints)
        .values({ projectId: two.projectId, id: newId(), name: 'e', modelId: model, createdBy: 'test' }),
      e => (e as { cause?: { code?: string } }).cause?.code === '23503',
    )
  })

  it('metric values may be NaN and infinite, times 0 and in the year 2200', async () => {
    const time = Date.UTC(2200, 0, 1)
    await kernel.db.insert(schema.metricPoints).values([
      { seriesId: 1, step: 0, time: 0, value: Number.NaN },
      { seriesId: 1, step: 1, time, value: Number.POSITIVE_INFINITY },
    ])
    const back = await kernel.db
      .select()
      .from(schema.metricPoints)
      .where(sql`series_id = 1`)
      .orderBy(schema.metricPoints.step)
    assert.deepEqual(
      back.map(p => [p.time, String(p.value)]),
      [
        [0, 'NaN'],
        [time, 'Infinity'],
      ],
    )
  })

  it('daily partitions are made ahead and dropped by age', async () => {
    const [again] = (await kernel.db.execute(sql`SELECT ensure_day_partitions(7) AS made`)) as unknown as [
      { made: number },
    ]
    assert.equal(again.made, 0, 'made by the migration already')
    const [more] = (await kernel.db.execute(sql`SELECT ensure_day_partitions(9) AS made`)) as unknown as [
      { made: number },
    ]
    assert.equal(more.made, 6)
    const [dropped] = (await kernel.db.execute(
      sql`SELECT drop_day_partitions('events', now() + interval '3 days') AS n`,
    )) as unknown as [{ n: number }]
    assert.equal(dropped.n, 3)
  })
})
