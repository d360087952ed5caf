import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MISSING_IN_TEXT } from '#ml/cells/column-format.ts'
import { withDuckDb } from '../duckdb.ts'
import { groupColumn, groupTexts } from './group-cells.ts'
import { type ColumnReading, inferFormat } from './infer-format.ts'

type Wanted = Partial<Omit<ColumnReading, 'plan'>> & { as: string; format?: object; instant?: true }
const number = (format: object) => ({ number: format })
const patterns = (...list: string[]) => ({ datetime: { patterns: list } })

const cases: [string, string[], Wanted][] = [
  [
    'Swiss francs',
    ["1'234.50 CHF", '12.00 CHF', '-5.5 CHF'],
    { as: 'number', format: number({ decimal: '.', group: "'", unit: { text: 'CHF', at: 'after' } }) },
  ],
  [
    'Indian groups',
    ['1,23,456', '12,34,567.50', '1,000'],
    { as: 'number', format: number({ decimal: '.', group: ',' }) },
  ],
  [
    'accounting brackets',
    ['(1,234)', '12', '(5)', '1,234.5'],
    { as: 'number', format: number({ decimal: '.', group: ',', brackets: true }) },
  ],
  [
    'a dollar before the bracket',
    ['$(1,234.50)', '$ 5.00'],
    { as: 'number', format: number({ decimal: '.', group: ',', unit: { text: '$', at: 'before' }, brackets: true }) },
  ],
  [
    'a dash for the cents',
    ['1.234,-', '12,50', '5,--'],
    { as: 'number', format: number({ decimal: ',', group: '.', dash: true }) },
  ],
  [
    'euros',
    ['1.299,99 €', '5,00 €', '0,35 €'],
    { as: 'number', format: number({ decimal: ',', group: '.', unit: { text: '€', at: 'after' } }) },
  ],
  ['a decimal comma', ['0,35', '4,56'], { as: 'number', format: number({ decimal: ',' }) }],
  [
    'spaces between thousands',
    ['1 234,50', '12,00', '1\u00a0000,00'],
    { as: 'number', format: number({ decimal: ',', group: ' ' }) },
  ],
  ['percent', ['35 %', '7.5%'], { as: 'number', format: number({ decimal: '.', percent: 'keep' }) }],
  [
    'a trailing minus',
    ['5.00-', '1,234.00-', '3.00'],
    { as: 'number', format: number({ decimal: '.', group: ',', trailingMinus: true }) },
  ],
  ['units', ['12 kg', '3,5 kg'], { as: 'number', format: number({ decimal: ',', unit: { text: 'kg', at: 'after' } }) }],
  [
    'three decimals or thousands',
    ['1.234', '5.678'],
    { as: 'number', format: {}, ambiguous: { kind: 'decimal-mark', decimal: '.' } },
  ],
  [
    'thousands or three decimals',
    ['1,234', '5,678'],
    { as: 'integer', format: number({ decimal: '.', group: ',' }), ambiguous: { kind: 'decimal-mark', decimal: '.' } },
  ],
  ['three decimals below one', ['0.123', '12.345'], { as: 'number', format: {} }],
  ['exponents as programs write them', ['1.5e-05', '2'], { as: 'number', format: {} }],
  ['two ways in one column', ['1.234,50', '1,234.50'], { as: 'text' }],
  ['words that end in digits', ['w1', 'w12', 'w123'], { as: 'text' }],
  ['ordinals', ['1st', '2nd'], { as: 'text' }],
  ['versions', ['1.2.3', '1.10.0'], { as: 'text' }],
  ['post codes', ['02134', '12345'], { as: 'text', code: 'zeros' }],
  ['codes of two digits', ['01', '19', '07'], { as: 'text', code: 'zeros' }],
  ['codes with an E', ['12E4', '34E5'], { as: 'text', code: 'exponent' }],
  ['more digits than a number has', ['12345678901234567890', '1'], { as: 'text', code: 'digits' }],
  ['telephone numbers', ['+4912345678', '+4998765432'], { as: 'text', code: 'plus' }],
  ['a dash among numbers', [...Array<string>(15).fill('12.5'), '-'], { as: 'number', format: {} }],
  ['year first', ['2024/01/31', '2024/02/01'], { as: 'datetime', format: patterns('%Y/%m/%d') }],
  ['names of months', ['31-Jan-2024', '01-Feb-2024'], { as: 'datetime', format: patterns('%d-%b-%Y') }],
  ['German dates', ['01.02.2024', '31.12.2023'], { as: 'datetime', format: patterns('%d.%m.%Y') }],
  ['month first', ['01/02/2024', '12/31/2023'], { as: 'datetime', format: patterns('%m/%d/%Y') }],
  [
    'either order',
    ['01/02/2024', '03/04/2024', '02/05/2024'],
    { as: 'datetime', format: patterns('%m/%d/%Y'), ambiguous: { kind: 'day-order', dayFirst: false } },
  ],
  [
    'a 12-hour clock',
    ['01/02/2024 01:30 PM', '12/31/2023 12:00 AM'],
    { as: 'datetime', format: patterns('%m/%d/%Y %I:%M %p') },
  ],
  ['ISO 8601', ['2024-01-31', '2024-02-01'], { as: 'datetime', format: {} }],
  [
    'offsets in some cells',
    ['2024-01-31T10:00:00+02:00', '2024-01-31 10:00'],
    { as: 'datetime', format: {}, instant: true, withoutOffset: 30 },
  ],
  [
    'mail dates',
    ['Wed, 31 Jan 2024 10:00:00 +0000'],
    { as: 'datetime', format: patterns('%a, %d %b %Y %H:%M:%S %z'), instant: true },
  ],
  ['times of day', ['08:15', '23:00'], { as: 'text' }],
  ['booleans', ['TRUE', 'false', 'NA'], { as: 'boolean' }],
  ['NA among countries', ['DE', 'NA', 'FR'], { as: 'text', keepsNa: true }],
]

describe('infer format', () => {
  for (const [name, texts, wanted] of cases)
    it(name, async () => {
      const cells = Array.from({ length: 60 }, (_, i) => texts[i % texts.length]!)
      const inMemory = await inferFormat(groupTexts('c', cells))
      // A whole file is inferred by SQL, a small one in memory.
      const inDuckDb = await withDuckDb({}, async db => {
        await db.run(
          `CREATE TABLE t AS SELECT unnest([${cells.map(c => `'${c.replaceAll("'", "''")}'`).join(', ')}]) AS c`,
        )
        return inferFormat(await groupColumn(db, 't', 'c', 'c'))
      })
      assert.deepEqual(inDuckDb, inMemory)
      const { as, format, instant, ...rest } = wanted
      assert.equal(inMemory.plan.as, as)
      if (format) assert.deepEqual(inMemory.plan.format, format)
      if (instant) assert.equal(inMemory.plan.instant, true)
      for (const [key, value] of Object.entries(rest)) assert.deepEqual(inMemory[key as keyof ColumnReading], value)
      assert.equal(inMemory.ambiguous !== undefined, wanted.ambiguous !== undefined)
      assert.equal(inMemory.code, wanted.code)
    })

  it('a name says which digits are moments', async () => {
    const cells = Array.from({ length: 60 }, (_, i) => String(1_700_000_000 + i))
    assert.deepEqual((await inferFormat(groupTexts('created_at', cells))).plan.format, { datetime: { epoch: 's' } })
    assert.equal((await inferFormat(groupTexts('amount', cells))).plan.as, 'integer')
  })

  it('text that is nearly numbers is offered as numbers', async () => {
    const reading = await inferFormat(
      groupTexts('c', [...Array<string>(180).fill('12,5'), ...Array<string>(20).fill('tbd')]),
    )
    assert.deepEqual(reading.conversion, {
      type: 'number',
      format: number({ decimal: ',' }),
      cells: 20,
      texts: ['tbd'],
    })
    assert.deepEqual(reading.plan.format.missing, MISSING_IN_TEXT)
  })

  it('other columns decide between a decimal comma and thousands', async () => {
    const cells = groupTexts('c', Array<string>(60).fill('1.234'))
    assert.deepEqual((await inferFormat(cells, { decimal: ',' })).plan, {
      as: 'integer',
      format: number({ decimal: ',', group: '.' }),
    })
    assert.equal((await inferFormat(cells, { decimal: ',' })).ambiguous, undefined)
  })
})
