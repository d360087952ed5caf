import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  compareCells,
  formatFacets,
  formatSort,
  matchesSearch,
  nextSort,
  parseFacets,
  parseSort,
} from './table-state.ts'

it('the order of a table survives the address', () => {
  for (const text of ['rows', '-rows']) assert.equal(formatSort(parseSort(text)), text)
  assert.equal(parseSort(''), null)
  assert.equal(parseSort('-'), null)
})

it('filters survive the address, also values with separators', () => {
  const facets = { state: ['failed', 'a|b,c:d'], 'by:x': ['100 %'] }
  assert.deepEqual(parseFacets(formatFacets(facets)!), facets)
})

it('broken filters in an address are no filters', () => {
  for (const text of ['', 'state', ':x', 'state:', ',,']) assert.deepEqual(parseFacets(text), {}, text)
  assert.deepEqual(parseFacets('state:%E0%A4%A'), { state: ['%E0%A4%A'] })
  assert.equal(formatFacets({ state: [] }), null)
})

it('a header sorts, reverses, and restores the default order', () => {
  const first = nextSort(null, 'rows', true)
  assert.deepEqual(first, { id: 'rows', descending: true })
  const second = nextSort(first, 'rows', true)
  assert.deepEqual(second, { id: 'rows', descending: false })
  assert.equal(nextSort(second, 'rows', true), null)
  assert.deepEqual(nextSort(second, 'name', false), { id: 'name', descending: false })
})

it('texts are ordered by the numbers in them', () => {
  assert.deepEqual(['run 10', 'run 9'].sort(compareCells), ['run 9', 'run 10'])
  assert.deepEqual([10, -2, 9].sort(compareCells), [-2, 9, 10])
})

it('every word of a search must occur', () => {
  assert.ok(matchesSearch('Ridge light #12', 'light ridge'))
  assert.ok(!matchesSearch('Ridge light #12', 'light forest'))
})
