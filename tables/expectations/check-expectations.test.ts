import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { checkExpectations } from './check-expectations.ts'
import type { OtherFile } from './check-input.ts'
import { checkPredicate } from './check-predicate.ts'
import { type Expectation, type ExpectationInput, expectationInput } from './contract.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-validate-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const ADDED = Date.parse('2026-01-10T00:00:00Z')
const report = { signal: new AbortController().signal, progress: () => {}, line: () => {} }
let files = 0

/** A Parquet file of what a SELECT gives. */
async function parquet(select: string): Promise<{ path: string; rows: number }> {
  const path = join(folder, `${++files}.parquet`)
  const rows = await withDuckDb({ folders: [folder] }, async db => {
    await db.run(`COPY (${select}) TO ${text(path)} (FORMAT parquet)`)
    const [row] = (
      await db.runAndReadAll(`SELECT count(*)::DOUBLE AS n FROM read_parquet(${text(path)})`)
    ).getRowObjectsJson()
    return Number(row!.n)
  })
  return { path, rows }
}

const asExpectation = (input: ExpectationInput): Expectation =>
  ({ ...expectationInput.parse(input), id: randomUUID() }) as Expectation

async function check(select: string, inputs: ExpectationInput[], other?: OtherFile) {
  const file = await parquet(select)
  const expectations = inputs.map(asExpectation)
  const body = await checkExpectations(
    {
      ...file,
      addedAtMs: ADDED,
      expectations,
      others: other ? Object.fromEntries(expectations.map(e => [e.id, other])) : {},
      temporaryFolder: folder,
    },
    report,
  )
  return body.results
}
async function one(select: string, input: ExpectationInput, other?: OtherFile) {
  const [result] = await check(select, [input], other)
  return result!
}

const PEOPLE = `SELECT * FROM (VALUES
  (1, 'ann', 20.5, TIMESTAMP '2026-01-09 00:00:00', true),
  (2, 'bob', 35.0, TIMESTAMP '2026-01-01 00:00:00', false),
  (3, 'zoë', NULL, NULL, NULL),
  (3, NULL, 50.0, TIMESTAMP '2025-12-01 00:00:00', true)) AS t(id, name, age, seen, ok)`
const EMPTY = `${PEOPLE} LIMIT 0`
const MISSING = `SELECT NULL::INTEGER AS id, NULL::VARCHAR AS name, NULL::DOUBLE AS age, NULL::TIMESTAMP AS seen, NULL::BOOLEAN AS ok FROM range(3)`
const ODD = `SELECT unnest([1, 2, 3, 4]) AS id, 'a' AS name, unnest([1.5, 'nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE]) AS age, TIMESTAMP '2026-01-09 00:00:00' AS seen, true AS ok`
const HOSTILE = '"; DROP TABLE data; --\' 名前'
const on = (column: string, type: string, parameters: object = {}) => ({ type, column, parameters }) as ExpectationInput
const table = (type: string, parameters: object) => ({ type, column: null, parameters }) as ExpectationInput

/** What each check says about the four people, an empty table, one without any value, and one with NaN and infinite numbers. */
const VERDICTS: [string, ExpectationInput, boolean, boolean, boolean, boolean][] = [
  [
    'schema, as it is',
    table('schema', {
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'age', type: 'number' },
      ],
    }),
    true,
    true,
    true,
    true,
  ],
  [
    'schema, integers where numbers are asked',
    table('schema', { columns: [{ name: 'id', type: 'number' }] }),
    true,
    true,
    true,
    true,
  ],
  [
    'schema, a column that is not there',
    table('schema', { columns: [{ name: 'weight' }] }),
    false,
    false,
    false,
    false,
  ],
  ['schema, another type', table('schema', { columns: [{ name: 'name', type: 'number' }] }), false, true, true, false],
  [
    'schema, no further columns',
    table('schema', { columns: [{ name: 'id' }], exact: true }),
    false,
    false,
    false,
    false,
  ],
  ['row count, at least', table('row-count', { min: 4 }), true, false, false, true],
  ['row count, at most', table('row-count', { max: 2 }), false, true, false, false],
  ['not missing', on('name', 'not-null'), false, true, false, true],
  ['not missing, mostly', on('name', 'not-null', { share: 0.75 }), true, true, false, true],
  ['unique', on('id', 'unique'), false, true, true, true],
  ['unique together', on('id', 'unique', { with: ['name'] }), true, true, true, true],
  ['one of a set', on('name', 'in-set', { values: ['ann', 'bob', 'zoë', 'a'] }), true, true, true, true],
  ['one of a smaller set', on('name', 'in-set', { values: ['ann', "o'neil"] }), false, true, true, false],
  ['numbers of a set', on('id', 'in-set', { values: ['1', '2', '3', '4'] }), true, true, true, true],
  ['fractions of a set', on('age', 'in-set', { values: ['20.5', '35', '50', 'many'] }), true, true, true, false],
  ['true and false of a set', on('ok', 'in-set', { values: ['true'] }), false, true, true, true],
  ['between', on('age', 'between', { min: 0, max: 120 }), true, true, true, false],
  ['between, only from below: NaN is no number', on('age', 'between', { min: -1000 }), true, true, true, false],
  ['between, mostly', on('age', 'between', { min: 30, share: 0.6 }), true, true, true, false],
  ['between dates', on('seen', 'between', { min: '2025-11-01', max: '2026-01-09T00:00:00' }), true, true, true, true],
  ['between dates, too late', on('seen', 'between', { max: '2026-01-05' }), false, true, true, false],
  ['a pattern', on('name', 'regex', { pattern: '^[a-zë]+$' }), true, true, true, true],
  ['another pattern', on('name', 'regex', { pattern: "^'" }), false, true, true, false],
  ['length', on('name', 'length', { min: 1, max: 3 }), true, true, true, true],
  ['length, too long', on('name', 'length', { min: 2, max: 2 }), false, true, true, false],
  ['median', on('age', 'quantile-between', { quantile: 0.5, min: 30, max: 40 }), true, false, false, false],
  ['median elsewhere', on('age', 'quantile-between', { quantile: 0.5, min: 40 }), false, false, false, false],
  ['mean', on('age', 'mean-between', { min: 35, max: 36 }), true, false, false, false],
  ['mean elsewhere', on('age', 'mean-between', { max: 30 }), false, false, false, false],
  ['standard deviation', on('age', 'sd-between', { min: 10, max: 20 }), true, false, false, false],
  ['standard deviation elsewhere', on('age', 'sd-between', { max: 1 }), false, false, false, false],
  ['fresh', on('seen', 'freshness', { hours: 24 }), true, false, false, true],
  ['not fresh', on('seen', 'freshness', { hours: 23 }), false, false, false, false],
  ['compared', on('age', 'compare', { operator: '>', other: 'id' }), true, true, true, false],
  ['compared the other way', on('age', 'compare', { operator: '<=', other: 'id' }), false, true, true, false],
  ['a predicate', table('sql', { predicate: "age > 0 OR name LIKE 'a%'" }), true, true, true, true],
  ['a predicate that does not hold', table('sql', { predicate: '"age" BETWEEN 1 AND 40' }), false, true, true, false],
]

describe('expectations', () => {
  for (const [what, expectation, people, empty, missing, odd] of VERDICTS)
    it(what, async () => {
      const tables = { people: PEOPLE, empty: EMPTY, missing: MISSING, odd: ODD }
      const verdicts: Record<string, boolean> = {}
      const words: string[] = []
      for (const [name, select] of Object.entries(tables)) {
        const result = await one(select, expectation)
        verdicts[name] = result.passed
        words.push(`${name}: ${result.sentence}`)
        assert.ok(result.sentence.length > 5)
        assert.doesNotMatch(result.sentence, /could not|undefined|\[object/)
      }
      assert.deepEqual(verdicts, { people, empty, missing, odd }, words.join('\n'))
    })

  it('names value, limit, culprit, share and rows', async () => {
    const result = await one(PEOPLE, on('age', 'between', { min: 0, max: 40 }))
    assert.equal(result.sentence, '“age”: 1 of 3 values (33.3 %) are outside 0 to 40 (found: 20.5 to 50).')
    assert.deepEqual([result.failingRows, result.rows, result.limit], [1, 3, '0 to 40'])
    assert.deepEqual(result.offending, [{ row: 4, cells: [{ column: 'age', value: '50.0' }] }])
  })

  it('shows the first twenty rows of many, with their numbers', async () => {
    const result = await one('SELECT i AS x FROM range(100000) AS t(i)', on('x', 'between', { max: 499 }))
    assert.equal(result.failingRows, 99_500)
    assert.deepEqual(
      result.offending.map(r => r.row),
      Array.from({ length: 20 }, (_, i) => 501 + i),
    )
  })

  it('shows every copy of what is not unique', async () => {
    const result = await one(PEOPLE, on('id', 'unique'))
    assert.equal(result.failingRows, 1)
    assert.deepEqual(
      result.offending.map(r => r.row),
      [3, 4],
    )
  })

  it('takes names and values full of quotes, semicolons and other scripts', async () => {
    const name = HOSTILE.replaceAll('"', '""')
    const select = `SELECT unnest([1, 2, 2]) AS "${name}", unnest(['a''b', '"; --', '名前']) AS "file_row_number", unnest([1, 5, 3]) AS "r'"`
    const values = ["a'b", '"; --', '名前']
    const results = await check(select, [
      on(HOSTILE, 'not-null'),
      on(HOSTILE, 'unique'),
      on(HOSTILE, 'between', { min: 1, max: 1 }),
      on('file_row_number', 'in-set', { values }),
      on('file_row_number', 'in-set', { values: values.slice(1) }),
      on('file_row_number', 'regex', { pattern: '[\'"名]' }),
      on("r'", 'compare', { operator: '>=', other: HOSTILE }),
      table('schema', { columns: [{ name: HOSTILE, type: 'integer' }, { name: "r'" }] }),
      table('sql', { predicate: `"${name}" <= 2 AND "file_row_number" <> 'x'';--'` }),
    ])
    assert.deepEqual(
      results.map(r => r.passed),
      [true, false, false, true, false, true, true, true, true],
      results.map(r => r.sentence).join('\n'),
    )
    assert.deepEqual(results[4]!.offending, [{ row: 1, cells: [{ column: 'file_row_number', value: "a'b" }] }])
  })

  it('says what cannot be checked, and checks the rest', async () => {
    const results = await check(PEOPLE, [
      on('weight', 'not-null'),
      on('name', 'mean-between', { min: 0 }),
      on('name', 'between', { min: 0 }),
      on('age', 'between', { min: 'yesterday' }),
      on('name', 'freshness', { hours: 1 }),
      on('name', 'compare', { operator: '<', other: 'age' }),
      on('name', 'regex', { pattern: '(' }),
      on('id', 'not-null'),
    ])
    assert.deepEqual(
      results.map(r => r.passed),
      [false, false, false, false, false, false, false, true],
    )
    for (const [i, words] of [
      /no column “weight”/,
      /holds text, not numbers/,
      /neither numbers nor dates/,
      /“yesterday” is not a number/,
      /holds text, not dates/,
      /cannot be compared/,
      /pattern cannot be read/,
    ].entries())
      assert.match(results[i]!.sentence, words)
  })

  it('looks values up in another dataset', async () => {
    const { path } = await parquet("SELECT unnest(['ann', 'bob', NULL]) AS who, unnest([1, 2, 9]) AS number")
    const other = { path, label: 'people v1' }
    const names = await one(PEOPLE, on('name', 'referential', { dataset: 'people', to: 'who' }), other)
    assert.deepEqual([names.passed, names.failingRows, names.offending[0]?.row], [false, 1, 3])
    assert.match(names.sentence, /found: “zoë”/)
    const mostly = on('name', 'referential', { dataset: 'people', to: 'who', share: 0.5 })
    assert.equal((await one(PEOPLE, mostly, other)).passed, true)
    assert.equal((await one(EMPTY, on('id', 'referential', { dataset: 'people', to: 'number' }), other)).passed, true)
    const gone = await one(PEOPLE, on('id', 'referential', { dataset: 'p', to: 'x' }), { problem: 'There is no p.' })
    assert.deepEqual([gone.passed, gone.sentence], [false, 'There is no p.'])
  })

  it('compares with an earlier version', async () => {
    const select = (shift: number) =>
      `SELECT (i * 7919 % 1000) / 10.0 + ${shift} AS x, CASE WHEN i % 10 < ${3 + shift / 10} THEN 'a' ELSE 'b' END AS c FROM range(2000) AS t(i)`
    const { path } = await parquet(select(0))
    const other = { path, label: 'sales v1' }
    for (const test of ['auto', 'psi'] as const) {
      const same = await check(
        select(0),
        [on('x', 'drift', { against: 1, test }), on('c', 'drift', { against: 1, test })],
        other,
      )
      assert.deepEqual(
        same.map(r => r.passed),
        [true, true],
        same.map(r => r.sentence).join('\n'),
      )
      const moved = await check(
        select(50),
        [on('x', 'drift', { against: 1, test }), on('c', 'drift', { against: 1, test })],
        other,
      )
      assert.deepEqual(
        moved.map(r => r.passed),
        [false, false],
        moved.map(r => r.sentence).join('\n'),
      )
    }
    const wide = await one(select(50), on('x', 'drift', { against: 1, threshold: 0.9 }), other)
    assert.equal(wide.passed, true)
    const wrong = await one(select(0), on('c', 'drift', { against: 1, test: 'ks' }), other)
    assert.match(wrong.sentence, /has no numbers/)
    const nothing = await one(EMPTY, on('age', 'drift', { against: 1 }), {
      path: (await parquet(PEOPLE)).path,
      label: 'v1',
    })
    assert.match(nothing.sentence, /too few/)
    assert.equal(nothing.passed, false, 'what cannot be compared is not as before')
    const emptied = "SELECT NULL::DOUBLE AS x, if(i % 4 = 0, NULL, 'a') AS c FROM range(200) AS t(i)"
    for (const [column, sentence] of [
      ['x', /“x” has drifted from sales v1 \(missing cells 0 % → 100 %\)/],
      ['c', /“c” has drifted from sales v1 \(missing cells 0 % → 25 %\)/],
    ] as const) {
      const drift = await one(emptied, on(column, 'drift', { against: 1 }), other)
      assert.equal(drift.passed, false)
      assert.match(drift.sentence, sentence)
    }
  })
})

describe('a custom predicate', () => {
  const ATTACKS: [string, string, RegExp][] = [
    ['a file', "(SELECT count(*) FROM read_csv('/etc/passwd')) > 0", /subquery/],
    ['a file by its text', "read_text('/etc/passwd') IS NOT NULL", /“read_text”/],
    ['another table', '1) FROM other WHERE (true', /cannot be read|more than one expression/],
    [
      'a file in place of the table',
      "id > 0) FROM read_csv('/etc/passwd') --",
      /cannot be read|more than one expression/,
    ],
    ['a second expression', "id > 0), (name = 'x'", /more than one expression/],
    ['a union', 'id > 0) FROM data UNION ALL SELECT (id > 0', /more than one expression/],
    ['a second statement', 'true); DROP TABLE data; SELECT (1', /cannot be read|more than one/],
    ['a semicolon', 'id > 0;', /cannot be read/],
    ['a setting', "current_setting('allowed_paths') = '' OR id > 0", /“current_setting”/],
    ['a variable', "getvariable('x') = id", /“getvariable”/],
    ['the environment', "getenv('HOME') = name", /“getenv”|getenv/],
    ['an extension', 'id > 0); INSTALL httpfs; SELECT (1', /cannot be read|more than one/],
    [
      'a subquery that never ends',
      'id < (WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n FROM t) SELECT max(n) FROM t)',
      /subquery/,
    ],
    ['a join', 'true) FROM data, data AS b, data AS c WHERE (true', /cannot be read|more than one expression/],
    ['memory by repetition', 'length(repeat(name, 2000000000)) > id', /“repeat”/],
    ['memory by replacement', "length(replace(name, 'a', 'aaaaaaaa')) > id", /“replace”/],
    ['memory by a list', 'len(range(1, 10000000000)) > id', /“range”/],
    ['other rows', 'sum(id) OVER () > 0', /other rows|not allowed/],
    ['an aggregate', 'max(id) > 0', /“max”/],
    ['a lambda', 'len(list_filter([id], x -> x > 0)) > 0', /not allowed|not among/],
    ['everything', 'COLUMNS(*) > 0', /not allowed|cannot be read/],
    ['the clock', 'seen < now()', /“now”/],
    ['chance', 'random() < id', /“random”/],
    ['a column that is not there', 'salary > 0', /“salary”/],
    ['no column', '1 = 1', /no column/],
    ['a number', 'id + 1', /INTEGER, not true or false/],
    ['a cast to a list', 'id::INTEGER[] IS NULL', /casts to a type that is not allowed/],
    ['a macro', 'id > 0) FROM data UNION ALL (SELECT 1', /more than one|cannot be read/],
    ['a comment that hides the rest', 'id > 100 --', /does not hold/],
    ['nothing but a comment', '/* id */', /cannot be read/],
  ]
  for (const [what, predicate, words] of ATTACKS)
    it(`cannot reach ${what}`, async () => {
      const result = await one(PEOPLE, table('sql', { predicate }))
      assert.equal(result.passed, false)
      assert.match(result.sentence, words)
    })

  it('that fails on a value says so, and the others are judged', async () => {
    const [bad, good] = await check(PEOPLE, [
      table('sql', { predicate: 'name::INTEGER > 0' }),
      table('sql', { predicate: 'TRY_CAST(name AS INTEGER) IS NULL' }),
    ])
    assert.match(bad!.sentence, /could not be checked: Conversion Error/)
    assert.equal(good!.passed, true)
  })

  it('that takes too long is ended', async () => {
    const file = await parquet(
      "SELECT repeat('ab', 300) || i AS a, repeat('ba', 300) || i AS b FROM range(100000) AS t(i)",
    )
    const e = asExpectation(table('sql', { predicate: 'levenshtein(a, b) >= 0 AND levenshtein(b, a) >= 0' }))
    assert.equal(e.type, 'sql')
    if (e.type !== 'sql') return
    const columns = ['a', 'b'].map(name => ({ name, sqlType: 'VARCHAR' }))
    const result = await checkPredicate(file, e, columns, report.signal, 0.2)
    assert.equal(result.passed, false)
    assert.match(result.sentence, /took longer than 0.2 seconds/)
  })
})
