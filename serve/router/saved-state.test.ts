import assert from 'node:assert/strict'
import { it } from 'node:test'
import { upgradeSavedState } from './saved-state.ts'

/** As written by releases before targets. */
const V1 = {
  v: 1 as const,
  confirmedAt: 1_790_000_000_000,
  endpoints: [
    {
      projectId: '019ab8a1-0000-7000-8000-000000000001',
      slug: 'sample',
      zone: 'UTC',
      endpointId: '019ab8a1-0000-7000-8000-000000000002',
      endpoint: 'demand',
      timeColumn: null,
      revision: 7,
      versionId: '019ab8a1-0000-7000-8000-000000000003',
      version: 3,
      model: 'demand',
      servable: { kind: 'native' as const, digest: 'a'.repeat(64) },
    },
  ],
  tokens: [],
}

it('a saved state with one version per endpoint becomes one champion target with all requests', () => {
  assert.deepEqual(upgradeSavedState(V1), {
    v: 2,
    confirmedAt: 1_790_000_000_000,
    endpoints: [
      {
        projectId: '019ab8a1-0000-7000-8000-000000000001',
        slug: 'sample',
        zone: 'UTC',
        endpointId: '019ab8a1-0000-7000-8000-000000000002',
        endpoint: 'demand',
        timeColumn: null,
        revision: 7,
        targets: [
          {
            versionId: '019ab8a1-0000-7000-8000-000000000003',
            version: 3,
            model: 'demand',
            servable: { kind: 'native', digest: 'a'.repeat(64) },
            role: 'champion',
            weight: 100,
          },
        ],
      },
    ],
    tokens: [],
  })
})

it('the state of a later release is ignored', () =>
  assert.equal(upgradeSavedState({ ...V1, v: 3 } as never), undefined))
