import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Lineage, LineageNode } from '#server/api/lineage/contract.ts'
import { layOut, listLineage, NODE, nodeHref } from './lay-out.ts'

const base = { label: 'l', detail: 'd', here: false }
const nodes: LineageNode[] = [
  { ...base, id: 'e', kind: 'endpoint', endpoint: 'demand', label: 'demand' },
  { ...base, id: 'm', kind: 'model', model: 'demand', version: 1, label: 'demand v1' },
  { ...base, id: 'v', kind: 'version', dataset: 'bikes', version: 2, label: 'bikes v2' },
  { ...base, id: 's', kind: 'source', label: 'file bikes.csv' },
  { ...base, id: 'r', kind: 'run', run: 'run-id', label: 'x #1' },
  { ...base, id: 'rs', kind: 'runs', experiment: 'x', count: 20, label: 'x' },
]
const edges: Lineage['edges'] = [
  { from: 's', to: 'v', words: 'read' },
  { from: 'v', to: 'r', words: 'trained' },
  { from: 'v', to: 'rs', words: 'trained' },
  { from: 'r', to: 'm', words: 'registered as' },
  { from: 'm', to: 'e', words: 'serves' },
]

describe('lineage on a page', () => {
  it('goes from left to right, and nothing lies on anything else', () => {
    const places = layOut({ nodes, edges })
    for (const { from, to } of edges) assert.ok(places.get(from)!.x + NODE.width < places.get(to)!.x, `${from} → ${to}`)
    const all = [...places.values()]
    for (const [i, a] of all.entries())
      for (const b of all.slice(i + 1))
        assert.ok(Math.abs(a.x - b.x) >= NODE.width || Math.abs(a.y - b.y) >= NODE.height)
  })

  it('each node leads to its page', () => {
    assert.deepEqual(
      nodes.map(n => nodeHref('p', n)),
      [
        '/p/p/serving/demand',
        '/p/p/registry/demand',
        '/p/p/data/bikes?v=2&tab=lineage',
        null,
        '/p/p/training/runs/run-id',
        '/p/p/training/experiments/x',
      ],
    )
  })

  it('is a list as well, in the order in which things came about', () => {
    assert.deepEqual(
      listLineage({ nodes, edges }).map(({ node, from }) => [node.label, ...from]),
      [
        ['file bikes.csv'],
        ['bikes v2', 'file bikes.csv (read)'],
        ['x #1', 'bikes v2 (trained)'],
        ['x', 'bikes v2 (trained)'],
        ['demand v1', 'x #1 (registered as)'],
        ['demand', 'demand v1 (serves)'],
      ],
    )
  })
})
