import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ServerModels, ShownModel } from '#server/serving/models/contract.ts'
import { endpointSentence, exampleOf, formatProbability, snippet } from './labels.ts'
import { championState, memoryOf, memorySentence } from './model-labels.ts'

const quiet: Parameters<typeof endpointSentence>[0] = {
  model: 'demand',
  version: 3,
  servers: { current: 1, alive: 1 },
  ratePerSecond: 0,
  p99Ms: null,
  errorShare: null,
  models: [],
}

const server = (state: ShownModel['state']): ServerModels => ({
  host: 'one',
  pid: 1,
  loadedBytes: 3 * 2 ** 20,
  budgetBytes: 2 ** 30,
  models: [
    {
      model: 'demand',
      version: 3,
      state,
      isolated: true,
      memoryBytes: 2 ** 20,
      lastUsedAt: null,
      outage: null,
      reason: null,
    },
  ],
})

describe('words of serving', () => {
  for (const [given, expected] of [
    [{}, 'Serves demand v3: no requests in the last minute.'],
    [{ servers: { current: 0, alive: 0 } }, 'No inference server is running; the endpoint does not respond.'],
    [
      { servers: { current: 1, alive: 2 } },
      '1 of 2 servers serve demand v3; the others still serve the previous version.',
    ],
    [{ ratePerSecond: 12.34, p99Ms: 1.5, errorShare: 0 }, 'Serves demand v3: 12.3 req/s, p99 1.5 ms, no errors.'],
    [{ ratePerSecond: 1, p99Ms: 1.5, errorShare: 0.5 }, 'Serves demand v3: 1 req/s, p99 1.5 ms, 50 % errors.'],
    [{ models: [server('out'), server('loaded')] }, 'demand v3 is out of traffic: requests are refused.'],
  ] satisfies [Partial<Parameters<typeof endpointSentence>[0]>, string][])
    it(expected, () => assert.equal(endpointSentence({ ...quiet, ...given }), expected))
  it('the worst state of the servers is shown, with the memory of each', () => {
    const both = { models: [server('loaded'), { ...server('out'), pid: 2 }] }
    assert.equal(championState(both), 'out')
    assert.equal(championState({ models: [server('unloaded'), server('loaded')] }), 'loaded')
    assert.equal(championState({ models: [] }), undefined)
    assert.equal(memoryOf(both), 2 * 2 ** 20)
    assert.equal(memorySentence([both]), 'Loaded models use 3.15 MB of 1.07 GB on one:1, 3.15 MB of 1.07 GB on one:2.')
    assert.equal(memorySentence([{ models: [server('out')] }]), 'Loaded models use 3.15 MB of 1.07 GB.')
    assert.equal(memorySentence([]), undefined)
  })
  it('an example fits its column', () => {
    const base = { name: 'x', nullable: false }
    assert.equal(exampleOf({ ...base, type: 'integer', domain: { min: 0, max: 5 } }), 3)
    assert.equal(exampleOf({ ...base, type: 'category', domain: ['a', 'b'] }), 'a')
    assert.equal(exampleOf({ ...base, type: 'boolean' }), true)
  })
  it('a probability is certain only when it is', () =>
    assert.deepEqual([0, 0.00004, 0.25, 0.99996, 1].map(formatProbability), [
      '0.0 %',
      '< 0.1 %',
      '25.0 %',
      '> 99.9 %',
      '100.0 %',
    ]))
  it('quotes in a value do not end the shell’s', () =>
    assert.match(snippet('curl', 'http://h/p/endpoints/e', { a: "it's" }), /it'\\''s/))
})
