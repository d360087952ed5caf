import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { profileVersion } from '../profile/profile-version.ts'
import { ingestTable } from '../read/ingest-table.ts'
import { checkExpectations } from './check-expectations.ts'
import type { Expectation } from './contract.ts'
import { expectationInput } from './contract.ts'
import { roundOut, suggestExpectations } from './suggest-expectations.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-suggest-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const ADDED = Date.parse('2026-01-10T00:00:00Z')
const report = { signal: new AbortController().signal, progress: () => {}, line: () => {} }

/** A CSV file, ingested, profiled, given what its profile suggests, and checked against it. */
async function checkOwnSuggestions(csv: string, wishes: { target?: string; time?: string } = {}) {
  const scratch = await mkdtemp(join(folder, 'one-'))
  const target = join(scratch, 'version.parquet')
  const { rows, schema } = await ingestTable(
    {
      files: [{ path: csv, name: 'table.csv' }],
      folder: scratch,
      target,
      words: 'table.csv',
      append: false,
      wishes,
      decisions: [],
      duckDbMb: 512,
    },
    report,
  )
  const profile = await profileVersion({ path: target, rows, schema }, report)
  const suggestions = suggestExpectations({ rows, number: 1, schema, createdAtMs: ADDED }, profile)
  for (const s of suggestions) {
    assert.ok(s.reason.length > 10, JSON.stringify(s))
    expectationInput.parse(s)
  }
  const body = await checkExpectations(
    {
      path: target,
      rows,
      addedAtMs: ADDED,
      expectations: suggestions.map(s => ({ ...s, id: randomUUID() }) as Expectation),
      others: {},
      temporaryFolder: scratch,
    },
    report,
  )
  await rm(scratch, { recursive: true, force: true })
  for (const r of body.results) assert.equal(r.passed, true, r.sentence)
  return suggestions
}

describe('suggestions', () => {
  it('hold for the sample data they came from', async () => {
    for (const [file, wishes, fewest] of [
      ['bin/sample-data/bike-sharing-hourly.csv', { target: 'cnt', time: 'dteday' }, 15],
      ['jobs/data/testing-data/titanic.csv', { target: 'survived' }, 15],
    ] as const) {
      const copy = join(folder, 'copy.csv')
      await cp(file, copy)
      const columns = (await readFile(copy, 'utf8')).split('\n')[0]!.trim().split(',')
      const known = Object.fromEntries(Object.entries(wishes).filter(([, name]) => columns.includes(name)))
      const suggestions = await checkOwnSuggestions(copy, known)
      assert.ok(suggestions.length >= fewest, `${file}: ${suggestions.length}`)
    }
  })

  const cell = {
    whole: fc.integer({ min: -1e6, max: 1e6 }).map(String),
    tiny: fc.double({ min: -1e-300, max: 1e-300, noNaN: true }).map(String),
    real: fc.double({ min: -1e300, max: 1e300, noNaN: true }).map(String),
    few: fc.constantFrom('a', "o'neil", '"quoted"', 'x;y', 'ünï', ' padded '),
    text: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
    flag: fc.constantFrom('true', 'false'),
    day: fc.integer({ min: 0, max: 60 }).map(d => new Date(ADDED - d * 86_400_000).toISOString().slice(0, 19)),
    same: fc.constant('7'),
    mixed: fc.constantFrom('1', '2.5', 'nan', 'inf', '-', 'NULL'),
  }
  const NAMES = ['plain', 'with "quotes"', "o'clock", 'semi;colon', 'ünï', '名前', 'file_row_number', 'SELECT']
  const column = fc.record({
    kind: fc.constantFrom(...(Object.keys(cell) as (keyof typeof cell)[])),
    missing: fc.constantFrom(0, 0, 0.1, 0.6, 1),
  })
  const table = fc
    .record({ rows: fc.integer({ min: 1, max: 120 }), columns: fc.array(column, { minLength: 2, maxLength: 6 }) })
    .chain(({ rows, columns }) =>
      fc.tuple(
        ...columns.map(({ kind, missing }) =>
          fc.array(
            fc
              .tuple(cell[kind], fc.double({ min: 0, max: 1, noNaN: true }))
              .map(([value, chance]) => (chance < missing ? '' : value)),
            { minLength: rows, maxLength: rows },
          ),
        ),
      ),
    )
  const quoted = (value: string) => `"${value.replaceAll('\0', '').replaceAll('"', '""')}"`

  it('hold for whatever table they came from', async () => {
    let judged = 0
    await fc.assert(
      fc.asyncProperty(table, async columns => {
        const lines = [NAMES.slice(0, columns.length).map(quoted).join(',')]
        for (let i = 0; i < columns[0]!.length; i++) lines.push(columns.map(c => quoted(c[i]!)).join(','))
        const path = join(folder, `${randomUUID()}.csv`)
        await writeFile(path, `${lines.join('\n')}\n`)
        try {
          judged += (await checkOwnSuggestions(path)).length > 0 ? 1 : 0
        } catch (error) {
          // A table that the reader refuses has no version.
          if ((error as { code?: string }).code !== 'invalid') throw error
        }
        await rm(path, { force: true })
      }),
      { numRuns: 40, seed: 7 },
    )
    assert.ok(judged >= 30, `${judged} of 40 tables were judged`)
  })

  it('round outwards', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), x => {
        assert.ok(roundOut(x, true) >= x)
        assert.ok(roundOut(x, false) <= x)
      }),
    )
    assert.deepEqual([roundOut(1234, true), roundOut(1234, false), roundOut(-0.0567, false)], [1300, 1200, -0.057])
  })
})
