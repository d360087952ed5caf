import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ColumnDecision, VersionColumn } from '../contract.ts'
import { withDuckDb } from '../duckdb.ts'
import type { TableError } from '../errors.ts'
import { type IngestNote, offerOf, type ReadingOptions } from './contract.ts'
import { type IngestOutput, ingestTable } from './ingest-table.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-cases-'))
})
after(() => rm(folder, { recursive: true, force: true }))

type Read = IngestOutput & { first: unknown[][] }

async function read(
  path: string,
  options: { reading?: ReadingOptions; decisions?: ColumnDecision[]; earlier?: VersionColumn[] } = {},
): Promise<Read> {
  const target = join(folder, 'version.parquet')
  const made = await ingestTable(
    {
      files: [{ path, name: basename(path) }],
      folder,
      target,
      words: basename(path),
      append: false,
      wishes: {},
      decisions: options.decisions ?? [],
      earlier: options.earlier,
      reading: options.reading,
      duckDbMb: 512,
    },
    { signal: new AbortController().signal, progress: () => undefined },
  )
  const first = await withDuckDb({ files: [target] }, async db => {
    const sql = made.schema.map(c => `"${c.name.replaceAll('"', '""')}"::VARCHAR`).join(', ')
    return (await db.runAndReadAll(`SELECT ${sql} FROM read_parquet('${target}') LIMIT 3`)).getRowsJson()
  })
  return { ...made, first }
}
const readCase = (name: string, options?: Parameters<typeof read>[1]) =>
  read(new URL(`cases/${name}`, import.meta.url).pathname, options)
async function readMade(
  name: string,
  content: string | Uint8Array,
  options?: Parameters<typeof read>[1],
): Promise<Read> {
  const path = join(folder, name)
  await writeFile(path, content)
  return read(path, options)
}

const columnsOf = (made: Read) => Object.fromEntries(made.schema.map(c => [c.name, `${c.type}/${c.role}`]))
const missingOf = (made: Read) => Object.fromEntries(made.schema.map(c => [c.name, c.missing]))
const note = (made: Read, code: IngestNote['code'], column?: string) =>
  made.notes.find(n => n.code === code && (column === undefined || (n.facts as { column?: string }).column === column))
    ?.facts
const lines = (n: number, line: (i: number) => string) => `${Array.from({ length: n }, (_, i) => line(i)).join('\n')}\n`

/** Columns as `name: type/role`, the first row as text, counts of missing cells, and codes of notes that must be given. */
const cases: [
  string,
  {
    rows: number
    columns: Record<string, string>
    first?: unknown[]
    missing?: Record<string, number>
    notes?: string[]
  },
][] = [
  [
    '01-zip-leading-zeros/homes.csv',
    {
      rows: 240,
      columns: { zip: 'category/feature' },
      first: ['07302', '185', '427.8'],
      notes: ['leading-zeros-kept'],
    },
  ],
  [
    '01-zip-leading-zeros/homes-sorted-6000.csv',
    { rows: 6000, columns: { zip: 'category/feature', area: 'integer/feature' }, notes: ['leading-zeros-kept'] },
  ],
  [
    '01-zip-leading-zeros/departments.csv',
    { rows: 240, columns: { dept: 'category/feature' }, notes: ['leading-zeros-kept'] },
  ],
  [
    '03-na-is-a-word/sales.csv',
    {
      rows: 240,
      columns: { country: 'category/feature' },
      missing: { country: 0, continent: 0, basement: 47 },
      notes: ['na-kept', 'missing-tokens'],
    },
  ],
  ['03-na-is-a-word/lower.csv', { rows: 120, columns: { country: 'category/feature' }, missing: { country: 0 } }],
  [
    '04-placeholders-in-numbers/sensors.csv',
    {
      rows: 240,
      columns: {
        dash: 'number/feature',
        none: 'number/feature',
        dot: 'number/feature',
        div0: 'number/feature',
        unknown: 'number/feature',
        miss9: 'number/feature',
      },
      missing: { dash: 11, none: 14, dot: 13, div0: 14, blank: 19 },
      notes: ['missing-tokens'],
    },
  ],
  [
    '04-placeholders-in-numbers/one-dash.csv',
    { rows: 240, columns: { level: 'number/feature' }, missing: { level: 1 }, notes: ['missing-tokens'] },
  ],
  [
    '05-decimal-comma/umsatz.csv',
    {
      rows: 240,
      columns: { Fläche: 'number/feature', Anteil: 'number/feature', Preis: 'number/feature' },
      first: ['1', '2499.15', '0.74', 'Ost', '8821.02'],
      notes: ['converted'],
    },
  ],
  [
    '05-decimal-comma/umsatz-komma-only.csv',
    { rows: 120, columns: { Wert: 'number/feature' }, first: ['1', '2.73', '4.64'] },
  ],
  [
    '06-encodings/cp1252.csv',
    {
      rows: 240,
      columns: { Größe: 'category/feature', 'Preis €': 'integer/feature' },
      first: ['Bücher', '16', '7'],
      notes: ['encoding-detected'],
    },
  ],
  ['06-encodings/utf16be.csv', { rows: 240, columns: { Größe: 'category/feature' }, first: ['Bücher', '16', '7'] }],
  [
    '06-encodings/utf16le-nobom.csv',
    { rows: 240, columns: { Größe: 'category/feature' }, first: ['Bücher', '16', '7'] },
  ],
  ['06-encodings/utf8-bom.csv', { rows: 240, columns: { Größe: 'category/feature' }, first: ['Bücher', '16', '7'] }],
  [
    '07-sep-line/excel-sep.csv',
    {
      rows: 120,
      columns: { x: 'integer/feature', y: 'number/feature', g: 'category/feature' },
      first: ['6', '6.9', 'a'],
      notes: ['separator-line'],
    },
  ],
  [
    '07-sep-line/excel-sep-bom.csv',
    { rows: 120, columns: { x: 'integer/feature' }, first: ['6', '6.9', 'a'], notes: ['separator-line'] },
  ],
  [
    '07-sep-line/comment-lines.csv',
    { rows: 100, columns: { a: 'integer/feature' }, first: ['3', '6', '5'], notes: ['lead-lines-skipped'] },
  ],
  [
    '07-sep-line/title-line.csv',
    { rows: 100, columns: { a: 'integer/feature' }, first: ['1', '3', '4', '1', '2'], notes: ['lead-lines-skipped'] },
  ],
  ['09-day-first/ambiguous.csv', { rows: 120, columns: { date: 'datetime/time' }, notes: ['ambiguous-day-order'] }],
  ['09-day-first/us-ambiguous.csv', { rows: 144, columns: { date: 'datetime/time' }, notes: ['ambiguous-day-order'] }],
  ['09-day-first/us.csv', { rows: 300, columns: { date: 'datetime/time' }, first: ['2023-01-01', '3', '0.63'] }],
  ['09-day-first/dotted.csv', { rows: 300, columns: { date: 'datetime/time' }, first: ['2023-01-01', '5', '0.63'] }],
  ['09-day-first/mixed.csv', { rows: 300, columns: { date: 'datetime/time' } }],
  [
    '09-day-first/with-missing.csv',
    { rows: 300, columns: { date: 'datetime/time' }, missing: { date: 18 }, notes: ['missing-tokens'] },
  ],
  ['10-mixed-offsets/meter.csv', { rows: 300, columns: { at: 'datetime/time' } }],
  [
    '10-mixed-offsets/half-without-offset.csv',
    { rows: 300, columns: { at: 'datetime/time' }, notes: ['times-without-offset'] },
  ],
  ['11-trailing-delimiter/rows-only.csv', { rows: 120, columns: { A: 'id/id' }, first: ['1', '8', '7.62'] }],
  ['11-trailing-delimiter/header-too.csv', { rows: 120, columns: { A: 'id/id' }, first: ['1', '8', '7.62'] }],
  [
    '14-special-names/names.csv',
    { rows: 240, columns: { 'distance, km': 'number/feature', цена: 'number/feature', '🦆': 'number/feature' } },
  ],
  ['14-special-names/newline-header.csv', { rows: 100, columns: {} }],
  [
    '15-proto-names/proto.csv',
    { rows: 240, columns: { ['__proto__']: 'number/feature', constructor: 'number/feature' } },
  ],
  ['15-proto-names/proto.ndjson', { rows: 240, columns: { constructor: 'number/feature', length: 'number/feature' } }],
  [
    '16-number-and-empty-names/pandas-index.csv',
    {
      rows: 240,
      columns: { index: 'id/id', '0': 'number/feature' },
      first: ['0', '-0.738', '0.875', '-0.943', '0.041'],
      notes: ['index-column'],
    },
  ],
  ['16-number-and-empty-names/unnamed0.csv', { rows: 240, columns: { 'Unnamed: 0': 'id/id' } }],
  [
    '16-number-and-empty-names/numbers.csv',
    { rows: 240, columns: { '2': 'number/feature' }, first: ['-0.738', '0.875', '-0.943', '0.041'] },
  ],
  ['21-ndjson-keys/late-key.ndjson', { rows: 300, columns: { b: 'integer/feature' }, missing: { b: 280 } }],
  ['21-ndjson-keys/nan-tokens.ndjson', { rows: 300, columns: { a: 'number/feature' }, missing: { a: 1 } }],
  ['21-ndjson-keys/sparse-array.json', { rows: 35, columns: { y: 'integer/feature' }, missing: { a: 33, y: 3 } }],
  ['21-ndjson-keys/sparse.ndjson', { rows: 300, columns: { device: 'category/feature', metric_8: 'number/feature' } }],
  ['21-ndjson-keys/wide-250.ndjson', { rows: 60, columns: { s0: 'number/feature', s249: 'number/feature' } }],
  [
    '22-nested-json/nested.ndjson',
    {
      rows: 120,
      columns: { user: 'id/id', y: 'number/feature' },
      first: ['{"age":79,"geo":{"lat":0.907}}', '["b","a"]', '3.5', '158.17'],
      notes: ['nested-as-json'],
    },
  ],
  [
    '22-nested-json/number-words.ndjson',
    {
      rows: 120,
      columns: { a: 'number/feature', flag: 'boolean/feature', when: 'datetime/time' },
      first: ['11.25', 'false', '2024-01-20', '0.246'],
    },
  ],
  ...(['arrays', 'pandas-columns', 'pandas-split', 'wrapped'] as const).map(
    name =>
      [
        `22-nested-json/${name}.json`,
        {
          rows: 120,
          columns: { a: 'integer/feature', b: 'number/feature', y: 'number/feature' },
          notes: ['records-found'],
        },
      ] as [string, { rows: number; columns: Record<string, string>; notes: string[] }],
  ),
  [
    '23-parquet-types/types.parquet',
    { rows: 200, columns: { dec38: 'id/id', u64: 'id/id', price: 'number/feature' }, notes: ['code-kept'] },
  ],
  [
    '24-padded-cells/padded.csv',
    { rows: 240, columns: { dept: 'category/feature' }, first: ['LILLE'], notes: ['trimmed'] },
  ],
  [
    '24-padded-cells/quoted.csv',
    { rows: 240, columns: { dept: 'category/feature' }, first: ['LILLE'], notes: ['trimmed'] },
  ],
  [
    '24-padded-cells/mixed.csv',
    { rows: 240, columns: { dept: 'category/feature' }, first: ['LILLE'], notes: ['trimmed'] },
  ],
  [
    '27-infinity/flows.csv',
    { rows: 240, columns: { bytes_per_s: 'number/feature' }, missing: { bytes_per_s: 4 }, notes: ['not-finite'] },
  ],
  ['27-infinity/huge.csv', { rows: 120, columns: { v: 'number/feature' }, missing: { v: 0 } }],
  [
    '30-quotes-and-newlines/backslash.csv',
    { rows: 100, columns: { text: 'id/id' }, first: ['0', 'he said "hi" 0', '8'], notes: ['backslash-quotes'] },
  ],
  [
    '30-quotes-and-newlines/single-quotes.csv',
    { rows: 100, columns: { text: 'id/id' }, first: ['0', 'a, b 0', '2'], notes: ['single-quotes'] },
  ],
  [
    '30-quotes-and-newlines/newlines.csv',
    { rows: 100, columns: { id: 'id/id' }, first: ['0', 'line one, with "quotes"\nline two\r\nline three 0', '9'] },
  ],
  [
    '30-quotes-and-newlines/space-before-quote.csv',
    { rows: 100, columns: { title: 'id/id' }, first: ['0', 'Hi, row 0', '9'] },
  ],
  ['30-quotes-and-newlines/space-newline.csv', { rows: 50, columns: { Message: 'id/id' } }],
  [
    '30-quotes-and-newlines/inches.csv',
    { rows: 100, columns: { size: 'category/feature' }, first: ['0', '26" screen', '4'] },
  ],
]

const refused: [string, RegExp][] = [
  ['11-trailing-delimiter/extra-cell-late.csv', /Line 92 of extra-cell-late\.csv has 4 cells where the header has 3/],
  ['11-trailing-delimiter/short-rows.csv', /Line 2 of short-rows\.csv has 2 cells/],
  ['15-proto-names/twice.csv', /“__proto__” appears more than once/],
  ['21-ndjson-keys/broken-line.ndjson', /line 151/],
  ['23-parquet-types/empty.parquet', /no rows/],
]

describe('files as people have them', () => {
  for (const [name, wanted] of cases)
    it(name, async () => {
      const made = await readCase(name)
      assert.equal(made.rows, wanted.rows)
      const columns = columnsOf(made)
      for (const [column, kind] of Object.entries(wanted.columns)) assert.equal(columns[column], kind, column)
      const missing = missingOf(made)
      for (const [column, cells] of Object.entries(wanted.missing ?? {})) assert.equal(missing[column], cells, column)
      if (wanted.first) assert.deepEqual(made.first[0]!.slice(0, wanted.first.length), wanted.first)
      for (const code of wanted.notes ?? []) assert.ok(note(made, code as IngestNote['code']), code)
      assert.ok(
        made.schema.every(c => c.format !== undefined),
        'every column has a format',
      )
    })
  for (const [name, message] of refused) it(`${name} is refused`, () => assert.rejects(readCase(name), message))

  it('a key that is first seen after 100,000 records is a column', async () => {
    const made = await readMade(
      'late.ndjson',
      lines(100_200, i => JSON.stringify(i > 100_099 ? { a: i, b: 1.5 } : { a: i })),
    )
    assert.deepEqual([made.rows, columnsOf(made).b, missingOf(made).b], [100_200, 'constant/ignore', 100_100])
  })

  it('what later rows show decides, wherever they stand', async () => {
    const made = await readMade(
      'late.csv',
      `zip,n,d,t,m\n${lines(30_000, i => `${i === 29_990 ? '00501' : 10_000 + (i % 90)},${i === 29_991 ? '1.5' : i % 7},${i < 29_995 ? '01' : '25'}/01/2024,${i === 29_992 ? ' x ' : 'y'},${i > 20_000 && i % 5 === 0 ? '-' : i / 4}`)}`,
    )
    assert.deepEqual(
      made.schema.map(c => c.type),
      ['category', 'number', 'datetime', 'category', 'number'],
    )
    assert.ok(note(made, 'leading-zeros-kept', 'zip'))
    assert.deepEqual(note(made, 'missing-tokens', 'm'), { column: 'm', cells: 1999, present: 30_000, tokens: ['-'] })
    assert.deepEqual(made.schema[3]!.cells, { trimmed: 1 })
    assert.deepEqual(made.schema[2]!.format, { datetime: { patterns: ['%d/%m/%Y'] } })
  })

  it('another file of the dataset is read the same way', async () => {
    const first = await readMade(
      'one.csv',
      `day;amount\n${lines(40, i => `${(i % 28) + 1}/${(i % 12) + 1}/2024;1.234,5${i % 10}`)}`,
    )
    const second = await readMade(
      'two.csv',
      `day;amount\n${lines(40, i => `${(i % 12) + 1}/${(i % 12) + 1}/2024;1.234`)}`,
      { earlier: first.schema },
    )
    assert.deepEqual(
      second.schema.map(c => c.format),
      first.schema.map(c => c.format),
    )
    assert.equal(second.first[0]![1], '1234')
    assert.equal(note(second, 'ambiguous-day-order'), undefined)
  })

  it('a format that a user set is followed, and what does not fit is listed', async () => {
    const decisions: ColumnDecision[] = [
      { name: 'price', type: 'number', format: { number: { decimal: ',' }, missing: ['-999'] } },
    ]
    const made = await readMade(
      'decided.csv',
      `price,n\n${lines(40, i => `"${i === 3 ? 'free' : i === 4 ? '-999' : '1,5'}",${i}`)}`,
      { decisions },
    )
    const column = made.schema[0]!
    assert.deepEqual(
      [column.missing, column.cells?.failed, column.cells?.missing],
      [2, { cells: 1, examples: ['free'] }, [{ text: '-999', cells: 1 }]],
    )
    await assert.rejects(
      readMade('none.csv', `price,n\n${lines(40, i => `abc,${i}`)}`, { decisions }),
      /cannot be read as number under this format: no cell fits/,
    )
  })

  it('names that differ only by case are refused with both', () =>
    assert.rejects(readMade('case.csv', 'Name,name\n1,2\n'), /“Name” and “name” of case\.csv differ only by case/))

  it('bad lines are left out by choice and listed', async () => {
    const text = `a,b\n${lines(30, i => (i === 10 ? '1,2,3' : `${i},x`))}`
    await assert.rejects(readMade('bad.csv', text), /Line 12 of bad\.csv has 3 cells/)
    const made = await readMade('bad.csv', text, { reading: { skipBadLines: 3 } })
    assert.equal(made.rows, 29)
    assert.deepEqual(note(made, 'bad-lines-skipped'), { lines: [12], total: 1, texts: ['1,2,3'] })
    await assert.rejects(
      readMade('bad.csv', `${text}4,5,6\n7,8,9\n1,1,1\n`, { reading: { skipBadLines: 3 } }),
      /4 lines .* cannot be read/,
    )
  })

  it('a failure that an option mends names the option', async () => {
    const offered = async (name: string, text: string, reading?: ReadingOptions) => {
      const error = await readMade(name, text, { reading }).then(
        () => assert.fail(`${name} was read`),
        (e: TableError) => e,
      )
      return offerOf(error.reasonCode)
    }
    const good = lines(30, i => `${i},x`)
    assert.deepEqual(await offered('bad.csv', `a,b\n${good}1,2,3\n${good}1\n`), { option: 'skipBadLines', value: 2 })
    assert.deepEqual(await offered('more.csv', `a,b\n${good}1,2,3\n1\n2\n`, { skipBadLines: 1 }), {
      option: 'skipBadLines',
      value: 3,
    })
    assert.deepEqual(await offered('other.csv', `a,b,c\n${lines(9, i => `${i}:x:y`)}`), { option: 'delimiter' })
    assert.deepEqual(await offered('text.csv', `a,b\n${good}`, { encoding: 'nothing' }), { option: 'encoding' })
    assert.equal(await offered('quote.csv', `a,b\n1,"x\n${good}`), null)
    await assert.rejects(readCase('sheet-with-title.xlsx', { reading: { sheet: 'none' } }), {
      reasonCode: 'reading_option:sheet',
    })
  })

  it('nested properties become columns by choice', async () => {
    const made = await readCase('22-nested-json/nested.ndjson', { reading: { flatten: true } })
    assert.equal(columnsOf(made)['user.age'], 'integer/feature')
  })

  it('a sheet of a workbook below its title', async () => {
    const made = await readCase('sheet-with-title.xlsx')
    assert.equal(made.rows, 30)
    assert.deepEqual(columnsOf(made), {
      day: 'datetime/feature',
      name: 'constant/ignore',
      amount: 'number/feature',
      when: 'datetime/feature',
      ok: 'boolean/feature',
    })
    assert.deepEqual(made.first[0], ['2024-01-01', 'Müller', '0.3', '2024-01-01 12:00:00', 'false'])
    assert.equal(missingOf(made).amount, 1)
    assert.deepEqual(note(made, 'sheet-read'), {
      file: 'sheet-with-title.xlsx',
      sheet: 'Sales & co',
      others: { names: ['Other'], total: 1 },
    })
    await assert.rejects(readCase('sheet-with-title.xlsx', { reading: { sheet: 'Nope' } }), /no sheet “Nope”/)
  })

  it('two kinds of line ends in one file are read', async () => {
    const made = await readMade('ends.csv', `a,b\r\n${lines(20, i => `${i},x`)}1,y\r\n`)
    assert.equal(made.rows, 21)
  })
})
