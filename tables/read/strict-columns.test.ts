import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DuckDBConnection, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { groupTexts } from '../format/group-cells.ts'
import { inferColumns } from '../format/infer-columns.ts'
import { isContradiction, strictColumns } from './strict-columns.ts'

const FIRST: Record<string, string[]> = {
  n: ['1.5', '-2', '30.25'],
  i: ['1', '-2', '30'],
  d: ['2024-01-31', '2024-02-01', '2024-02-02'],
  t: ['2024-01-31 10:00', '2024-02-01 11:30:05', '2024-02-02 00:00:00.25'],
  b: ['true', 'false', 'true'],
}

/** Reads a later cell by the columns' first rows, two columns of each kind; the cell is in the first or in the second. */
async function readLater(db: DuckDBConnection, kind: string, cell: string | null, at: number): Promise<unknown> {
  const names = Object.keys(FIRST).flatMap(k => [`${k}0`, `${k}1`])
  const seen = names.map(name => groupTexts(name, FIRST[name[0]!]!))
  const read = strictColumns(seen, await inferColumns(seen, { decided: new Map(), before: new Map() }))
  assert.deepEqual([...read.keys()].sort(), [...names].sort())
  const cells = names.map(name => {
    const value = name === `${kind}${at}` ? cell : FIRST[name[0]!]![1]!
    return `${value === null ? 'NULL::VARCHAR' : text(value)} AS ${name}`
  })
  const columns = names.map(name => `(${read.get(name)})::VARCHAR AS ${name}`)
  await db.run(`CREATE OR REPLACE TABLE later AS SELECT ${cells.join(', ')} FROM range(3000)`)
  const [row] = (await db.runAndReadAll(`SELECT ${columns.join(', ')} FROM later`)).getRowsJson()
  return row![names.indexOf(`${kind}${at}`)]
}

test('a later cell that is not written like the first rows fails, wherever its column stands', async () => {
  const odd: [kind: string, cells: string[]][] = [
    [
      'n',
      [
        'x',
        '',
        '.',
        '-',
        '1_000',
        ' 5',
        '5 ',
        '5\t',
        '+5',
        '007',
        '1e400',
        'nan',
        'inf',
        '1,5',
        '5,',
        ',5',
        '1'.repeat(16),
      ],
    ],
    ['i', ['x', '', '1.0', '1e2', '1_0', ' 5', '5\n', '+5', '-0', '007', '0x1F', '1,5', '5,', ',5', '1'.repeat(16)]],
    ['d', ['x', '2024-13-01', '2024-1-1', ' 2024-01-01', '2024-01-01 10:00', '2024-01-01,2024-01-02', '2024-01-01,']],
    [
      't',
      [
        'x',
        '2024-01-01',
        '2024-01-01 10:00+02',
        '2024-01-01 25:00',
        '2024-01-01 10:00,2024-01-01 11:00',
        '2024-01-01 10:00,',
      ],
    ],
    ['b', ['x', '', '1', 't', 'yes', ' true']],
  ]
  await withDuckDb({}, async db => {
    for (const [kind, cells] of odd)
      for (const cell of cells)
        for (const at of [0, 1])
          await assert.rejects(readLater(db, kind, cell, at), isContradiction, `${kind}${at} ${JSON.stringify(cell)}`)
  })
})

test('a later cell written like the first rows is read, an empty one stays empty', async () => {
  const plain: [kind: string, cell: string | null, value: string | null][] = [
    ['n', '1e-5', '1e-05'],
    ['n', '.5', '0.5'],
    ['n', null, null],
    ['i', '123456789012345', '123456789012345'],
    ['i', null, null],
    ['d', '1999-12-31', '1999-12-31'],
    ['t', '1999-12-31T23:59', '1999-12-31 23:59:00'],
    ['b', 'tRUE', 'true'],
    ['b', 'FALSE', 'false'],
  ]
  await withDuckDb({}, async db => {
    for (const [kind, cell, value] of plain)
      for (const at of [0, 1]) assert.equal(await readLater(db, kind, cell, at), value, `${kind}${at} ${cell}`)
  })
})
