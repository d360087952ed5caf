import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StoredLeak } from './contract.ts'
import { describeLeak, leaksVerdict } from './messages.ts'

const found = { severity: 'block', strength: 1 } as const

describe('leak findings as sentences', () => {
  const cases: [StoredLeak, words: string, evidence: string][] = [
    [
      { ...found, columns: ['a', 'b'], code: 'sum', facts: { target: 'cnt', rows: 17_379 } },
      'a + b = cnt',
      'a + b = cnt in all 17,379 rows where the three are known.',
    ],
    [
      { ...found, columns: ['c'], code: 'copy', facts: { target: 't', rows: 4000 } },
      'equals t',
      '“c” equals t in all 4,000 rows.',
    ],
    [
      {
        ...found,
        columns: ['c'],
        code: 'other-words',
        facts: { target: 't', rows: 4000, example: 'no always with 0, yes always with 1' },
      },
      'determines t: each of its values occurs with one value of t only',
      '“c” determines t: each of its values occurs with one value of t only in all 4,000 rows (no always with 0, yes always with 1).',
    ],
    [
      {
        ...found,
        columns: ['c'],
        code: 'too-good',
        facts: { target: 't', measure: 'R²', score: 0.99978, baseline: 0, rows: 4000 },
      },
      'alone predicts t almost perfectly (R² 0.9997)',
      '“c” alone predicts t almost perfectly: R² 0.9997, baseline 0, cross-validated on 4,000 rows. Is it known before t is?',
    ],
    [
      { ...found, columns: ['late'], code: 'after-time', facts: { time: 'at', share: 1, medianMs: 4.2 * 86_400_000 } },
      'is later than at and may not be known at prediction time',
      '“late” is later than at in 100 % of the rows (median 4 days) and almost never earlier: it may not be known at prediction time.',
    ],
    [
      {
        ...found,
        columns: ['c'],
        code: 'missingness',
        facts: { target: 't', when: 'present', level: 'yes', rows: 300, usual: 0.12 },
      },
      'is present only in rows with t = yes',
      'All 300 sampled rows where “c” is present have t = yes; of all rows 12 % do. It seems to be filled in after t is known.',
    ],
    [
      {
        ...found,
        columns: [],
        code: 'duplicates',
        facts: { rows: 4000, duplicates: 4000, across: 640, testRows: 800, split: 'random' },
      },
      'duplicate rows',
      '4,000 of 4,000 rows are exact duplicates (features and target). In a random split with 20 % test rows, 640 of 800 test rows (80 %) are also training rows: scores will be too high.',
    ],
  ]
  for (const [finding, words, evidence] of cases)
    it(finding.code, () => assert.deepEqual(describeLeak(finding), { words, evidence }))

  it('text from before codes is shown as it is', () =>
    assert.deepEqual(
      describeLeak({ ...found, columns: ['c'], code: 'copy', legacyWords: 'equals t', legacyText: '“c” equals t.' }),
      { words: 'equals t', evidence: '“c” equals t.' },
    ))
})

describe('what a leak check says', () => {
  const evidence = {
    ...{ rows: 870, minRows: 20, columns: 30, notCompared: { names: ['id'], total: 1 }, unscored: null },
    strongest: [{ column: 'OverTime', measure: 'AUC' as const, score: 0.6149, baseline: 0.5 }],
  }
  const answer = {
    target: 'Attrition',
    split: 'random',
    state: 'succeeded',
    reason: null,
    findings: [],
    evidence,
  } as const
  const verdict = (more: object) =>
    leaksVerdict({ ...answer, findings: [], ...more } as Parameters<typeof leaksVerdict>[0])

  it('none found comes with what was looked at', () => {
    const { verdict: found, sentence } = verdict({})
    assert.equal(found, 'none')
    assert.match(sentence, /^No leaks of Attrition found\. Checked 30 columns on 870 rows \(not compared: “id”\): /)
    assert.match(sentence, /predict Attrition best: OverTime \(AUC 0\.61, baseline 0\.5\)\.$/)
  })
  it('no all-clear before a check, after a failed one, or with too little data', () => {
    const cases: [object, RegExp][] = [
      [{ target: null }, /^Not checked: no column is the target/],
      [{ state: 'absent', evidence: null }, /^Not checked yet/],
      [{ state: 'running', evidence: null }, /has not ended/],
      [{ state: 'failed', reason: 'The file is gone.', evidence: null }, /^The check failed: The file is gone/],
      [
        { evidence: { ...evidence, rows: 12, unscored: 'few-rows' } },
        /^Not enough data \(12 rows with Attrition, 20 needed\)/,
      ],
      [{ evidence: { ...evidence, unscored: 'constant-target' } }, /one value only/],
    ]
    for (const [more, sentence] of cases) {
      assert.equal(verdict(more).verdict, 'unknown', String(sentence))
      assert.match(verdict(more).sentence, sentence)
    }
  })
})
