import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CHECK_WORDS, type CheckType, expectationInput } from '#server/data/expectations/contract.ts'
import { fieldsOf } from '../../ui/schema-form/read-fields.ts'
import { cleanValues, initialValues, variantOf } from '../../ui/schema-form/values.ts'

/** Parameters of each type as a user enters them. */
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
const TABLE_CHECKS: readonly CheckType[] = ['schema', 'row-count', 'sql']

describe('the form of an expectation', () => {
  const fields = fieldsOf(expectationInput, { '': { labels: CHECK_WORDS } })
  const union = fields[0]!
  assert.ok(union.kind === 'union')

  for (const type of Object.keys(CHECK_WORDS) as CheckType[])
    it(`of type ${type} shows every parameter and returns what it shows`, () => {
      const column = TABLE_CHECKS.includes(type) ? null : 'a'
      const expectation = { type, column, parameters: EXAMPLES[type], severity: 'block' }
      const values = initialValues(fields, expectation)
      const clean = expectationInput.parse(cleanValues(fields, values))
      assert.deepEqual(clean, expectationInput.parse(expectation))
      const variant = variantOf(union, values)!
      assert.equal(variant.label, CHECK_WORDS[type])
      const parameters = variant.fields.find(field => field.name === 'parameters')!
      assert.ok(parameters.kind === 'group')
      for (const name of Object.keys(EXAMPLES[type])) {
        const field = parameters.fields.find(each => each.name === name)
        assert.ok(field, name)
        assert.notEqual(field.label, name, `${name} has a label`)
      }
    })
})
