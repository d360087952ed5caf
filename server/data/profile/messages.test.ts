import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StoredWarning } from './contract.ts'
import { describeWarning, showWarning } from './messages.ts'

const about = { severity: 'medium', column: 'a' } as const

describe('profile warnings as sentences', () => {
  const cases: [StoredWarning, string][] = [
    [
      { ...about, other: 'b', code: 'correlated', facts: { measure: 'pearson', value: 0.9512 } },
      'a and b are highly correlated (Pearson r = 0.951): their importance may be split.',
    ],
    [
      { ...about, other: 'b', code: 'same-as', facts: { measure: 'cramers-v', value: 1 } },
      "a and b are redundant (Cramér's V = 1): keep one of them.",
    ],
    [{ ...about, code: 'missing', facts: { missing: 300, rows: 1000 } }, '30 % of the cells of a are missing.'],
    [{ ...about, code: 'constant', facts: { value: null } }, 'a is empty: every cell is missing.'],
    [{ ...about, code: 'constant', facts: { value: 'x' } }, 'a is constant (“x”) and carries no information.'],
    [
      {
        ...about,
        code: 'unique',
        facts: { distinct: 980, exact: false, cells: 1000, integer: false, monotone: false },
      },
      'a is nearly unique: about 980 distinct values in 1,000 cells. A model cannot learn from values that occur once.',
    ],
    [
      { ...about, code: 'unique', facts: { distinct: 9, exact: true, cells: 9, integer: true, monotone: true } },
      'a is a different integer in every row, in row order, like an id: exclude it unless it is a measurement.',
    ],
    [
      { ...about, code: 'blank-words', facts: { value: '', cells: 1 } },
      '1 cell of a is blank, which often stands for missing but is counted as a value.',
    ],
    [
      { ...about, column: null, code: 'duplicates', facts: { duplicates: 300, rows: 1000 } },
      '300 rows are duplicates of another (30 %): duplicates can be in both training and test data.',
    ],
  ]
  for (const [warning, sentence] of cases) it(sentence, () => assert.equal(describeWarning(warning), sentence))

  it('text from before codes is shown as it is, with its kind', () =>
    assert.deepEqual(showWarning({ ...about, code: 'missing', legacyText: '30 % of the cells of a are missing.' }), {
      ...about,
      kind: 'missing',
      facts: undefined,
      sentence: '30 % of the cells of a are missing.',
    }))
})
