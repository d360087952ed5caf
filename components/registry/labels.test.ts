import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PairedVerdict } from '#ml/metrics/compare-paired.ts'
import type { ComparedMetric } from '#server/training/comparison/contract.ts'
import { isWorse, metricsOf, modelSentence } from './labels.ts'

const version = (metrics: Record<string, number | null>, half?: number, metric: string | null = null) => ({
  metrics,
  metric,
  intervals:
    half === undefined
      ? {}
      : Object.fromEntries(
          Object.entries(metrics).map(([k, value]) => [
            k,
            { value, low: value === null ? null : value - half, high: value === null ? null : value + half },
          ]),
        ),
})

describe('words of the registry', () => {
  it('worse on the same rows is worse, unless another metric is better or nothing was compared', () => {
    const of = (...verdicts: PairedVerdict[]) => ({ metrics: verdicts.map(verdict => ({ verdict }) as ComparedMetric) })
    assert.equal(isWorse(of('tied', 'worse')), true)
    assert.equal(isWorse(of('better', 'worse')), false)
    assert.equal(isWorse(of('tied', 'unknown')), false)
    assert.equal(isWorse(undefined), false)
  })

  it('the metric that ranks comes first', () =>
    assert.equal(metricsOf([version({ mae: 1, rmse: 2, zeal: 3 }, undefined, 'mae'), version({ r2: 1 })])[0], 'mae'))

  for (const [champion, newest, behind, expected] of [
    [undefined, 2, 2, 'No version in production; v2 is the latest.'],
    [2, 2, 0, 'v2, the latest version, is in production.'],
    [1, 2, 1, 'v1 is in production; v2 is newer.'],
    [1, 4, 3, 'v1 is in production; 3 versions are newer, v4 is the latest.'],
  ] as const)
    it(expected, () => assert.equal(modelSentence(champion, newest, behind), expected))
})
