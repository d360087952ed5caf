import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Signature } from '#server/registry/contract.ts'
import { errorsOf, exampleValues, fieldsOfSignature, rowOf, suggestionsOf } from './signature-fields.ts'

const signature = {
  target: 'y',
  columns: [
    { name: 'a.b', type: 'integer', nullable: false, domain: { min: 1, max: 9 } },
    { name: 'kind', type: 'category', nullable: true, domain: ['x', 'y', 'x'] },
    { name: 'open', type: 'boolean', nullable: true },
    { name: 'at', type: 'datetime', nullable: true },
    { name: 'note', type: 'words', nullable: false },
  ],
} as unknown as Signature

describe('the test form of an endpoint', () => {
  it('has an input of the right kind for each column', () => {
    const fields = fieldsOfSignature(signature)
    assert.deepEqual(
      fields.map(field => [field.label, field.kind]),
      [
        ['a.b', 'number'],
        ['kind', 'text'],
        ['open', 'choice'],
        ['at', 'date'],
        ['note', 'text'],
      ],
    )
    assert.deepEqual(suggestionsOf(signature), { c1: ['x', 'y'] })
  })

  it('starts with a row that can be sent', () => {
    const row = rowOf(signature, exampleValues(signature))
    assert.deepEqual(Object.keys(row), ['a.b', 'kind', 'open', 'at', 'note'])
    assert.deepEqual([row['a.b'], row.kind, row.open], [5, 'x', true])
  })

  it('sends blank inputs as missing, but blank text that may not be missing as text', () => {
    const row = rowOf(signature, { c0: '', c1: '', c2: null, c3: '', c4: '' })
    assert.deepEqual(row, { 'a.b': null, kind: null, open: null, at: null, note: '' })
  })

  it('shows the message about a column at its input', () => {
    assert.deepEqual(errorsOf(signature, { 'a.b': 'Expected a number', other: 'x' }), { c0: 'Expected a number' })
  })
})
