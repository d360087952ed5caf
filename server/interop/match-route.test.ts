import assert from 'node:assert/strict'
import { it } from 'node:test'
import { dataByteRoutes } from './data-bytes.ts'
import { matchRoute } from './match-route.ts'

const code = (wanted: string) => (error: { code: string }) => error.code === wanted

it('segments become parameters, decoded; nothing that could name another folder', () => {
  const path = '/api/v1/projects/bikes/datasets/my%20data/versions/3/data.parquet'
  assert.deepEqual(matchRoute(dataByteRoutes, 'GET', path).params, { project: 'bikes', name: 'my data', v: '3' })
  for (const bad of ['%2Fetc', '..%5C', '%00', '%E0%A4%A', ''])
    assert.throws(
      () => matchRoute(dataByteRoutes, 'GET', `/api/v1/datasets/${bad}/versions/1/data.parquet`),
      code('not_found'),
    )
})

it('an address that answers another method says which', () => {
  assert.throws(() => matchRoute(dataByteRoutes, 'GET', '/api/v1/uploads'), /POST is/)
  assert.throws(() => matchRoute(dataByteRoutes, 'GET', '/api/v1/nothing'), code('not_found'))
})
