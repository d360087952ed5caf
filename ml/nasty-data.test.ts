import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EngineError } from './errors.ts'
import { frameFromRows } from './frame/builder.ts'
import { listTrainers, loadPredictor, trainPipeline } from './node.ts'
import { createRandom } from './random.ts'
import { frameSpecs, type Schema, type SchemaColumn } from './schema.ts'
import type { Parameters, Task } from './trainers/types.ts'

/** Every trainer meets every table that real life brings: it trains and predicts numbers, or refuses in words. It never crashes. */

const QUICK: Record<string, Parameters> = {
  gbdt: { trees: 10 },
  'random-forest': { trees: 10 },
  'extra-trees': { trees: 10 },
  mlp: { hidden: [8], epochs: 3 },
}

type Row = Record<string, unknown>
type Table = { columns: SchemaColumn[]; rows: Row[]; task?: Task }

const column = (name: string, type: SchemaColumn['type'], role: SchemaColumn['role'] = 'feature'): SchemaColumn => ({
  name,
  type,
  role,
  nullable: true,
})
const random = createRandom(5)
const table = (count: number, row: (i: number) => Row, columns: SchemaColumn[], task?: Task): Table => ({
  columns,
  rows: Array.from({ length: count }, (_, i) => row(i)),
  task,
})
const usual = [column('a', 'number'), column('b', 'number'), column('y', 'number', 'target')]
const usualRow = () => {
  const [a, b] = [random.normal(), random.next()]
  return { a, b, y: 3 * a - b + random.normal() / 10 }
}
const classRow = (i: number) => ({ a: random.normal() + (i % 2), b: random.next(), y: i % 2 ? 'yes' : 'no' })
const classColumns = [column('a', 'number'), column('b', 'number'), column('y', 'category', 'target')]

const TABLES: Record<string, Table> = {
  'a constant column': table(120, () => ({ ...usualRow(), b: 7 }), usual),
  'a column without values': table(120, () => ({ ...usualRow(), b: null }), usual),
  'only columns without values': table(60, () => ({ ...usualRow(), a: null, b: null }), usual),
  'mostly missing cells': table(
    200,
    () => {
      const row = usualRow()
      return { ...row, a: random.next() < 0.95 ? null : row.a, b: random.next() < 0.95 ? null : row.b }
    },
    usual,
  ),
  'a class of one row': table(100, i => ({ ...classRow(i), y: i === 13 ? 'rare' : classRow(i).y }), classColumns),
  'thirty classes': table(300, i => ({ ...classRow(i), a: i % 30, y: `class ${i % 30}` }), classColumns, 'multiclass'),
  'a category of 10,000 levels': table(
    10_000,
    i => ({ c: `level ${i}`, a: random.normal(), y: i % 3 ? 'yes' : 'no' }),
    [column('c', 'category'), column('a', 'number'), column('y', 'category', 'target')],
  ),
  'one feature': table(80, i => ({ a: i, y: i / 2 }), [column('a', 'number'), column('y', 'number', 'target')]),
  'five rows': table(5, usualRow, usual),
  'five rows of two classes': table(5, classRow, classColumns),
  infinities: table(120, i => ({ ...usualRow(), b: i % 9 ? random.next() : i % 2 ? Infinity : -Infinity }), usual),
  'huge and tiny numbers': table(120, i => ({ a: (i - 60) * 1e300, b: i * 1e-300, y: i }), usual),
  'a huge target': table(120, i => ({ ...usualRow(), y: (i % 7) * 1e15 }), usual),
  'one row many times': table(90, i => ({ a: 1, b: 2, y: i % 2 ? 'yes' : 'no' }), classColumns),
  'a target of numbers as text': table(100, i => ({ ...classRow(i), y: String(i % 2) }), classColumns),
  'words with every kind of character': table(
    100,
    i => ({ 'ä "b",\n=1': ['<x>', '', '🦆', '__proto__'][i % 4], y: i % 2 ? 'constructor' : 'é' }),
    [column('ä "b",\n=1', 'category'), column('y', 'category', 'target')],
  ),
  'dates and yes or no': table(
    100,
    i => ({ when: `20${10 + (i % 20)}-0${1 + (i % 9)}-11T0${i % 10}:00`, ok: i % 3 === 0, y: i % 10 }),
    [column('when', 'datetime'), column('ok', 'boolean'), column('y', 'number', 'target')],
  ),
}

for (const trainer of listTrainers()) {
  describe(`${trainer.id} meets`, () => {
    for (const [name, { columns, rows, task }] of Object.entries(TABLES)) {
      it(name, async () => {
        const schema: Schema = { columns }
        const frame = frameFromRows(frameSpecs(schema), rows)
        try {
          const { bundle, task: learned } = await trainPipeline({
            frame,
            schema,
            target: 'y',
            ...(task ? { task } : {}),
            trainerId: trainer.id,
            parameters: QUICK[trainer.id] ?? {},
            seed: 3,
            now: () => 0,
          })
          const predictor = loadPredictor(bundle)
          const values = predictor.predictFrame(frame)
          assert.ok(values.every(Number.isFinite), 'every prediction is a number')
          assert.equal(values.length, rows.length * (learned === 'regression' ? 1 : predictor.classes!.length))
          const alone = predictor.predictOne(
            Object.fromEntries(columns.filter(c => c.name !== 'y').map(c => [c.name, null])),
          )
          assert.ok(alone.ok, 'a row in which everything is missing is answered')
        } catch (error) {
          if (!(error instanceof EngineError)) throw error
          assert.ok(error.message.length > 20 && error.hint.length > 5, `refused without help: ${error.message}`)
        }
      })
    }
  })
}
