import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Call } from './command.ts'
import type { Client } from './connection.ts'
import { dataExpectationCommands } from './data-expectations.ts'

const RESULT = {
  expectation: 'e1',
  type: 'between',
  column: 'age',
  severity: 'block',
  passed: false,
  observed: 0.99,
  limit: '0 to 100',
  failingRows: 1,
  rows: 100,
  sentence: '“age”: 1 of 100 values (1 %) are outside 0 to 100 (found: 20 to 400).',
  offending: [{ row: 100, cells: [{ column: 'age', value: '400' }] }],
}
const SUGGESTION = {
  type: 'not-null',
  column: 'age',
  parameters: { share: 1 },
  severity: 'warn',
  reason: 'No cell is missing in v1.',
  enabled: true,
}

/** Runs a command against a server that answers as told; what it was asked to save comes back. */
async function run(name: string, options: Record<string, string | boolean>, verdict = 'fail') {
  let kept: unknown[] = []
  let asked = 0
  const expectations = {
    show: { query: async () => ({ suite: kept.length > 0 ? 1 : 0, expectations: kept }) },
    suggest: {
      query: async () => ({
        dataset: 'bikes',
        version: 1,
        reason: null,
        ...(asked++ === 0 ? { state: 'running', suggestions: [] } : { state: 'succeeded', suggestions: [SUGGESTION] }),
      }),
    },
    save: {
      mutate: async (input: { expectations: object[] }) => {
        kept = input.expectations.map((e, i) => ({ enabled: true, reason: '', severity: 'warn', ...e, id: `e${i}` }))
        return { suite: 1, created: true }
      },
    },
    validate: { mutate: async () => ({ id: 'v1' }) },
    validation: {
      query: async () =>
        asked++ === 0
          ? { state: 'running', results: [] }
          : { state: 'succeeded', verdict, sentence: 'A sentence.', suite: 1, override: null, results: [RESULT] },
    },
  }
  const call = {
    args: ['bikes'],
    text: (key: string) => options[key] as string | undefined,
    flag: (key: string) => options[key] === true,
    note: () => {},
    client: async () => ({ api: { data: { expectations } } }) as unknown as Client,
  } as unknown as Call
  return dataExpectationCommands.find(c => c.name === name)!.run(call)
}

describe('data validate', () => {
  it('waits, prints every result, and its exit status is the verdict', async () => {
    const failed = await run('data validate', {})
    assert.equal(failed.status, 1)
    assert.equal(failed.document.verdict, 'fail')
    const [result] = failed.document.results as Record<string, unknown>[]
    for (const field of ['expectation', 'column', 'severity', 'passed', 'observed', 'limit', 'failingRows'])
      assert.ok(field in result!, field)
    assert.match(failed.text, /FAILS .*“age”: 1 of 100/)
    for (const verdict of ['warn', 'pass']) assert.equal((await run('data validate', {}, verdict)).status, 0)
  })
})

describe('data expect', () => {
  it('says what to do while nothing is expected', async () => {
    const { document, text } = await run('data expect', {})
    assert.deepEqual(document.expectations, [])
    assert.match(text, /--suggest/)
  })

  it('waits for the profile, suggests, and keeps nothing unless told to', async () => {
    const seen = await run('data expect', { suggest: true })
    assert.deepEqual(seen.document.expectations, [{ id: null, ...SUGGESTION }])
    const applied = await run('data expect', { suggest: true, apply: true })
    assert.deepEqual(applied.document.expectations, [{ id: 'e0', ...SUGGESTION }])
    assert.equal(applied.document.suite, 1)
  })

  it('takes back the JSON that it printed, and says in words what it cannot read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fleximl-expect-'))
    const file = join(folder, 'expectations.json')
    try {
      const printed = (await run('data expect', { suggest: true })).document
      for (const body of [printed, printed.expectations]) {
        await writeFile(file, JSON.stringify(body))
        const { document } = await run('data expect', { file })
        assert.deepEqual(document.expectations, [{ id: 'e0', ...SUGGESTION }])
      }
      for (const [text, words] of [
        ['{', /is not JSON/],
        ['{"x": 1}', /contains no expectations/],
      ] as const) {
        await writeFile(file, text)
        await assert.rejects(run('data expect', { file }), words)
      }
      await assert.rejects(run('data expect', { file: join(folder, 'gone') }), /cannot be read/)
      await assert.rejects(run('data expect', { file, suggest: true }), /cannot be combined/)
      await assert.rejects(run('data expect', { apply: true }), /requires --suggest/)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
