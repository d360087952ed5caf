import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { packBundle, readBundle, unpackBundle } from '../format/bundle.ts'
import { frameFromRows } from '../frame/builder.ts'
import { bundleToOnnx } from '../interop/onnx/export.ts'
import { importOnnx } from '../interop/onnx/import/import-onnx.ts'
import { listTrainers, trainPipeline } from '../node.ts'
import '../onnx.ts'
import { type LoadedPredictor, loadPredictor } from '../predictor.ts'
import { createRandom } from '../random.ts'
import { frameSpecs, type Schema } from '../schema.ts'
import { assertClose } from '../testing.ts'
import { describeRowError } from './describe-error.ts'
import { compileRowReader } from './read-row.ts'
import { ReportBuilder, type RowReport, type WarningCode } from './report.ts'

const SCHEMA: Schema = {
  columns: [
    { name: 'n', type: 'integer', role: 'feature', nullable: false, domain: { min: 0, max: 50 } },
    {
      name: 'x',
      type: 'number',
      role: 'feature',
      nullable: false,
      domain: { min: -4, max: 4 },
      format: { number: { decimal: ',', group: '.' } },
    },
    { name: 'c', type: 'category', role: 'feature', nullable: false, domain: ['a', 'b', 'c', '101'] },
    { name: 'b', type: 'boolean', role: 'feature', nullable: false, domain: ['Nein', 'Ja'] },
    {
      name: 'd',
      type: 'datetime',
      role: 'feature',
      nullable: false,
      format: { datetime: { patterns: ['%d.%m.%Y'] } },
    },
    { name: 'y', type: 'number', role: 'target', nullable: false },
  ],
}
const random = createRandom(4)
const ROWS = Array.from({ length: 200 }, (_, i) => {
  const n = random.integer(51)
  const x = Math.round(random.normal() * 1000) / 1000
  const c = ['a', 'b', 'c', '101'][i % 4]!
  return { n, x, c, b: i % 3 === 0, d: Date.UTC(2024, i % 12, 1 + (i % 28)), y: n / 2 + x + (c === 'a' ? 3 : 0) }
})
const frame = frameFromRows(frameSpecs(SCHEMA), ROWS)
const { y: _, ...GOOD } = ROWS[1]!

const QUICK: Record<string, Record<string, number>> = { automl: { minutes: 1, trials: 3 }, mlp: { epochs: 3 } }
const train = async (trainerId: string, task: 'regression' | 'binary' = 'regression') => {
  const schema: Schema =
    task === 'regression'
      ? SCHEMA
      : { columns: SCHEMA.columns.map(c => (c.name === 'y' ? { ...c, type: 'category' } : c)) }
  const table =
    task === 'regression'
      ? frame
      : frameFromRows(
          frameSpecs(schema),
          ROWS.map(row => ({ ...row, y: row.y > 12 ? 'high' : 'low' })),
        )
  return trainPipeline({
    frame: table,
    schema,
    target: 'y',
    task,
    trainerId,
    parameters: QUICK[trainerId] ?? {},
    seed: 2,
    now: () => performance.now(),
  })
}

const ODD: [string, Record<string, unknown>, WarningCode[]][] = [
  ['a gap in whole numbers', { n: null }, ['missing']],
  ['a placeholder', { n: ' N/A ' }, ['missing']],
  ['a gap in numbers', { x: '' }, ['missing']],
  ['a gap in a category', { c: null }, ['missing']],
  ['a gap in a flag', { b: null }, ['missing']],
  ['no date', { d: null }, ['missing']],
  ['an absent column', { c: undefined }, ['absent_column']],
  ['a fraction', { n: 10.5 }, ['fraction']],
  ['a fraction as text', { n: '10.5' }, ['fraction']],
  ['a new category', { c: 'zzz' }, ['unseen']],
  ['a new flag', { b: 'maybe' }, ['unseen']],
  ['an extra column', { q: 1 }, ['extra_column']],
]

function answersOddRows(predictor: LoadedPredictor): void {
  for (const [label, change, codes] of ODD) {
    const row = { ...GOOD, ...change }
    const alone = predictor.predictLenient([row])
    assert.notEqual(alone.predictions[0], null, `${label}: ${JSON.stringify(alone)}`)
    assert.deepEqual(
      alone.report?.warnings.map(w => w.code),
      codes,
      label,
    )
    const batch = predictor.predictLenient([GOOD, row, GOOD])
    assert.equal(batch.predictions.filter(p => p !== null).length, 3, label)
    assert.deepEqual(batch.predictions[1], alone.predictions[0], label)
    assert.deepEqual(batch.predictions[0], batch.predictions[2], label)
    assert.equal(batch.report?.warnings[0]?.row, 1)
  }
  const [clean] = predictor.predictLenient([GOOD]).predictions
  const texts = { n: '10', x: '1.250,5', c: ' a ', b: 'ja', d: '03.02.2024' }
  const typed = { n: 10, x: 1250.5, c: 'a', b: true, d: '2024-02-03' }
  const [asText, asTyped] = predictor.predictLenient([texts, typed]).predictions
  assert.equal(asText, asTyped, 'text is read by the format')
  assert.equal(predictor.predictLenient([{ ...typed, n: 10.0, c: 101 }]).report, undefined, '101 is the level “101”')

  const bad = { ...GOOD, x: 'abc' }
  const mixed = predictor.predictLenient([GOOD, bad, { ...GOOD, n: {} }, 7, { c: 'a', b: true }, GOOD])
  assert.deepEqual(mixed.predictions, [clean, null, null, null, null, clean])
  assert.equal(mixed.report?.failedRows, 4)
  assert.deepEqual(
    mixed.report.errors.map(({ row, column }) => [row, column]),
    [
      [1, 'x'],
      [2, 'n'],
      [3, ''],
      [4, ''],
    ],
  )
  assert.match(mixed.report.errors[0]!.got, /abc/)
  assert.equal(mixed.report.errors[0]!.expected, 'a number such as 1.234,5 or null')
  assert.equal(
    describeRowError(mixed.report.errors[3]!, 'Row 5'),
    "Row 5 has 2 of the model's 5 columns (absent: n, x, d); at least half are needed.",
  )
  const [day] = predictor.predictLenient([{ ...GOOD, d: 'soon' }]).report!.errors
  assert.equal(day!.expected, 'a date such as 31.03.2026 or null')
  const flag = predictor.predictLenient([{ ...GOOD, x: true }])
  assert.deepEqual([flag.predictions[0], flag.report?.errors[0]?.got], [null, 'true'], 'true is no number')
  if (mixed.probabilities)
    assert.deepEqual(
      mixed.probabilities.map(p => p === null),
      [false, true, true, true, true, false],
    )
}

describe('odd cells are answered and reported', () => {
  for (const { id } of [...listTrainers(), { id: 'automl' }]) {
    it(`by ${id}`, async () => answersOddRows(loadPredictor((await train(id)).bundle)))
  }
  it('by a classifier', async () => answersOddRows(loadPredictor((await train('gbdt', 'binary')).bundle)))

  it('by the same model as an imported ONNX file', async () => {
    const { bundle } = await train('linear')
    const content = importOnnx({ file: bundleToOnnx(bundle), target: 'y' })
    const predictor = loadPredictor(packBundle(content))
    const ours = loadPredictor(bundle)
    for (const change of [{ n: null }, { n: 10.5 }, { c: 'zzz' }, { c: null }, { b: null }, { d: null }, { q: 1 }]) {
      const rows = [GOOD, { ...GOOD, ...change }]
      const [same, theirs] = [ours, predictor].map(each => each.predictLenient(rows).predictions as number[])
      for (const [i, value] of same!.entries()) assertClose(theirs![i]!, value, 1e-5, JSON.stringify(change))
    }
  })
})

describe('a table read by column', () => {
  it('gives the predictions and the report of its rows', async () => {
    const rows: Record<string, unknown>[] = [
      GOOD,
      ...ODD.map(([, change]) => ({ ...GOOD, ...change })).filter(row => !('q' in row) && row.c !== undefined),
      { ...GOOD, x: 'abc' },
      { ...GOOD, c: ' a ' },
    ]
    const names = ['n', 'x', 'c', 'b', 'd']
    for (const id of ['linear', 'gbdt']) {
      const predictor = loadPredictor((await train(id)).bundle)
      const byRow = predictor.predictLenient(rows)
      const chunk = names.map(name => rows.map(row => row[name] ?? null))
      const types = ['text', 'text', 'category', 'text', 'datetime'] as const
      const table = predictor.openTable(types)(chunk, rows.length)
      for (const [i, prediction] of byRow.predictions.entries())
        assert.equal(table.hasFailed(i) ? null : table.values[i], prediction, `${id}, row ${i}`)
      const sorted = (report?: RowReport) =>
        report?.warningCounts.map(c => `${c.column} ${c.code} ${c.rows}`).toSorted()
      assert.deepEqual(sorted(table.report), sorted(byRow.report))
      const without = predictor.openTable(['integer', 'number', undefined, 'boolean', 'datetime'])(chunk, rows.length)
      assert.equal(without.values[0], predictor.predictLenient([{ ...GOOD, c: undefined }]).predictions[0])
    }
  })
})

describe('a missing cell', () => {
  it('is the median or most frequent value of training, and says so', async () => {
    const predictor = loadPredictor((await train('gbdt')).bundle)
    const { report, predictions } = predictor.predictLenient([{ ...GOOD, n: null, b: null, c: null }])
    const used = Object.fromEntries(report!.warnings.map(w => [w.column, w.used]))
    const median = used.n as number
    assert.ok(median > 15 && median < 35)
    assert.equal(used.b, false)
    assert.equal(predictor.predictLenient([{ ...GOOD, n: median, b: false, c: used.c }]).predictions[0], predictions[0])
  })

  it('of a model of an earlier release is taken from its training summary', async () => {
    const { bundle } = await train('gbdt')
    const { manifest, model } = readBundle(unpackBundle(bundle).files)
    const recipe = { ...manifest.recipe, inputs: manifest.recipe.inputs.map(({ fallback: _, ...input }) => input) }
    const old = loadPredictor(packBundle({ ...manifest, recipe, model }))
    const now = loadPredictor(bundle)
    const row = { ...GOOD, n: null, b: null, c: null, d: null }
    assert.deepEqual(old.predictLenient([row]).predictions, now.predictLenient([row]).predictions)
  })

  it('in more than half of the columns fails the row only when they are absent', async () => {
    const predictor = loadPredictor((await train('linear')).bundle)
    const empty = { n: null, x: null, c: null, b: null, d: null }
    assert.notEqual(predictor.predictLenient([empty]).predictions[0], null)
    const { predictions, report } = predictor.predictLenient([{ n: 1, x: 2 }])
    assert.deepEqual(predictions, [null])
    assert.match(report!.errors[0]!.got, /2 of the model's 5 columns \(absent: c, b, d\)/)
  })
})

describe('nested values', () => {
  it('are JSON text for a model that learned them as such, and fail a row of plain words', () => {
    const columns = (domain: string[]): Schema['columns'] => [
      { name: 'tags', type: 'category', role: 'feature', nullable: false, domain },
    ]
    const read = (domain: string[], tags: unknown) => {
      const report = new ReportBuilder(1)
      const reader = compileRowReader({ columns: columns(domain) }, () => ({ levels: [], fallback: null }))
      return [reader.read({ tags }, 0, report), report.finish()?.warnings.map(w => w.code) ?? []]
    }
    assert.deepEqual(read(['["a","b"]', '[]'], ['a', 'b']), [{ tags: '["a","b"]' }, []])
    assert.deepEqual(read(['["a","b"]', '[]'], ['c']), [{ tags: '["c"]' }, ['unseen']])
    assert.deepEqual(read(['a', 'b'], ['a']), [null, []])
  })
})

describe('the report', () => {
  it('counts all rows and lists some', async () => {
    const predictor = loadPredictor((await train('linear')).bundle)
    const { report } = predictor.predictLenient(Array.from({ length: 3000 }, () => ({ ...GOOD, n: null, c: 'new' })))
    assert.deepEqual(
      report!.warningCounts,
      ['n', 'c'].map((column, i) => ({ column, code: i === 0 ? 'missing' : 'unseen', rows: 3000 })),
    )
    assert.equal(report!.warnings.length, 400)
    assert.deepEqual({ ...report!.repairs[2999] }, { n: 'missing', c: 'unseen' })
  })

  it('does not name a column that the endpoint reads as time', async () => {
    const predictor = loadPredictor((await train('linear')).bundle)
    assert.equal(predictor.predictLenient([{ ...GOOD, at: '2026-01-01' }], 'at').report, undefined)
  })

  it('takes hostile names for ordinary columns', async () => {
    const predictor = loadPredictor((await train('linear')).bundle)
    const row = JSON.parse(`{"n":"1","x":1,"c":"a","b":true,"d":"2024-01-01","__proto__":{"n":5},"constructor":1}`)
    const { predictions, report } = predictor.predictLenient([row])
    assert.notEqual(predictions[0], null)
    assert.deepEqual(report!.warnings.map(w => w.column).sort(), ['__proto__', 'constructor'])
  })
})
