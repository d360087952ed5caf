import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnDecision } from '../contract.ts'
import { checkContract, mergeDecisions } from './check-contract.ts'
import type { ContractBreak } from './contract.ts'
import { type ColumnFacts, inferColumn } from './infer-column.ts'

const facts = (change: Partial<ColumnFacts>): ColumnFacts => ({
  name: 'c',
  sqlType: 'BIGINT',
  rows: 1000,
  missing: 0,
  distinct: 50,
  min: 0,
  max: 49,
  meanLength: null,
  levels: [],
  counting: false,
  ...change,
})
const check = (decision: Partial<ColumnDecision>, change: Partial<ColumnFacts>) => {
  const f = facts(change)
  const decisions = [{ name: 'c', ...decision }]
  return checkContract(decisions, [f], [inferColumn(f, { decided: new Map(decisions.map(d => [d.name, d])) })])
}
const words = { sqlType: 'VARCHAR', distinct: 3, min: null, max: null, meanLength: 1, levels: ['a', 'b', 'd'] }

describe('contract of a dataset', () => {
  const cases: [string, Partial<ColumnDecision>, Partial<ColumnFacts>, ContractBreak | undefined][] = [
    ['kept', { type: 'integer', nullable: false, domain: { min: 0, max: 100 } }, {}, undefined],
    [
      'another type',
      { type: 'number' },
      words,
      { code: 'type-differs', facts: { column: 'c', decided: 'number', holds: 'words' } },
    ],
    ['integers where numbers are decided', { type: 'number' }, {}, undefined],
    [
      'missing cells',
      { nullable: false },
      { missing: 11 },
      { code: 'has-missing', facts: { column: 'c', missing: 11, rows: 1000 } },
    ],
    ['missing cells that are allowed', { nullable: true }, { missing: 11 }, undefined],
    [
      'a range that is left',
      { domain: { min: 0, max: 10 } },
      {},
      { code: 'out-of-range', facts: { column: 'c', min: 0, max: 49, allowed: { min: 0, max: 10 } } },
    ],
    [
      'a new value',
      { domain: ['a', 'b'] },
      words,
      { code: 'values-not-allowed', facts: { column: 'c', values: { names: ['d'], total: 1 }, allowed: 2 } },
    ],
    [
      'too many values to list',
      { domain: ['a', 'b'] },
      { ...words, distinct: 900, levels: [] },
      { code: 'too-many-values', facts: { column: 'c', distinct: 900, allowed: 2 } },
    ],
    ['fewer values', { domain: ['a', 'b', 'c', 'd'] }, words, undefined],
    [
      'an absent column',
      { name: 'gone', type: 'category' },
      {},
      { code: 'column-absent', facts: { column: 'gone', decided: 'category' } },
    ],
  ]
  for (const [what, decision, change, broken] of cases)
    it(`${what}: ${broken ? 'broken' : 'kept'}`, () =>
      assert.deepEqual(check(decision, change), broken ? [broken] : []))

  it('later decisions change fields and leave the rest; there is one target', () => {
    const merged = mergeDecisions(
      [
        { name: 'a', type: 'integer', role: 'target', domain: { min: 0, max: 1 } },
        { name: 'b', nullable: false },
      ],
      [
        { name: 'b', role: 'target' },
        { name: 'a', type: 'category' },
      ],
    )
    assert.deepEqual(merged, [
      { name: 'a', type: 'category', role: 'feature' },
      { name: 'b', nullable: false, role: 'target' },
    ])
    assert.deepEqual(mergeDecisions([{ name: 'a', domain: ['x'] }], [{ name: 'a', domain: null }]), [{ name: 'a' }])
  })
})
