import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { quoteLiteral, withDuckDb } from '#tables/duckdb.ts'
import { batchesOf, compileFit, fitRows } from './fit-rows.ts'
import { parseRows } from './parse-json-rows.ts'
import { readRows } from './read-rows.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-test-'))
})
after(() => rm(folder, { recursive: true }))

async function read(name: string, bytes: string | Uint8Array) {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return readRows(path, Readable.from([]))
}

describe('files that data add takes', () => {
  const table = 'zip;price;word\n02134;1.299,99; high \n00501;0,35;"a;b"\n'
  const wanted = [
    { zip: '02134', price: '1.299,99', word: ' high ' },
    { zip: '00501', price: '0,35', word: 'a;b' },
  ]
  const swapped = Buffer.from(`\ufeff${table}`, 'utf16le').swap16()
  for (const [what, name, bytes] of [
    ['semicolons', 'a.csv', table],
    ['tabs', 'a.tsv', 'zip\tprice\tword\n02134\t1.299,99\t high \n00501\t0,35\t"a;b"\n'],
    ['a byte order mark', 'b.csv', `\ufeff${table}`],
    ['gzip', 'c.csv.gz', gzipSync(table)],
    ['zstd', 'd.csv.zst', zstdCompressSync(table)],
    ['UTF-16 LE', 'e.csv', Buffer.from(`\ufeff${table}`, 'utf16le')],
    ['UTF-16 BE', 'f.csv', swapped],
  ] as const)
    it(`${what}: every cell as written`, async () => {
      assert.deepEqual(await read(name, bytes), { rows: wanted, textual: true })
    })

  it('empty cells are missing', async () => {
    assert.deepEqual((await read('gap.csv', 'a,b\n1,\n,x\n')).rows, [
      { a: '1', b: null },
      { a: null, b: 'x' },
    ])
  })

  it('Parquet: numbers, decimals, times and nested values as the reader of cells takes them', async () => {
    const path = join(folder, 'p.parquet')
    await withDuckDb({ folders: [folder] }, db =>
      db.run(
        `COPY (SELECT 1::INTEGER AS i, 12345678901234567890::UBIGINT AS wide, 1.10::DECIMAL(4,2) AS d, 'inf'::DOUBLE AS x,
          TIMESTAMP '2024-02-03 04:05:06' AS t, DATE '2024-02-03' AS day, true AS b, [1, 2] AS list, NULL::VARCHAR AS n)
        TO ${quoteLiteral(path)} (FORMAT parquet)`,
      ),
    )
    assert.deepEqual((await readRows(path, Readable.from([]))).rows, [
      {
        i: 1,
        wide: '12345678901234567890',
        d: '1.10',
        x: null,
        t: '2024-02-03T04:05:06.000',
        day: '2024-02-03',
        b: true,
        list: '[1,2]',
        n: null,
      },
    ])
  })

  it('standard input is read like a file', async () => {
    assert.deepEqual((await readRows('-', Readable.from([Buffer.from('a\n1\n')]))).rows, [{ a: '1' }])
    assert.deepEqual((await readRows('-', Readable.from([Buffer.from('[{"a":1}]')]))).rows, [{ a: 1 }])
  })

  it('what is no table is refused in the words of data add', async () => {
    await assert.rejects(read('bad.csv', 'a,b\n1,2\n1,2,3\n'), /Line 3 of bad.csv has 3 cells/)
    await assert.rejects(read('none.csv', 'a,b\n'), /none.csv has no rows/)
    await assert.rejects(readRows(join(folder, 'nowhere.csv'), Readable.from([])), /There is no file/)
  })
})

describe('rows of JSON', () => {
  const rows = [{ a: 1 }, { a: 2 }]
  for (const text of [
    '[{"a":1},{"a":2}]',
    ' {"rows":[{"a":1},{"a":2}]}',
    '{"data":[{"a":1},{"a":2}]}',
    '{"a":1}\n{"a":2}\n',
    '{"a":{"0":1,"1":2}}',
    '{"columns":["a"],"index":[0,1],"data":[[1],[2]]}',
  ])
    it(text, () => assert.deepEqual(parseRows(text, 'f'), rows))

  it('one object is one row, and what Python writes for nothing is missing', () => {
    assert.deepEqual(parseRows('{"a":1}', 'f'), [{ a: 1 }])
    assert.deepEqual(parseRows('[{"a":NaN,"b":"NaN: Infinity,"}]', 'f'), [{ a: null, b: 'NaN: Infinity,' }])
  })

  it('what is no row is named', () => {
    assert.throws(() => parseRows('[1]', 'f'), /row 1 is no object/)
    assert.throws(() => parseRows('{"a":1}\n\n{"a":', 'f'), /line 3 is not JSON/)
  })
})

describe('cells for a strict endpoint', () => {
  it('are read by the format of the column; what cannot be read stays', () => {
    for (const [text, column, wanted] of [
      ['1.5', { type: 'number' }, 1.5],
      [
        '1.299,50 €',
        { type: 'number', format: { number: { decimal: ',', group: '.', unit: { text: '€', at: 'after' } } } },
        1299.5,
      ],
      ['1,5', { type: 'number' }, '1,5'],
      ['NA', { type: 'number' }, null],
      ['TRUE', { type: 'boolean' }, true],
      ['nein', { type: 'boolean', domain: ['Nein', 'Ja'] }, false],
      ['maybe', { type: 'boolean' }, 'maybe'],
      ['007', { type: 'category', domain: ['007'] }, '007'],
      [' high', { type: 'category', domain: ['high'] }, 'high'],
      ['NA', { type: 'category', domain: ['EU'], format: { missing: ['NA'] } }, null],
      ['03.02.2024', { type: 'datetime', format: { datetime: { patterns: ['%d.%m.%Y'] } } }, '2024-02-03T00:00:00.000'],
    ] as const)
      assert.deepEqual(
        compileFit({ name: 'c', nullable: false, ...column } as Parameters<typeof compileFit>[0])(text),
        wanted,
        text,
      )
  })

  it('only the model’s columns are sent, and the others are named', () => {
    const signature = {
      columns: [
        { name: 'a', type: 'number', nullable: false },
        { name: 'b', type: 'category', nullable: true },
      ],
    }
    const row = { a: '1', b: 'x', target: '9' }
    assert.deepEqual(fitRows([row], true, signature), { rows: [{ a: 1, b: 'x' }], leftOut: ['target'], plain: [] })
    assert.deepEqual(fitRows([row], false, signature).rows, [{ a: '1', b: 'x' }])
  })

  it('of columns called as what every object has', async () => {
    const columns = ['__proto__', 'constructor'].map(name => ({ name, type: 'number', nullable: true }))
    const fit = async (text: string) => {
      const { rows, leftOut } = fitRows((await read('proto.csv', text)).rows, true, { columns })
      return [JSON.stringify(rows), leftOut]
    }
    assert.deepEqual(await fit('__proto__,constructor\n1,2\n'), ['[{"__proto__":1,"constructor":2}]', []])
    assert.deepEqual(await fit('__proto__,x\n1,2\n'), ['[{"__proto__":1}]', ['x']])
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
