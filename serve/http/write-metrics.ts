import { LATENCY_BOUNDS_MS } from '#server/serving/contract.ts'
import type { Spool } from '../log/spool.ts'
import type { LiveEndpoint } from '../router/route-table.ts'

/** Prometheus text format 0.0.4. Durations in seconds, as its conventions ask. */
export function writeMetrics(endpoints: readonly LiveEndpoint[], spool: Spool, databaseUp: boolean): string {
  const lines: string[] = []
  const family = (name: string, type: string, help: string, rows: string[]) =>
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...rows)
  const labels = (e: LiveEndpoint) => `project="${e.desired.slug}",endpoint="${e.desired.endpoint}"`
  const each = (row: (e: LiveEndpoint) => string | string[]) => endpoints.flatMap(row)
  family('fleximl_requests_total', 'counter', 'Requests to predict.', [
    ...each(e => `fleximl_requests_total{${labels(e)}} ${e.stats.requests}`),
  ])
  family('fleximl_request_errors_total', 'counter', 'Requests that were refused or failed.', [
    ...each(e => `fleximl_request_errors_total{${labels(e)}} ${e.stats.errors}`),
  ])
  family('fleximl_rows_total', 'counter', 'Rows predicted.', [
    ...each(e => `fleximl_rows_total{${labels(e)}} ${e.stats.rows}`),
  ])
  family('fleximl_endpoint_revision', 'gauge', 'Revision that is answered with.', [
    ...each(
      e => `fleximl_endpoint_revision{${labels(e)},version="${e.targets[0].desired.version}"} ${e.desired.revision}`,
    ),
  ])
  family('fleximl_request_seconds', 'histogram', 'Time from arrival to answer.', [
    ...each(e => {
      let sum = 0
      const rows = LATENCY_BOUNDS_MS.map((bound, i) => {
        sum += e.stats.latency[i]!
        return `fleximl_request_seconds_bucket{${labels(e)},le="${bound / 1000}"} ${sum}`
      })
      return [
        ...rows,
        `fleximl_request_seconds_bucket{${labels(e)},le="+Inf"} ${e.stats.requests}`,
        `fleximl_request_seconds_sum{${labels(e)}} ${e.stats.sumMs / 1000}`,
        `fleximl_request_seconds_count{${labels(e)}} ${e.stats.requests}`,
      ]
    }),
  ])
  family('fleximl_predictions_accepted_total', 'counter', 'Predictions given to the log.', [
    `fleximl_predictions_accepted_total ${spool.accepted}`,
  ])
  family('fleximl_predictions_stored_total', 'counter', 'Predictions of the log that the database has.', [
    `fleximl_predictions_stored_total ${spool.inserted}`,
  ])
  family('fleximl_spool_bytes', 'gauge', 'Bytes of the prediction log that wait on disk.', [
    `fleximl_spool_bytes ${spool.waitingBytes}`,
  ])
  family('fleximl_database_up', 'gauge', 'Whether the database answered last time.', [
    `fleximl_database_up ${databaseUp ? 1 : 0}`,
  ])
  return `${lines.join('\n')}\n`
}
