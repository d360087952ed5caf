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
        ['a.b', 'text'],
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

  it('reads numbers as the model’s files write them, and leaves what is no number to the server', () => {
    const amount = { name: 'x', type: 'number', nullable: false, domain: { min: 0.5, max: 3262.57 } }
    const format = { number: { decimal: ',', group: '.', unit: { text: '€', at: 'after' } } }
    const german = { target: 'y', columns: [{ ...amount, format }] } as unknown as Signature
    assert.equal(fieldsOfSignature(german)[0]!.description, 'training range 0,5 € to 3.262,57 €')
    for (const [text, cell] of [
      ['3.262,57 €', 3262.57],
      ['37,5', 37.5],
      ['1e3', 1000],
      ['abc', 'abc'],
      ['', null],
    ])
      assert.deepEqual(rowOf(german, { c0: text }), { x: cell })
    assert.deepEqual(rowOf(german, exampleValues(german)), { x: 1630 })
  })

  it('shows the message about a column at its input', () => {
    assert.deepEqual(errorsOf(signature, { 'a.b': 'Expected a number', other: 'x' }), { c0: 'Expected a number' })
  })
})
