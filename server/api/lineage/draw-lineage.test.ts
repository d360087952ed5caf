import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Link } from '#server/platform/links.ts'
import type { Relation, SubjectKind } from '#server/platform/subjects/contract.ts'
import { MAX_RUNS } from './contract.ts'
import { drawLineage, type Named } from './draw-lineage.ts'

const version = (id: string, more: Partial<Named['versions'][number]> = {}) => ({
  id,
  dataset: 'bikes',
  version: 1,
  rows: 1000,
  source: 'file bikes.csv',
  parentId: null,
  ...more,
})
const run = (id: string, number: number) => ({
  id,
  number,
  trainer: 'linear',
  state: 'succeeded',
  experiment: 'demand',
  experimentId: 'x',
})
const link = (from: string, relation: Relation, to: string): Link => {
  const ref = (text: string) => ({ kind: text.split('/')[0] as SubjectKind, id: text.split('/')[1]! })
  return { from: ref(from), relation, to: ref(to) }
}
const drawn = (named: Partial<Named>, links: Link[]) => {
  const start = { kind: 'dataset-version', id: 'v1' } as const
  const { nodes, edges } = drawLineage(start, links, { versions: [], runs: [], models: [], endpoints: [], ...named })
  const label = new Map(nodes.map(n => [n.id, n.label]))
  return { nodes, edges: edges.map(e => `${label.get(e.from)} —${e.words}→ ${label.get(e.to)}`) }
}

describe('lineage', () => {
  it('goes from the source to the endpoint, in words', () => {
    const { nodes, edges } = drawn(
      {
        versions: [version('v1')],
        runs: [run('r1', 1), run('r2', 2)],
        models: [{ id: 'm1', model: 'demand', version: 1, aliases: ['champion'] }],
        endpoints: [{ id: 'e1', name: 'live', model: 'demand', version: 1, versionId: 'm1' }],
      },
      [
        link('run/r1', 'trained-on', 'dataset-version/v1'),
        link('run/r2', 'trained-on', 'dataset-version/v1'),
        link('model-version/m1', 'registered-from', 'run/r1'),
        link('endpoint/e1', 'serves', 'model-version/m1'),
      ],
    )
    assert.deepEqual(edges.sort(), [
      'bikes v1 —trained→ demand #1',
      'bikes v1 —trained→ demand #2',
      'demand #1 —registered as→ demand v1',
      'demand v1 —serves→ live',
      'file bikes.csv —read→ bikes v1',
    ])
    assert.deepEqual(
      nodes.filter(n => n.here).map(n => n.label),
      ['bikes v1'],
    )
  })

  it('many runs that led to no model stand together; one that did stands alone', () => {
    const runs = Array.from({ length: MAX_RUNS + 5 }, (_, i) => run(`r${i}`, i + 1))
    const { nodes } = drawn(
      { versions: [version('v1')], runs, models: [{ id: 'm1', model: 'demand', version: 1, aliases: [] }] },
      [
        ...runs.map(r => link(`run/${r.id}`, 'trained-on', 'dataset-version/v1')),
        link('model-version/m1', 'registered-from', 'run/r3'),
      ],
    )
    const details = nodes.filter(n => n.kind === 'runs' || n.kind === 'run').map(n => `${n.label}: ${n.detail}`)
    assert.deepEqual(details.sort(), ['demand #4: linear, succeeded', `demand: ${MAX_RUNS + 4} runs without a model`])
  })

  it('an endpoint that answers with another version now says so', () => {
    const { edges } = drawn(
      {
        models: [{ id: 'm1', model: 'demand', version: 1, aliases: [] }],
        endpoints: [{ id: 'e1', name: 'live', model: 'demand', version: 2, versionId: 'm2' }],
      },
      [link('endpoint/e1', 'serves', 'model-version/m1')],
    )
    assert.deepEqual(edges, ['demand v1 —served before→ live'])
  })

  it('a version made from another has no source of its own, and what has no name is left out', () => {
    const { edges } = drawn(
      { versions: [version('v1'), version('v2', { version: 2, source: null, parentId: 'v1' })] },
      [
        link('dataset-version/v2', 'made-from', 'dataset-version/v1'),
        link('run/gone', 'trained-on', 'dataset-version/v1'),
      ],
    )
    assert.deepEqual(edges.sort(), ['bikes v1 —became→ bikes v2', 'file bikes.csv —read→ bikes v1'])
  })
})
