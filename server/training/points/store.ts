import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { metricPoints, metricSeries } from '#db/schema/training.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'

/** One value of a metric. NaN and ±Infinity are legal. */
export interface MetricPoint {
  key: string
  step: number
  /** Milliseconds since 1970, from the client's clock. */
  time: number
  value: number
}

const ROWS_AT_ONCE = 10_000

interface Summary {
  key: string
  last: number
  lastStep: number
  min: number
  max: number
  minStep: number
  maxStep: number
}

function summarise(points: readonly MetricPoint[]): Summary[] {
  const byKey = new Map<string, Summary>()
  for (const { key, step, value } of points) {
    const s = byKey.get(key)
    if (!s) {
      byKey.set(key, {
        key,
        last: value,
        lastStep: step,
        min: value,
        max: value,
        minStep: step,
        maxStep: step,
      })
      continue
    }
    if (step >= s.lastStep) Object.assign(s, { last: value, lastStep: step })
    if (value < s.min || Number.isNaN(s.min)) Object.assign(s, { min: value, minStep: step })
    if (value > s.max || Number.isNaN(s.max)) Object.assign(s, { max: value, maxStep: step })
  }
  // Fixed order for all writers, so that two writers of one run cannot deadlock.
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** Adds points of a run and updates last, minimum and maximum of each series. NaN is minimum or maximum only if there is no other value. */
export async function appendPoints(
  tx: Tx,
  scope: ProjectScope,
  runId: string,
  points: readonly MetricPoint[],
): Promise<void> {
  if (points.length === 0) return
  const later = sql`excluded.last_step >= metric_series.last_step`
  const lower = sql`(excluded.min < metric_series.min OR (metric_series.min = 'NaN' AND excluded.min <> 'NaN'))`
  const higher = sql`((excluded.max > metric_series.max AND excluded.max <> 'NaN') OR (metric_series.max = 'NaN' AND excluded.max <> 'NaN'))`
  await tx
    .insert(metricSeries)
    .values(summarise(points).map(s => ({ ...s, projectId: scope.projectId, runId, count: 0 })))
    .onConflictDoUpdate({
      target: [metricSeries.projectId, metricSeries.runId, metricSeries.key],
      set: {
        last: sql`CASE WHEN ${later} THEN excluded.last ELSE metric_series.last END`,
        lastStep: sql`greatest(excluded.last_step, metric_series.last_step)`,
        min: sql`CASE WHEN ${lower} THEN excluded.min ELSE metric_series.min END`,
        minStep: sql`CASE WHEN ${lower} THEN excluded.min_step ELSE metric_series.min_step END`,
        max: sql`CASE WHEN ${higher} THEN excluded.max ELSE metric_series.max END`,
        maxStep: sql`CASE WHEN ${higher} THEN excluded.max_step ELSE metric_series.max_step END`,
      },
    })
  for (let i = 0; i < points.length; i += ROWS_AT_ONCE) {
    // JSON has no NaN, so values are sent as text. A repeated point (a client that sent twice) is not counted again.
    const part = points
      .slice(i, i + ROWS_AT_ONCE)
      .map(p => ({ ...p, time: Math.round(p.time), value: String(p.value) }))
    await tx.execute(sql`
      WITH added AS (
        INSERT INTO metric_points (series_id, step, time, value)
        SELECT s.id, p.step, p.time, p.value::float8
        FROM jsonb_to_recordset(${JSON.stringify(part)}::text::jsonb) AS p(key text, step bigint, time bigint, value text)
        JOIN metric_series s ON s.project_id = ${scope.projectId} AND s.run_id = ${runId} AND s.key = p.key
        ON CONFLICT DO NOTHING RETURNING series_id)
      UPDATE metric_series s SET count = s.count + a.n
      FROM (SELECT series_id, count(*) AS n FROM added GROUP BY series_id) a WHERE s.id = a.series_id`)
  }
}

/** Deletes the points of a lost attempt: the next one writes them again. */
export async function dropPoints(tx: Tx, scope: ProjectScope, runId: string): Promise<void> {
  const series = await tx
    .delete(metricSeries)
    .where(and(eq(metricSeries.projectId, scope.projectId), eq(metricSeries.runId, runId)))
    .returning({ id: metricSeries.id })
  if (series.length === 0) return
  await tx.delete(metricPoints).where(
    inArray(
      metricPoints.seriesId,
      series.map(s => s.id),
    ),
  )
}

export interface PointRow {
  seriesId: number
  step: number
  value: number | null
}

/**
 * Returns the points of series in order of their steps. A series longer than `most` is bucketed, keeping minimum and maximum, so that no
 * spike is lost; a bucket with NaN or infinite values keeps one of them as null.
 */
export async function readPoints(db: Handle, seriesIds: readonly number[], most: number): Promise<PointRow[]> {
  if (seriesIds.length === 0) return []
  const buckets = Math.max(1, Math.floor(most / 2))
  const rows = (await db.execute(sql`
    WITH p AS (
      SELECT series_id, step, value, row_number() OVER w - 1 AS i, count(*) OVER (PARTITION BY series_id) AS n
      FROM metric_points WHERE series_id IN ${seriesIds} WINDOW w AS (PARTITION BY series_id ORDER BY step, time)),
    b AS (
      SELECT series_id, i * ${buckets} / n AS bucket, step, value,
        value NOT IN ('NaN', 'Infinity', '-Infinity') AS finite FROM p WHERE n > ${most}),
    kept AS (
      SELECT series_id, (array_agg(step ORDER BY value, step) FILTER (WHERE finite))[1] AS step, min(value) FILTER (WHERE finite) AS value
      FROM b GROUP BY series_id, bucket
      UNION
      SELECT series_id, (array_agg(step ORDER BY value DESC, step) FILTER (WHERE finite))[1], max(value) FILTER (WHERE finite)
      FROM b GROUP BY series_id, bucket
      UNION
      SELECT series_id, min(step), NULL FROM b WHERE NOT finite GROUP BY series_id, bucket
      UNION ALL
      SELECT series_id, step, value FROM p WHERE n <= ${most})
    SELECT series_id::float8 AS "seriesId", step::float8 AS step, value FROM kept WHERE step IS NOT NULL
    ORDER BY series_id, step`)) as unknown as PointRow[]
  return rows.map(r => ({ ...r, value: r.value !== null && Number.isFinite(r.value) ? r.value : null }))
}
