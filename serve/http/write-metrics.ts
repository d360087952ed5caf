import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import { LATENCY_BOUNDS_MS } from '#server/serving/contract.ts'
import type { Spool } from '../log/spool.ts'
import type { ModelPool } from '../models/model-pool.ts'
import type { LiveEndpoint, LiveTarget } from '../router/route-table.ts'

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

const LABELS = ['project', 'endpoint'] as const
const labelsOf = ({ desired }: LiveEndpoint) => ({ project: desired.slug, endpoint: desired.endpoint })

/** A histogram from counts that the endpoints keep: a request costs one array increment, no labels. */
function latencyHistogram(endpoints: readonly LiveEndpoint[]): Metric {
  const name = 'fleximl_request_seconds'
  const valuesOf = (endpoint: LiveEndpoint) => {
    const labels = labelsOf(endpoint)
    const { latency, requests, sumMs } = endpoint.stats
    let below = 0
    const bounded = LATENCY_BOUNDS_MS.map((bound, i) => {
      below += latency[i]!
      return { metricName: `${name}_bucket`, labels: { ...labels, le: bound / 1000 }, value: below }
    })
    return [
      ...bounded,
      { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: requests },
      { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
      { metricName: `${name}_count`, labels, value: requests },
    ]
  }
  const get = async () => ({
    name,
    help: 'Time from the arrival of a request to its response.',
    type: 'histogram',
    aggregator: 'sum',
    values: endpoints.flatMap(valuesOf),
  })
  // The registry only calls `get`; its own Histogram cannot be given finished counts.
  return { name, get } as unknown as Metric
}

/** Metrics of the process itself (CPU, memory, event loop, garbage collection). */
export function createProcessMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

/** Prometheus text format of these endpoints and of the log. Durations are in seconds. */
export async function writeMetrics(
  endpoints: readonly LiveEndpoint[],
  spool: Pick<Spool, 'accepted' | 'inserted' | 'waitingBytes'>,
  databaseUp: boolean,
  pool: Pick<ModelPool, 'loadedBytes' | 'unloads'> & { limits: { budgetMb: number } },
  more?: Registry,
): Promise<string> {
  const registry = new Registry()
  const registers = [registry]
  const perEndpoint = (name: string, help: string, count: (endpoint: LiveEndpoint) => number) => {
    const counter = new Counter({ name, help, labelNames: LABELS, registers })
    for (const endpoint of endpoints) counter.inc(labelsOf(endpoint), count(endpoint))
  }
  perEndpoint('fleximl_requests_total', 'Predict requests.', e => e.stats.requests)
  perEndpoint('fleximl_request_errors_total', 'Predict requests that were refused or failed.', e => e.stats.errors)
  perEndpoint('fleximl_rows_total', 'Predicted rows.', e => e.stats.rows)
  const revision = new Gauge({
    name: 'fleximl_endpoint_revision',
    help: 'Revision in force, with the version of its champion.',
    labelNames: [...LABELS, 'version'],
    registers,
  })
  for (const endpoint of endpoints)
    revision.set(
      { ...labelsOf(endpoint), version: String(endpoint.targets[0].desired.version) },
      endpoint.desired.revision,
    )
  registry.registerMetric(latencyHistogram(endpoints))
  const perModel = (name: string, help: string, value: (model: LiveTarget['loaded']) => number) => {
    const measured = new Gauge({ name, help, labelNames: [...LABELS, 'model', 'version', 'isolated'], registers })
    for (const endpoint of endpoints)
      for (const { desired, loaded } of endpoint.targets)
        measured.set(
          {
            ...labelsOf(endpoint),
            model: desired.model,
            version: String(desired.version),
            isolated: String(loaded.isolated),
          },
          value(loaded),
        )
  }
  perModel('fleximl_model_loaded', 'Whether the model is loaded.', m => (m.state === 'loaded' ? 1 : 0))
  perModel('fleximl_model_out', 'Whether the model is out of traffic.', m => (m.state === 'out' ? 1 : 0))
  perModel('fleximl_model_memory_bytes', 'Memory of the loaded model.', m => m.memoryBytes)
  perModel(
    'fleximl_model_last_used_seconds',
    'Time of the last request, in seconds since 1970.',
    m => m.lastUsedMs / 1000,
  )
  const total = (name: string, help: string, value: number) => new Counter({ name, help, registers }).inc(value)
  total('fleximl_predictions_accepted_total', 'Predictions written to the log.', spool.accepted)
  total('fleximl_predictions_stored_total', 'Predictions of the log that the database has stored.', spool.inserted)
  const gauge = (name: string, help: string, value: number) => new Gauge({ name, help, registers }).set(value)
  gauge('fleximl_models_memory_bytes', 'Memory of all loaded models.', pool.loadedBytes)
  gauge('fleximl_models_budget_bytes', 'Memory that all loaded models may use.', pool.limits.budgetMb * 2 ** 20)
  total('fleximl_models_unloaded_total', 'Models unloaded because the memory was used up.', pool.unloads)
  gauge('fleximl_spool_bytes', 'Bytes of the prediction log that wait on disk.', spool.waitingBytes)
  gauge('fleximl_database_up', 'Whether the last query of the database succeeded.', databaseUp ? 1 : 0)
  return (more ? Registry.merge([registry, more]) : registry).metrics()
}
