import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createActualReader, type TargetFacts } from './read-actual.ts'
import { createClassReader } from './read-class.ts'

const CASES: [string, TargetFacts, [unknown, unknown][]][] = [
  [
    'classes Yes and No',
    { task: 'binary', classes: ['No', 'Yes'] },
    [
      ['Yes', 'Yes'],
      ['yes', 'Yes'],
      [' YES ', 'Yes'],
      [1, 'Yes'],
      ['1', 'Yes'],
      [true, 'Yes'],
      ['true', 'Yes'],
      [0, 'No'],
      [false, 'No'],
      ['banana', undefined],
      ['', undefined],
      [null, undefined],
      [2, undefined],
      [{}, undefined],
    ],
  ],
  [
    'classes 0 and 1',
    { task: 'binary', classes: ['0', '1'] },
    [
      [1, '1'],
      ['1.0', '1'],
      [true, '1'],
      ['yes', '1'],
      [false, '0'],
      ['12,5', undefined],
    ],
  ],
  [
    'classes that are no truth values',
    { task: 'binary', classes: ['few', 'many'] },
    [
      ['Many', 'many'],
      [1, undefined],
      [true, undefined],
    ],
  ],
  [
    'classes that differ by case only',
    { task: 'multiclass', classes: ['a', 'A', 'b'] },
    [
      ['A', 'A'],
      [' a', 'a'],
      ['B', 'b'],
    ],
  ],
  [
    'a flag with its own words',
    { task: 'binary', classes: ['false', 'true'], type: 'boolean', words: ['Nein', 'Ja'] },
    [
      ['ja', 'true'],
      ['Nein', 'false'],
      [1, 'true'],
      ['vielleicht', undefined],
    ],
  ],
  [
    'numbers with a decimal comma',
    { task: 'regression', format: { number: { decimal: ',', group: '.' } } },
    [
      ['12,5', 12.5],
      ['1.299,99', 1299.99],
      [3, 3],
      ['abc', undefined],
      ['', undefined],
    ],
  ],
  [
    'plain numbers',
    { task: 'regression' },
    [
      ['12.5', 12.5],
      ['12,5', undefined],
      ['N/A', undefined],
    ],
  ],
]

describe('true values', () => {
  for (const [name, target, cells] of CASES)
    it(`for ${name}`, () => {
      const read = createActualReader(target)
      for (const [cell, wanted] of cells) assert.equal(read(cell), wanted, String(JSON.stringify(cell)))
    })

  it('of classes that are two spellings of one truth value are read by name only', () => {
    const codeOf = createClassReader(['yes', 'true'])
    assert.deepEqual([codeOf('yes'), codeOf('true'), codeOf(1), codeOf('no')], [0, 1, undefined, undefined])
  })
})
