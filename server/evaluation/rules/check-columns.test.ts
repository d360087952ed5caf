import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Schema } from '#ml/index.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import { checkColumns } from './check-columns.ts'

const signature: Schema = {
  columns: [
    { name: 'temp', type: 'number', role: 'feature', nullable: true },
    { name: 'kind', type: 'category', role: 'feature', nullable: true },
    { name: 'at', type: 'datetime', role: 'time', nullable: false },
    { name: 'ok', type: 'boolean', role: 'feature', nullable: false },
  ],
}
const columns = (types: Record<string, VersionColumn['type']>) =>
  Object.entries(types).map(([name, type]) => ({ name, type }))
const all = { temp: 'number', kind: 'category', at: 'datetime', ok: 'boolean', y: 'number' } as const

const CASES: [string, Record<string, VersionColumn['type']>, string[]][] = [
  ['all there', all, []],
  ['whole numbers are numbers', { ...all, temp: 'integer' }, []],
  ['numbers can be read as words', { ...all, kind: 'integer' }, []],
  ['a constant is read as what it is', { ...all, temp: 'constant', y: 'constant' }, []],
  ['a new word among truth values is missing', { ...all, ok: 'category' }, []],
  ['words are no numbers', { ...all, temp: 'category' }, ['temp: a number, not a word']],
  ['words are no times', { ...all, at: 'text' }, ['at: a time, not a word']],
  [
    'what is missing is named, the target too',
    { kind: 'category', at: 'datetime', ok: 'boolean' },
    ['temp: a number, not no such column', 'y: the target, not no such column'],
  ],
  ['times are no regression target', { ...all, y: 'datetime' }, ['y: a number, not a time']],
]

describe('whether a model can be measured on a version', () => {
  for (const [name, types, problems] of CASES)
    it(name, () =>
      assert.deepEqual(
        checkColumns(signature, 'y', 'regression', columns(types)).map(p => `${p.column}: ${p.expected}, not ${p.got}`),
        problems,
      ),
    )
})
