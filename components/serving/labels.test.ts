import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endpointSentence, exampleOf, formatProbability, snippet } from './labels.ts'

const quiet = {
  model: 'demand',
  version: 3,
  servers: { current: 1, alive: 1 },
  ratePerSecond: 0,
  p99Ms: null,
  errorShare: null,
}

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
  ] as const)
    it(expected, () => assert.equal(endpointSentence({ ...quiet, ...given }), expected))
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
