import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareVersions, metricsOf, modelSentence } from './labels.ts'

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
  for (const [metric, champion, challenger, half, expected] of [
    ['rmse', 2, 1, 0.1, 'better'],
    ['rmse', 2, 1, 0.6, 'tied'],
    ['validation_loss', 1, 2, 0.1, 'worse'],
    ['roc_auc', 0.8, 0.9, 0.01, 'better'],
    ['roc_auc', 0.8, 0.9, undefined, 'better'],
    ['r2', 0.9, 0.9, 0.01, 'same'],
    ['epochs', 1, 2, undefined, 'differs'],
    ['rmse', null, 2, undefined, 'unknown'],
  ] as const)
    it(`${metric} ${champion} → ${challenger} ± ${half} is ${expected}`, () =>
      assert.equal(
        compareVersions(metric, version({ [metric]: champion }, half), version({ [metric]: challenger }, half)),
        expected,
      ))

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
