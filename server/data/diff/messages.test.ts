import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DiffNote } from '#tables/diff/contract.ts'
import { describeDiffNote } from './messages.ts'

const names = (...list: string[]) => ({ names: list, total: list.length })

describe('notes of a comparison as sentences', () => {
  const cases: [DiffNote, string][] = [
    [
      {
        code: 'key-repeats',
        facts: {
          key: names('k'),
          before: { version: 'x v1', repeated: 0 },
          after: { version: 'x v2', repeated: 1200 },
        },
      },
      '“k” is not a unique key: 1,200 values in x v2 occur more than once. Whole rows were compared instead; a changed row counts as one removed and one added.',
    ],
    [{ code: 'no-rows', facts: { version: 'x v1' } }, 'x v1 has no rows: distributions cannot be compared.'],
    [
      { code: 'columns-left-out', facts: { compared: 1, columns: names('c', 'b') } },
      'Rows are compared by the 1 column of both versions; “c”, “b” of one version only are left out.',
    ],
    [{ code: 'compared-as-text', facts: { columns: names('n') } }, '“n” changed type and is compared as text.'],
  ]
  for (const [note, sentence] of cases) it(note.code, () => assert.equal(describeDiffNote(note), sentence))
})
