import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CHECK_WORDS, type CheckType, expectationInput } from '#server/data/expectations/contract.ts'
import { fieldsOf, needsColumn, parameterOf, textOf } from './parameter-fields.ts'

/** Parameters of each type as a person has them. */
const EXAMPLES: Record<CheckType, Record<string, unknown>> = {
  schema: { columns: [{ name: 'a: b', type: 'number' }, { name: 'c' }], exact: true },
  'row-count': { min: 1 },
  'not-null': { share: 0.9 },
  unique: { with: ['a', 'b'] },
  'in-set': { values: ['1', 'two words', "o'clock"], share: 1 },
  between: { min: 0, max: '2026-01-01', share: 1 },
  regex: { pattern: '^a+$', share: 1 },
  length: { min: 1, max: 3, share: 1 },
  'quantile-between': { quantile: 0.5, max: 3 },
  'mean-between': { min: -1.5 },
  'sd-between': { max: 2 },
  freshness: { hours: 24 },
  referential: { dataset: 'people@2', to: 'id', share: 1 },
  compare: { operator: '<=', other: 'b', share: 1 },
  sql: { predicate: '"a" > 0', share: 1 },
  drift: { against: 1, test: 'psi', threshold: 0.3 },
}

describe('the form of an expectation', () => {
  for (const type of Object.keys(CHECK_WORDS) as CheckType[])
    it(`of type ${type} shows every parameter and gives back what it shows`, () => {
      const fields = fieldsOf(type)
      const example = EXAMPLES[type]
      for (const name of Object.keys(example))
        assert.ok(
          fields.some(f => f.name === name),
          name,
        )
      for (const f of fields) assert.notEqual(f.label, f.name, `${f.name} has a label of its own`)
      const shown = fields.map(f => {
        const value = example[f.name]
        return [f, typeof value === 'boolean' ? value : textOf(f.kind, value)] as const
      })
      const parameters = Object.fromEntries(
        shown.flatMap(([f, text]) => {
          const value = parameterOf(f.kind, text)
          return value === undefined || text === '' ? [] : [[f.name, value]]
        }),
      )
      assert.deepEqual(parameters, example)
      const read = expectationInput.parse({ type, column: needsColumn(type) ? 'a' : null, parameters })
      assert.deepEqual({ ...read.parameters }, { ...read.parameters, ...example })
    })
})
