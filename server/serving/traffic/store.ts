import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { sql } from 'drizzle-orm'
import type { Sql } from 'postgres'
import type { Handle } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'

/** Predictions of one day of event time, and how many of them have feedback. */
export interface DayCount {
  /** As `2012-03-14`. */
  day: string
  rows: number
  labels: number
}

/** Counts predictions and labels of an endpoint per day of event time, oldest first. */
export async function countTraffic(db: Handle, scope: ProjectScope, endpointId: string): Promise<DayCount[]> {
  const rows = await db.execute(sql`
    SELECT to_char(p.event_time AT TIME ZONE ${scope.zone}, 'YYYY-MM-DD') AS day,
      count(*)::float8 AS rows, count(f.key)::float8 AS labels
    FROM prediction_log p
    LEFT JOIN feedback f ON f.endpoint_id = p.endpoint_id AND f.key = p.id::text
    WHERE p.project_id = ${scope.projectId} AND p.endpoint_id = ${endpointId}
    GROUP BY 1 ORDER BY 1`)
  return rows as unknown as DayCount[]
}

/** Lists the model versions that served requests of the endpoint. */
export async function listAnsweringVersions(db: Handle, scope: ProjectScope, endpointId: string): Promise<string[]> {
  const rows = (await db.execute(sql`
    SELECT DISTINCT version_id::text AS id FROM prediction_log
    WHERE project_id = ${scope.projectId} AND endpoint_id = ${endpointId}`)) as unknown as { id: string }[]
  return rows.map(r => r.id)
}

/** One logged prediction, as a line of the file that `exportTraffic` writes. */
export interface TrafficRow {
  /** Day of event time in the project's zone, for example `2012-03-14`. */
  day: string
  version_id: string
  features: Record<string, unknown>
  prediction: unknown
  probabilities: number[] | null
  /** The ground truth; null: not known (yet). */
  actual: unknown
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * Writes the rows of some months to a file, one JSON document per line in order of event time. PostgreSQL formats the JSON, which is not
 * parsed here. COPY doubles every backslash; the reader must undo that.
 */
export async function exportTraffic(
  database: Sql,
  scope: ProjectScope,
  endpointId: string,
  months: readonly string[],
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (months.length === 0) return writeFile(path, '')
  const zone = literal(scope.zone)
  // Joins feedback by its primary key, so that the plan is fast even with stale statistics.
  const query = database.unsafe(`COPY (
    SELECT row_to_json(t) FROM (
      SELECT to_char(p.event_time AT TIME ZONE ${zone}, 'YYYY-MM-DD') AS day, p.version_id, p.features, p.prediction,
        p.probabilities, f.actual
      FROM prediction_log p
      LEFT JOIN feedback f ON f.endpoint_id = p.endpoint_id AND f.key = p.id::text
      WHERE p.project_id = ${literal(scope.projectId)} AND p.endpoint_id = ${literal(endpointId)}
        AND to_char(p.event_time AT TIME ZONE ${zone}, 'YYYY-MM') IN (${months.map(literal).join(', ')})
      ORDER BY p.event_time, p.id) t) TO STDOUT`)
  await pipeline(await query.readable(), createWriteStream(path), { signal })
}
