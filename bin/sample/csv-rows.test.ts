import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { csvRows } from './csv-rows.ts'

describe('rows of files', () => {
  it('CSV keeps quotes, delimiters, line breaks and empty cells', () => {
    const text = '\ufeffname;note;n\r\n"a;b";"he said ""yes""\nand left";1\r\nc;;2\r\n\r\n'
    assert.deepEqual(csvRows(text, 'f'), [
      { name: 'a;b', note: 'he said "yes"\nand left', n: '1' },
      { name: 'c', note: '', n: '2' },
    ])
    for (const d of [',', ';', '\t', '|']) assert.deepEqual(csvRows(`a${d}b\n1${d}2`, 'f'), [{ a: '1', b: '2' }])
    assert.deepEqual(csvRows('a\n1\n2\n', 'f'), [{ a: '1' }, { a: '2' }])
    assert.deepEqual(csvRows('a,b\n5" pipe,"x,y"\n', 'f'), [{ a: '5" pipe', b: 'x,y' }])
  })

  it('what is wrong with a CSV is named with its line', () => {
    for (const [text, message] of [
      ['a,b\n1,2\n3\n', /line 3 has 1 cells; the header has 2/],
      ['a,b\n1,"2\n', /line 2: a quote is opened and never closed/],
      ['a,b\n1,"2\n3\n\n', /line 2: a quote is opened and never closed/],
      ['a,b\n"1\n\n",2\n3\n', /line 5 has 1 cells/],
      ['a,b\n"1"x,2\n', /line 2: something follows a closing quote/],
      ['a,a\n1,2\n', /two columns are named “a”/],
      ['a,\n1,2\n', /a column has no name/],
      ['', /f is empty/],
    ] as const)
      assert.throws(() => csvRows(text, 'f'), message)
  })
})
