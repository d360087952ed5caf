import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TableError } from '../errors.ts'
import { filterSql } from './filter-sql.ts'

const schema = [
  { name: 'n', type: 'number', stored: 'number' },
  { name: 'i', type: 'category', stored: 'integer' },
  { name: 'w"; DROP TABLE x; --', type: 'category', stored: 'words' },
  { name: 't', type: 'datetime', stored: 'datetime' },
] as const

describe('conditions on rows', () => {
  it('binds every value and quotes every name', () => {
    const evil = `' OR 1=1; --`
    const { sql, values } = filterSql(schema, [
      { is: 'equal', column: 'w"; DROP TABLE x; --', value: evil },
      { is: 'contains', column: 'n', text: evil },
      { is: 'between', column: 't', from: 1, to: 2 },
    ])
    assert.deepEqual(values, [evil, evil, 1, 2])
    assert.ok(!sql.includes('1=1'))
    assert.ok(sql.includes('"w""; DROP TABLE x; --"'))
  })

  it('nothing to filter is no condition', () => assert.deepEqual(filterSql(schema, []), { sql: '', values: [] }))

  it('refuses unknown columns, and ranges of words', () => {
    assert.throws(
      () => filterSql(schema, [{ is: 'missing', column: 'gone' }]),
      (e: unknown) => e instanceof TableError && /no column “gone”/.test(e.message),
    )
    assert.throws(
      () => filterSql(schema, [{ is: 'between', column: 'w"; DROP TABLE x; --', from: 1 }]),
      (e: unknown) => e instanceof TableError && /has no range/.test(e.message),
    )
  })
})
