import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rereadDecisions } from './column-changes.ts'

describe('what is read again during a review', () => {
  it('edited formats with their types, without roles and domains, which change no cell', () => {
    const number = { number: { decimal: '.' as const, group: ',' as const } }
    assert.deepEqual(
      rereadDecisions([
        { name: 'a', type: 'number', role: 'target', format: number },
        { name: 'b', role: 'ignore' },
        { name: 'c', type: 'category' },
        { name: 'd', format: number, nullable: true },
      ]),
      [
        { name: 'a', type: 'number', format: number },
        { name: 'd', format: number },
      ],
    )
  })
})
