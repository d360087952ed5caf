import assert from 'node:assert/strict'
import { it } from 'node:test'
import { LATENCY_BOUNDS_MS } from '#server/serving/contract.ts'
import type { LiveEndpoint } from '../router/route-table.ts'
import { EndpointStats } from './endpoint-stats.ts'
import { createProcessMetrics, METRICS_TYPE, writeMetrics } from './write-metrics.ts'

const loaded = { state: 'out', isolated: true, memoryBytes: 0, lastUsedMs: 5000 }
const target = { versionId: 'v', role: 'champion' }
function endpointWith(count: (stats: EndpointStats) => void): LiveEndpoint {
  const stats = new EndpointStats('project', 'endpoint')
  count(stats)
  return {
    desired: { slug: 'sample', endpoint: 'a"b', revision: 7 },
    targets: [{ desired: { model: 'm', version: 3 }, loaded }],
    stats,
  } as unknown as LiveEndpoint
}
const pool = { loadedBytes: 70, unloads: 2, limits: { budgetMb: 1 } }
const spool = { accepted: 5, inserted: 4, waitingBytes: 100 }

it('the metrics page has the counts of each endpoint, of all targets together, labels escaped', async () => {
  const endpoint = endpointWith(stats => {
    stats.count(target, 1000, 0.05, 2, false)
    stats.count({ versionId: 'w', role: 'canary' }, 1000, 4, 3, false)
    stats.count(target, 1000, 9999, 1, true)
  })
  const lines = (await writeMetrics([endpoint], spool, true, pool)).split('\n')
  const labels = 'project="sample",endpoint="a\\"b"'
  for (const line of [
    '# TYPE fleximl_requests_total counter',
    `fleximl_requests_total{${labels}} 3`,
    `fleximl_request_errors_total{${labels}} 1`,
    `fleximl_rows_total{${labels}} 5`,
    `fleximl_endpoint_revision{${labels},version="3"} 7`,
    '# TYPE fleximl_request_seconds histogram',
    'fleximl_predictions_accepted_total 5',
    'fleximl_predictions_stored_total 4',
    'fleximl_models_memory_bytes 70',
    'fleximl_models_budget_bytes 1048576',
    'fleximl_models_unloaded_total 2',
    'fleximl_spool_bytes 100',
    'fleximl_database_up 1',
  ])
    assert.ok(lines.includes(line), line)
  const buckets = lines.filter(line => line.startsWith('fleximl_request_seconds_bucket'))
  assert.equal(buckets.length, LATENCY_BOUNDS_MS.length + 1)
  const sorted = (line: string) => line.replace(/\{(.*)\}/, (_, inner: string) => `{${inner.split(',').sort().join()}}`)
  const has = (line: string) => assert.ok(lines.map(sorted).includes(sorted(line)), line)
  has(`fleximl_request_seconds_bucket{${labels},le="0.0001"} 1`)
  has(`fleximl_request_seconds_bucket{${labels},le="0.005"} 2`)
  has(`fleximl_request_seconds_bucket{${labels},le="5"} 2`)
  has(`fleximl_request_seconds_bucket{${labels},le="+Inf"} 3`)
  has(`fleximl_request_seconds_count{${labels}} 3`)
  const model = `{${labels},model="m",version="3",isolated="true"}`
  has(`fleximl_model_loaded${model} 0`)
  has(`fleximl_model_out${model} 1`)
  has(`fleximl_model_memory_bytes${model} 0`)
  has(`fleximl_model_last_used_seconds${model} 5`)
  assert.match(METRICS_TYPE, /^text\/plain; version=0\.0\.4/)
})

it('metrics of the process come only where they are wanted', async () => {
  const more = createProcessMetrics()
  assert.match(await writeMetrics([], spool, false, pool, more), /process_resident_memory_bytes \d/)
  assert.doesNotMatch(await writeMetrics([], spool, false, pool), /process_resident_memory_bytes/)
})

it('buckets of the charts are per target', () => {
  const stats = new EndpointStats('project', 'endpoint')
  const canary = { versionId: 'w', role: 'canary' }
  for (const each of [target, canary, target]) stats.count(each, 12_345, 1, 1, false)
  const rows = stats.takeDirty('process')
  assert.deepEqual(
    rows.map(row => [row.versionId, row.targetRole, row.requests, row.at.getTime()]),
    [
      ['v', 'champion', 2, 10_000],
      ['w', 'canary', 1, 10_000],
    ],
  )
  assert.deepEqual(stats.takeDirty('process'), [])
  stats.putBack(rows.slice(1))
  assert.deepEqual(
    stats.takeDirty('process').map(row => row.versionId),
    ['w'],
  )
})
