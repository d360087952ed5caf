import assert from 'node:assert/strict'
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { storedAs, type VersionColumn } from './contract.ts'
import { compareFiles } from './diff/compare-files.ts'
import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from './duckdb.ts'
import { checkExpectations } from './expectations/check-expectations.ts'
import type { Expectation } from './expectations/contract.ts'
import { scanFile } from './leaks/scan-file.ts'
import { profileVersion } from './profile/profile-version.ts'
import { relateColumns } from './profile/relate-columns.ts'
import { countBins } from './query/count-bins.ts'
import { countTarget } from './query/count-target.ts'
import { readPage } from './query/read-page.ts'
import { sampleRows } from './query/sample-rows.ts'
import { ingestTable } from './read/ingest-table.ts'

const ROWS = 160
const report = { signal: new AbortController().signal, progress: () => undefined }

/** The columns of the test, each of a kind and role of its own. `shift`: the next version differs in some rows. */
const COLUMNS = [
  { sql: 'i', type: 'integer', role: 'id' },
  { sql: 'CASE WHEN i % 9 = 0 THEN NULL ELSE (i * 37 % 101) / 7.0 END', type: 'number', role: 'feature' },
  { sql: '(i * 17 % 23)::DOUBLE', type: 'number', role: 'feature' },
  { sql: '(i * 17 % 23)::DOUBLE * 2 + 1', type: 'number', role: 'feature' },
  { sql: "'kind ' || (i % 4)", type: 'category', role: 'feature' },
  { sql: "CASE WHEN i % 5 = 0 THEN NULL ELSE 'text ' || (i * 31 % 157) END", type: 'text', role: 'feature' },
  { sql: 'i % 3 = 0', type: 'boolean', role: 'feature' },
  { sql: "TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR", type: 'datetime', role: 'time' },
  { sql: "'g' || (i // 4)", type: 'category', role: 'group' },
  { sql: '(i * 37 % 101) / 7.0 + (i * 17 % 23)', type: 'number', role: 'target' },
  { sql: 'i % 7', type: 'integer', role: 'feature' },
  { sql: '1', type: 'integer', role: 'ignore' },
] as const

/** Writes both versions with these names; the second has other cells in some rows, and rows more and fewer. */
async function write(folder: string, names: readonly string[]) {
  const paths = { before: join(folder, 'before.parquet'), after: join(folder, 'after.parquet') }
  const schemas: VersionColumn[][] = []
  await withDuckDb({ folders: [folder] }, async db => {
    for (const [path, shift] of [
      [paths.before, 0],
      [paths.after, 3],
    ] as const) {
      const list = COLUMNS.map(({ sql }, k) => {
        const cell = k === 2 && shift > 0 ? `CASE WHEN i % 10 = 0 THEN 99 ELSE ${sql} END` : sql
        return `(${cell}) AS ${id(names[k]!)}`
      })
      // One row twice, and the table of the test has no column that its SELECT could take for another.
      await db.run(
        `COPY (SELECT ${list.join(', ')} FROM (SELECT unnest(range(${shift}, ${ROWS + shift}) || [${shift + 7}]) AS i)) TO ${text(path)} (FORMAT parquet)`,
      )
      const counts = names.map(
        (name, k) => `count(*) - count(${id(name)}) AS m${k}, count(DISTINCT ${id(name)}) AS d${k}`,
      )
      const read = await db.runAndReadAll(`SELECT ${counts.join(', ')} FROM read_parquet(${text(path)})`)
      const row = read.getRows()[0]!.map(Number)
      schemas.push(
        COLUMNS.map(({ type, role }, k) => ({
          name: names[k]!,
          type,
          role,
          missing: row[2 * k]!,
          distinct: row[2 * k + 1]!,
          nullable: true,
          stored: type === 'category' || type === 'text' ? 'words' : type,
          reason: '',
        })),
      )
    }
  })
  return { paths, schema: schemas[0]!, next: schemas[1]! }
}

type Files = Awaited<ReturnType<typeof write>>

function expectationsOf(names: readonly string[]): Expectation[] {
  const [key, gap, half, , kind, words, , time, , target, small] = names as string[]
  const checks = [
    { type: 'not-null', column: gap, parameters: { share: 1 } },
    { type: 'unique', column: key, parameters: { with: [] } },
    { type: 'unique', column: kind, parameters: { with: [small] } },
    { type: 'in-set', column: kind, parameters: { values: ['kind 0', 'kind 1'], share: 1 } },
    { type: 'between', column: half, parameters: { min: 3, max: 9, share: 1 } },
    { type: 'regex', column: words, parameters: { pattern: '[0-4]$', share: 1 } },
    { type: 'length', column: words, parameters: { min: 7, max: 7, share: 1 } },
    { type: 'quantile-between', column: gap, parameters: { quantile: 0.3, min: 0, max: 1 } },
    { type: 'mean-between', column: target, parameters: { min: 0, max: 1 } },
    { type: 'sd-between', column: target, parameters: { min: 0, max: 1 } },
    { type: 'freshness', column: time, parameters: { hours: 1 } },
    { type: 'compare', column: gap, parameters: { operator: '<', other: half, share: 1 } },
    { type: 'row-count', column: null, parameters: { min: 1, max: 9 } },
    { type: 'schema', column: null, parameters: { columns: [{ name: key, type: 'words' }], exact: true } },
    { type: 'referential', column: small, parameters: { dataset: 'other', to: half, share: 1 } },
    { type: 'drift', column: half, parameters: { against: 1, test: 'psi' } },
    { type: 'drift', column: kind, parameters: { against: 1, test: 'auto' } },
    { type: 'sql', column: null, parameters: { predicate: `${id(small!)} < 3 AND ${id(gap!)} > 1`, share: 1 } },
  ]
  return checks.map(
    (check, k) => ({ ...check, id: `e${k}`, severity: 'warn', reason: '', enabled: true }) as Expectation,
  )
}

/** Every query of the library over the columns of a table, with what it answers. */
const QUERIES: Record<string, (files: Files, names: readonly string[], folder: string) => Promise<unknown>> = {
  profile: ({ paths, schema }) => profileVersion({ path: paths.before, rows: ROWS + 1, schema }, report),
  relations: ({ paths, schema }) => relateColumns({ path: paths.before, rows: ROWS + 1, schema }, report),
  'relations of a sample': ({ paths, schema }) =>
    relateColumns({ path: paths.before, rows: ROWS + 1, schema, mostRows: 80 }, report),
  'leaks in time': ({ paths, schema }, names) =>
    scanFile({ scan: { ...leaksOf(paths.before, schema, names), split: 'time' } }, report),
  'leaks in groups': ({ paths, schema }, names) =>
    scanFile({ scan: { ...leaksOf(paths.before, schema, names), split: 'group' } }, report),
  'difference by key': (files, names, folder) => differenceOf(files, [names[0]!], folder, ROWS),
  'difference of whole rows': (files, _, folder) => differenceOf(files, [], folder, ROWS + 1),
  expectations: ({ paths }, names, folder) => {
    const expectations = expectationsOf(names)
    const other = { path: paths.after, label: 'other v1' }
    return checkExpectations(
      {
        ...{ path: paths.before, rows: ROWS + 1, addedAtMs: Date.UTC(2026, 1, 1), expectations },
        ...{ others: Object.fromEntries(expectations.map(e => [e.id, other])), temporaryFolder: folder },
      },
      report,
    )
  },
  'first rows': ({ paths, schema }) => readPage({ ...pageOf(paths.before, schema), filters: [] }, report),
  'rows filtered and sorted': ({ paths, schema }, names) =>
    readPage(
      {
        ...pageOf(paths.before, schema),
        filters: [
          { is: 'contains', column: names[4]!, text: 'kind' },
          { is: 'between', column: names[2]!, from: 2, to: 20 },
          { is: 'present', column: names[1]! },
        ],
        sort: { column: names[3]!, down: true },
      },
      report,
    ),
  histogram: ({ paths, schema }, names) =>
    countBins({ path: paths.before, schema, column: names[1]!, from: 2, to: 9 }, report),
  'values of the target': ({ paths, schema }, names) =>
    countTarget(
      { path: paths.before, column: schema.find(c => c.name === names[9])!, maxDistinct: 1000, maxListed: 50 },
      report,
    ),
  sample: ({ paths, schema }) => sampleRows({ path: paths.before, columns: schema, rows: 20, characters: 40 }, report),
  ingestion: async ({ paths, schema }, names, folder) => {
    const csv = join(folder, 'table.csv')
    const target = join(folder, 'ingested.parquet')
    await withDuckDb({ files: [paths.before], folders: [folder] }, db =>
      db.run(`COPY (FROM read_parquet(${text(paths.before)})) TO ${text(csv)} (FORMAT csv, HEADER)`),
    )
    const made = await ingestTable(
      {
        files: [{ path: csv, name: 'table.csv' }],
        ...{ folder, target, words: 'table.csv', wishes: {}, duckDbMb: 512 },
        before: { path: paths.before, schema, label: 'v1' },
        append: true,
        decisions: [],
      },
      report,
    )
    const cells = await withDuckDb({ files: [target] }, async db =>
      (await db.runAndReadAll(`FROM read_parquet(${text(target)})`)).getRowsJson(),
    )
    // Roles may be guessed by name; what was read may not.
    return {
      rows: made.rows,
      cells,
      stored: made.schema.map(storedAs),
      missing: made.schema.map(c => c.missing),
      names,
    }
  },
}

const leaksOf = (path: string, schema: VersionColumn[], names: readonly string[]) => ({
  ...{ path, schema, target: names[9]!, rows: ROWS + 1, depth: 'all' as const, seed: 1 },
})
const pageOf = (path: string, schema: VersionColumn[]) => ({
  ...{ path, schema, rows: ROWS + 1, offset: 3, pageRows: 30, firstColumn: 0, pageColumns: 50 },
})
/** A key may not repeat, so its comparison leaves the repeated last row out. */
async function differenceOf({ paths, schema, next }: Files, key: string[], folder: string, rows: number) {
  const [before, after] = await Promise.all(
    (['before', 'after'] as const).map(async side => {
      const path = join(folder, `${side}-${rows}.parquet`)
      await withDuckDb({ files: [paths[side]], folders: [folder] }, db =>
        db.run(`COPY (FROM read_parquet(${text(paths[side])}) LIMIT ${rows}) TO ${text(path)} (FORMAT parquet)`),
      )
      return { path, schema: side === 'before' ? schema : next, rows, label: side }
    }),
  )
  return compareFiles({ work: { before: before!, after: after!, key, seed: 1 }, folder }, report)
}

/** Names that are found in no sentence and no SQL. */
const PLAIN = COLUMNS.map((_, k) => `zz column ${'abcdefghijkl'[k]}`)

/** Replaces the plain names, wherever they stand in an answer. */
const renamed = (answer: unknown, names: readonly string[]): unknown =>
  JSON.parse(PLAIN.reduce((s, name, k) => s.replaceAll(name, names[k]!), JSON.stringify(answer)))

async function answersOf(names: readonly string[]): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(home, 'names-'))
  try {
    const files = await write(folder, names)
    const answers: Record<string, unknown> = {}
    for (const [query, ask] of Object.entries(QUERIES))
      answers[query] = await ask(files, names, folder).then(
        answer => JSON.parse(JSON.stringify(answer)),
        error => `failed: ${String(error).split('\n')[0]}`,
      )
    return answers
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Every word inside a template string of the library, among which are all names in our SQL. `n0` for `n${k}`. */
async function wordsOfOurSql(): Promise<string[]> {
  const words = new Set<string>(['data', 'file_row_number', 'row number', 'row number_', 'filename', 'rowid', 'answer'])
  for await (const file of glob('tables/**/*.ts', { cwd: join(import.meta.dirname, '..') })) {
    if (file.endsWith('.test.ts')) continue
    const source = await readFile(join(import.meta.dirname, '..', file), 'utf8')
    for (const line of source.split('\n').filter(l => /\b(SELECT|FROM|VIEW|TABLE|AS|WHERE|JOIN|FILTER|BY)\b/.test(l))) {
      for (const [, word] of line.matchAll(/\b([a-z_]+)\$\{\w+\}/gi))
        for (const k of [0, 1, 5]) words.add(`${word}${k}`)
      for (const [word] of line.matchAll(/[a-z_][a-z0-9_]*/gi)) words.add(word.toLowerCase())
    }
  }
  return [...words].sort()
}

let home: string
let plain: Record<string, unknown>
let words: string[]
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleximl-names-'))
  plain = await answersOf(PLAIN)
  words = await wordsOfOurSql()
})
after(() => rm(home, { recursive: true, force: true }))

describe('the name of a column changes no answer', () => {
  it('of any query: they all answer', () => {
    for (const [query, answer] of Object.entries(plain)) assert.ok(typeof answer !== 'string', `${query}: ${answer}`)
  })

  it('finds the words of our SQL', () => {
    for (const word of ['data', 'nr', 'old_row', 'cells', 'n0', 'k1', 'low', 'source', 'part', 'numbered'])
      assert.ok(words.includes(word), word)
    assert.ok(words.length > 150, `${words.length} words`)
  })

  it('whatever name of our SQL it has', async () => {
    const changed: string[] = []
    const width = COLUMNS.length
    // From block to block a word stands in another place: as a key, a target, a time …
    for (let i = 0; i < words.length; i += width) {
      const block = words.slice(i, i + width)
      const names = COLUMNS.map((_, k) => block[(k + i / width) % width] ?? PLAIN[k]!)
      const answers = await answersOf(names)
      for (const query of Object.keys(QUERIES))
        if (!isDeepStrictEqual(answers[query], renamed(plain[query], names)))
          changed.push(
            `${query}, with the columns ${names.join(', ')}: ${JSON.stringify(answers[query]).slice(0, 200)}`,
          )
    }
    assert.deepEqual(changed, [])
  })
})
