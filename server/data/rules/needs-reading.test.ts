import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnDecision, VersionColumn } from '../contract.ts'
import { needsReading } from './needs-reading.ts'

const column: VersionColumn = {
  name: 'price',
  type: 'category',
  role: 'feature',
  missing: 0,
  distinct: 9,
  nullable: false,
  stored: 'words',
  format: { missing: ['?'] },
  conversion: { type: 'number', format: { number: { decimal: ',' } }, cells: 3, texts: ['tbd'] },
  reason: '9 different words',
}

describe('decisions that need the files', () => {
  const cases: [string, Partial<ColumnDecision>, boolean][] = [
    ['a role', { role: 'ignore' }, false],
    ['a type that the cells have', { type: 'text' }, false],
    ['the offered type', { type: 'number' }, true],
    ['a type that is not offered', { type: 'datetime' }, false],
    ['another format', { format: { number: { decimal: ',' } } }, true],
    ['the format it has', { format: { missing: ['?'] } }, false],
  ]
  for (const [what, decision, needed] of cases)
    it(`${what}: ${needed ? 'yes' : 'no'}`, () =>
      assert.equal(needsReading([column], [{ name: 'price', ...decision }]), needed))
})
