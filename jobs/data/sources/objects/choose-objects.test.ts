import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '#server/kernel/errors.ts'
import { chooseObjects, matcher } from './choose-objects.ts'

const objects = (...keys: string[]) => keys.map(key => ({ key, bytes: 1, etag: key }))
const choose = (keys: string[], prefix = '', pattern = '*') =>
  chooseObjects(objects(...keys), { prefix, pattern }, 's3://lake').files.map(o => o.key)
const refused = (keys: string[], prefix = '', pattern = '*'): AppError => {
  try {
    choose(keys, prefix, pattern)
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    return error
  }
  return assert.fail('it was taken')
}

describe('which objects are a dataset', () => {
  for (const [prefix, pattern, key, fits] of [
    ['', '*', 'a.csv', true],
    ['', '*', 'deep/er/a.csv', true],
    ['', '*.csv', 'deep/a.csv', true],
    ['', '*.csv', 'a.csv.gz', false],
    ['', 'a?.csv', 'ab.csv', true],
    ['', 'a.csv', 'aXcsv', false],
    ['sales/', '2024/*.csv', 'sales/2024/a.csv', true],
    ['sales', '2024/*.csv', 'sales/2024/a.csv', true],
    ['sales/', '2024/*.csv', 'sales/2024/b/a.csv', false],
    ['sales/', '**/a.csv', 'sales/a.csv', true],
    ['sales/', '**/a.csv', 'sales/x/y/a.csv', true],
    ['sales/', 'y=*/m=*/*.parquet', 'sales/y=1/m=2/p.parquet', true],
    ['', '*', 'x/_SUCCESS', false],
    ['', '*', '.part.csv', false],
    ['', '_*', '_a.csv', true],
    ['', '(a+)+$', '(a+)+$', true],
    ['a.csv', '*', 'a.csv', true],
  ] as [string, string, string, boolean][])
    it(`${prefix} ${pattern} ${fits ? 'takes' : 'leaves'} ${key}`, () =>
      assert.equal(matcher(prefix, pattern)(key), fits))

  it('files are sorted by key, whatever the store’s order', () =>
    assert.deepEqual(choose(['b.csv', 'a10.csv', 'a2.csv', 'B.csv']), ['B.csv', 'a10.csv', 'a2.csv', 'b.csv']))

  it('empty objects are left out, unknown kinds beside known ones are said', () => {
    const list = [...objects('a.csv', 'readme.md'), { key: 'none.csv', bytes: 0, etag: '' }]
    const { files, format, skipped } = chooseObjects(list, { prefix: '', pattern: '*' }, 's3://lake')
    assert.deepEqual([files.map(f => f.key), format, skipped], [['a.csv'], 'CSV', ['readme.md']])
  })

  it('gzipped and plain files of one kind go together', () =>
    assert.equal(choose(['a.csv', 'b.csv.gz', 'c.tsv']).length, 3))

  it('several kinds are refused with their counts', () => {
    const error = refused(['a.csv', 'b.csv', 'c.parquet'])
    assert.match(error.message, /are 2 CSV files and 1 Parquet file; one dataset has one kind/)
    assert.deepEqual(choose(['a.csv', 'b.csv', 'c.parquet'], '', '*.parquet'), ['c.parquet'])
  })

  it('nothing found says what there is', () => {
    assert.match(refused([], 'sales/').message, /nothing below s3:\/\/lake\/sales\//)
    const error = refused(['sales/a.csv', 'sales/b.csv'], 'sales/', '*.parquet')
    assert.match(error.message, /Nothing below s3:\/\/lake\/sales\/ is named as \*\.parquet/)
    assert.match(error.hint ?? '', /There is sales\/a\.csv, sales\/b\.csv\./)
    assert.match(refused(['a.xlsx']).hint ?? '', /There is a\.xlsx/)
  })

  it('a pattern of many stars is matched in time', () => {
    const fits = matcher('', `${'*a'.repeat(12)}*b`)
    assert.equal(fits('a'.repeat(60)), false)
  })
})
