import assert from 'node:assert/strict'
import { it } from 'node:test'
import { paths } from './paths.ts'

it('names are encoded, so that none of them changes the path', () => {
  assert.equal(paths.dataset('a b', 'x/y?z'), '/p/a%20b/data/x%2Fy%3Fz')
  assert.equal(paths.promote('p', 'm', { endpoint: 'e&f' }), '/p/p/registry/m/promote?endpoint=e%26f')
})

it('parameters without a value are left out', () => {
  assert.equal(paths.dataset('p', 'd', { v: null, tab: undefined }), '/p/p/data/d')
  assert.equal(paths.dataset('p', 'd', { v: 2, tab: 'diff', a: 1, b: 2 }), '/p/p/data/d?v=2&tab=diff&a=1&b=2')
  assert.equal(paths.newExperiment('p', { trainers: [], seed: 0 }), '/p/p/training/new?seed=0')
})

it('lists of runs stay readable', () => {
  assert.equal(paths.compare('p', ['a', 'b']), '/p/p/training/compare?runs=a,b')
})
