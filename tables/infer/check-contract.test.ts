import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnDecision } from '../contract.ts'
import { checkContract, mergeDecisions } from './check-contract.ts'
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
  const cases: [string, Partial<ColumnDecision>, Partial<ColumnFacts>, RegExp | undefined][] = [
    ['kept', { type: 'integer', nullable: false, domain: { min: 0, max: 100 } }, {}, undefined],
    ['another type', { type: 'number' }, words, /“c” is decided as number but holds words\./],
    ['integers where numbers are decided', { type: 'number' }, {}, undefined],
    ['empty cells', { nullable: false }, { missing: 11 }, /“c” may not be empty, but 11 of 1,000 cells are\./],
    ['one empty cell', { nullable: false }, { missing: 1 }, /1 of 1,000 cells is\./],
    ['empty cells that may be', { nullable: true }, { missing: 11 }, undefined],
    ['a range that is left', { domain: { min: 0, max: 10 } }, {}, /reaches from 0 to 49; decided is 0 to 10\./],
    ['a new word', { domain: ['a', 'b'] }, words, /“c” has “d”, which is not among the 2 decided\./],
    ['fewer words', { domain: ['a', 'b', 'c', 'd'] }, words, undefined],
    [
      'a column that is gone',
      { name: 'gone', type: 'category' },
      {},
      /“gone” is decided as category but is not there\./,
    ],
  ]
  for (const [what, decision, change, sentence] of cases)
    it(`${what}: ${sentence ? 'broken' : 'kept'}`, () => {
      const breaks = check(decision, change)
      if (sentence) assert.match(breaks.join('\n'), sentence)
      else assert.deepEqual(breaks, [])
    })

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
