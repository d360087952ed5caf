import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { batchesOf, fitCell, fitRows } from './fit-rows.ts'
import { csvRows, parseRows } from './read-rows.ts'

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

  it('JSON lists, objects with rows, single objects and NDJSON are told apart', () => {
    const rows = [{ a: 1 }, { a: 2 }]
    for (const text of ['[{"a":1},{"a":2}]', ' {"rows":[{"a":1},{"a":2}]}', '{"a":1}\n{"a":2}\n'])
      assert.deepEqual(parseRows(text, 'f'), { rows, textual: false })
    assert.deepEqual(parseRows('{"a":1}', 'f').rows, [{ a: 1 }])
    assert.throws(() => parseRows('[1]', 'f'), /row 1 is no object/)
    assert.throws(() => parseRows('{"a":1}\n{"a":', 'f'), /line 2 is not JSON/)
  })
})

describe('cells as the signature wants them', () => {
  it('numbers, booleans and missing words', () => {
    for (const [text, type, domain, wanted] of [
      ['1.5', 'number', undefined, 1.5],
      ['-2e3', 'number', undefined, -2000],
      ['1,5', 'number', undefined, '1,5'],
      ['0x10', 'number', undefined, '0x10'],
      ['Infinity', 'number', undefined, 'Infinity'],
      ['', 'number', undefined, null],
      ['NA', 'number', undefined, null],
      ['7', 'integer', undefined, 7],
      ['TRUE', 'boolean', undefined, true],
      ['No', 'boolean', undefined, false],
      ['maybe', 'boolean', undefined, 'maybe'],
      ['no', 'boolean', ['no', 'yes'], 'no'],
      ['007', 'category', ['007'], '007'],
      ['NA', 'category', ['NA', 'EU'], 'NA'],
      ['NA', 'category', ['EU'], null],
      ['2012-01-01', 'datetime', undefined, '2012-01-01'],
    ] as const)
      assert.deepEqual(fitCell(text, type, domain), wanted, `${text} as ${type}`)
  })

  it('only the model’s columns are kept, and the others are named', () => {
    const signature = {
      columns: [
        { name: 'a', type: 'number', nullable: false },
        { name: 'b', type: 'category', nullable: true },
      ],
    }
    assert.deepEqual(fitRows([{ a: '1', b: 'x', target: '9' }], true, signature), {
      rows: [{ a: 1, b: 'x' }],
      leftOut: ['target'],
    })
    assert.deepEqual(fitRows([{ a: 1 }], false, signature).rows, [{ a: 1 }])
  })
  it('columns may be called as what every object has', () => {
    const columns = ['__proto__', 'constructor'].map(name => ({ name, type: 'number', nullable: true }))
    const fit = (text: string) => {
      const { rows, leftOut } = fitRows(csvRows(text, 'f.csv'), true, { columns } as unknown as Parameters<
        typeof fitRows
      >[2])
      return [JSON.stringify(rows), leftOut]
    }
    assert.deepEqual(fit('__proto__,constructor\n1,2\n'), ['[{"__proto__":1,"constructor":2}]', []])
    assert.deepEqual(fit('__proto__,x\n1,2\n'), ['[{"__proto__":1}]', ['x']])
  })
})

describe('requests', () => {
  it('hold at most so many rows and bytes', () => {
    assert.deepEqual(
      batchesOf([1, 2, 3, 4, 5], 2, 1e6).map(b => b.length),
      [2, 2, 1],
    )
    const big = Array.from({ length: 5 }, () => 'x'.repeat(100))
    assert.deepEqual(
      batchesOf(big, 100, 250).map(b => b.length),
      [2, 2, 1],
    )
    assert.deepEqual(batchesOf([], 2, 10), [])
  })
})
