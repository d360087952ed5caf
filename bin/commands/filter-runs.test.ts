import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunSummary } from '#server/training/contract.ts'
import { orderBy, parseFilter } from './filter-runs.ts'
import { endpointUrl } from './serving.ts'
import { showTable } from './show-table.ts'

const run = (name: string, trainer: string, rmse: number | null, params: Record<string, unknown> = {}) =>
  ({ run: name, name, trainer, status: 'succeeded', metrics: { rmse }, params }) as unknown as RunSummary
const runs = [run('a', 'mlp', 40, { layers: [64, 32] }), run('b', 'linear', 70, { l2: 0.1 }), run('c', 'mlp', null)]
const names = (list: RunSummary[]) => list.map(r => r.name)

describe('filters of runs', () => {
  it('compare fields, metrics and parameters', () => {
    for (const [expression, wanted] of [
      ['trainer=mlp', ['a', 'c']],
      ['trainer = mlp and metrics.rmse < 50', ['a']],
      ['rmse>=70', ['b']],
      ['l2=0.1', ['b']],
      ['params.layers=[64,32]', ['a']],
      ["trainer!='mlp'", ['b']],
      ['status=done', ['a', 'b', 'c']],
      ['nothing=1', []],
    ] as const)
      assert.deepEqual(names(runs.filter(parseFilter(expression))), wanted, expression)
    assert.throws(() => parseFilter('trainer'), /is no condition/)
  })

  it('order by a metric, best first, unmeasured last', () => {
    assert.deepEqual(names(orderBy(runs, 'rmse', false)), ['a', 'b', 'c'])
    assert.deepEqual(names(orderBy(runs, 'metrics.rmse', true)), ['b', 'a', 'c'])
  })
})

describe('tables', () => {
  it('are aligned, numbers to the right', () => {
    assert.equal(
      showTable(
        ['NAME', 'N'],
        [
          ['long name', 5],
          ['x', 120],
        ],
      ),
      'NAME         N\nlong name    5\nx          120',
    )
  })
})

describe('the address of an endpoint', () => {
  it('is what the server says, on the machine that was asked, unless the environment says otherwise', () => {
    const told = 'http://127.0.0.1:3001/p/endpoints/e'
    assert.equal(endpointUrl(told, 'http://127.0.0.1:3000', {}), told)
    assert.equal(endpointUrl(told, 'https://ml.example.org', {}), 'http://ml.example.org:3001/p/endpoints/e')
    assert.equal(
      endpointUrl(told, 'http://127.0.0.1:3000', { INFERENCE_PORT: '4001' }),
      'http://127.0.0.1:4001/p/endpoints/e',
    )
    assert.equal(
      endpointUrl(told, 'http://127.0.0.1:3000', { FLEXIML_INFERENCE_URL: 'https://inference.example.org/' }),
      'https://inference.example.org/p/endpoints/e',
    )
  })
})
