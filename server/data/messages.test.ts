import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ContractBreak } from '#tables/infer/contract.ts'
import type { IngestNote } from '#tables/read/contract.ts'
import { describeBreak, describeNote } from './messages.ts'

const names = (...list: string[]) => ({ names: list, total: list.length })

describe('notes of an ingestion as sentences', () => {
  const cases: [IngestNote, string][] = [
    [
      { code: 'not-numbers', facts: { column: 'n', cells: 3, present: 1000, examples: ['oops', '-'] } },
      'n: 3 of 1000 cells are not numbers (“oops”, “-”) and are read as missing.',
    ],
    [
      { code: 'missing-tokens', facts: { column: 'w', cells: 250, present: 1000, tokens: ['NA'] } },
      'w: 250 of 1000 cells are “NA” and are read as missing.',
    ],
    [
      { code: 'append-columns-new', facts: { columns: names('c'), version: 'v1' } },
      '“c” is new; the cells are missing in the rows of v1.',
    ],
    [
      { code: 'append-became-text', facts: { column: 'a', before: 'number', after: 'text', version: 'v1' } },
      '“a” holds numbers in v1 and text in the new rows: the column is text now.',
    ],
    [
      { code: 'mostly-missing', facts: { column: 'deck', missing: 688, rows: 891 } },
      'deck: 77.2 % of the cells are missing.',
    ],
    [
      { code: 'constant', facts: { column: 'c', value: 'x', gaps: true } },
      'c: is x in every row where it is not missing; the column carries no information.',
    ],
    [
      { code: 'missing-lookalikes', facts: { column: 'c', words: ['?'] } },
      'c: “?” looks like a missing value but is kept as text.',
    ],
    [
      {
        code: 'file-columns-differ',
        facts: { file: 'b.csv', first: 'a.csv', absent: names('x', 'y'), additional: names('z') },
      },
      'Unlike a.csv, b.csv has no columns “x”, “y” and has additional column “z”; cells of absent columns are missing values.',
    ],
    [
      {
        code: 'columns-added',
        facts: { columns: { names: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], total: 1200 }, version: 'v3' },
      },
      'Added since v3: columns “a”, “b”, “c”, “d”, “e” and 1,195 more.',
    ],
  ]
  for (const [note, sentence] of cases) it(note.code, () => assert.equal(describeNote(note), sentence))

  it('text from before codes is shown as it is', () =>
    assert.equal(describeNote({ code: 'legacy', legacyText: 'a: says nothing.' }), 'a: says nothing.'))
})

describe('contract breaks as sentences', () => {
  const cases: [ContractBreak, string][] = [
    [
      { code: 'type-differs', facts: { column: 'c', decided: 'number', holds: 'words' } },
      '“c” should be number but holds text.',
    ],
    [
      { code: 'has-missing', facts: { column: 'c', missing: 11, rows: 1000 } },
      '“c” is not nullable, but 11 of 1,000 cells are missing.',
    ],
    [
      { code: 'has-missing', facts: { column: 'c', missing: 1, rows: 1000 } },
      '“c” is not nullable, but 1 of 1,000 cells is missing.',
    ],
    [
      { code: 'out-of-range', facts: { column: 'c', min: 0, max: 49, allowed: { min: 0, max: 10 } } },
      '“c” ranges from 0 to 49; allowed is 0 to 10.',
    ],
    [
      { code: 'values-not-allowed', facts: { column: 'c', values: names('d'), allowed: 2 } },
      '“c” has “d”, which is not among its 2 allowed values.',
    ],
    [
      { code: 'column-absent', facts: { column: 'gone', decided: 'category' } },
      '“gone” should be category but is absent.',
    ],
  ]
  for (const [broken, sentence] of cases) it(sentence, () => assert.equal(describeBreak(broken), sentence))
})
