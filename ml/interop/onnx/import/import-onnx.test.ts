import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import '../../../onnx.ts'
import { EngineError } from '../../../errors.ts'
import { packBundle, unpackBundle } from '../../../format/bundle.ts'
import { loadPredictor } from '../../../predictor.ts'
import { createRandom } from '../../../random.ts'
import { completeRecipe } from '../../../recipe/complete.ts'
import { fitRecipe } from '../../../recipe/fit.ts'
import { validateRows } from '../../../schema.ts'
import { assertClose, SHOP, shopRows } from '../../../testing.ts'
import type { Model, Task } from '../../../trainers/types.ts'
import { exportOnnx } from '../export.ts'
import { createGraph } from '../graph.ts'
import { createMessage } from '../protobuf.ts'
import { checkOnnx } from './check-file.ts'
import { importOnnx } from './import-onnx.ts'

/** By bench/golden/make-onnx.py: files of skl2onnx with scikit-learn's predictions, and files that must be refused. */
const { cases, refused } = JSON.parse(
  readFileSync(new URL('../../../../bench/golden/onnx.json', import.meta.url), 'utf8'),
) as {
  cases: {
    name: string
    task: Task
    file: string
    rows: Record<string, unknown>[]
    expected: number[]
    classes?: string[]
    named?: string[]
  }[]
  refused: { name: string; file: string; words: string }[]
}
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

for (const { name, task, file, rows, expected, classes, named } of cases) {
  test(`${name}: imported, saved and loaded it predicts as scikit-learn does`, () => {
    const content = importOnnx({ file: bytesOf(file), target: 'y', ...(named ? { classes: named } : {}) })
    assert.deepEqual([content.task, content.classes], [task, classes])
    const predictor = loadPredictor(packBundle(content))
    const { errors, predictions, probabilities } = predictor.predictRows(rows)
    assert.deepEqual(errors, [])
    const numbers = (probabilities?.flat() ?? predictions) as number[]
    for (const [k, value] of expected.entries()) assertClose(numbers[k]!, value, 1e-5, `value ${k}`)
    const one = predictor.predictOne(rows[0])
    // Single precision: ONNX Runtime adds up a batch in another order than a row.
    const alone = (one.ok ? (one.probabilities ?? [one.prediction]) : []) as number[]
    for (const [k, value] of alone.entries()) assertClose(value, numbers[k]!, 1e-6, `alone, value ${k}`)
  })
}

for (const { name, file, rows } of cases) {
  test(`${name}: a missing cell, a fraction or another word fails at most its own row`, () => {
    const predictor = loadPredictor(packBundle(importOnnx({ file: bytesOf(file), target: 'y' })))
    const [good] = rows
    const expected = predictor.predictLenient([good]).predictions[0]
    for (const column of Object.keys(good!)) {
      for (const cell of [null, undefined, 0.5, '0.5', 'other', {}]) {
        const { predictions } = predictor.predictLenient([good, { ...good, [column]: cell }, good])
        assert.deepEqual([predictions[0], predictions[2]], [expected, expected], `${column}: ${cell}`)
      }
    }
  })
}

for (const { name, file, words } of refused) {
  test(`refused: ${name}`, () => {
    const given = { file: bytesOf(file), target: 'y', ...(name === 'no probabilities' ? { classes: ['a', 'b'] } : {}) }
    assert.throws(
      () => {
        const predictor = loadPredictor(packBundle(importOnnx(given)))
        predictor.predictOne({ x1: 1, x2: 2 })
      },
      (error: unknown) => error instanceof EngineError && error.message.includes(words) && error.hint !== '',
    )
  })
}

test('what was exported here comes back with its columns, gaps and levels never seen', () => {
  const rows = shopRows(120)
  const signature = { columns: SHOP.columns.filter(column => column.role !== 'target' && column.role !== 'ignore') }
  const { frame } = validateRows(signature, rows)
  const recipe = fitRecipe(completeRecipe([], signature.columns), frame, Int32Array.from(rows.keys()))
  const cols = recipe.outputs.length
  const random = createRandom(2)
  const draw = (n: number) => Float64Array.from({ length: n }, () => random.normal())
  const model: Model = {
    trainer: 'linear',
    task: 'binary',
    classCount: 2,
    cols,
    tensors: {
      coefficients: { dtype: 'F64', shape: [1, cols], data: draw(cols) },
      intercepts: { dtype: 'F64', shape: [1], data: draw(1) },
      fill: { dtype: 'F64', shape: [cols], data: draw(cols) },
    },
    config: {},
  }
  const content = {
    signature,
    task: 'binary' as const,
    target: { name: 'amount' },
    classes: ['no', 'yes'],
    recipe,
    model,
  }
  const ours = loadPredictor(packBundle(content))
  const theirs = loadPredictor(packBundle(importOnnx({ file: exportOnnx(content), target: 'amount' })))
  assert.deepEqual(theirs.signature, signature)
  const later = [
    ...shopRows(40, 8),
    { items: 1, when: null, price: null, colour: null, member: null },
    { items: 2, colour: 'x' },
  ]
  const [a, b] = [ours.predictRows(later), theirs.predictRows(later)]
  assert.deepEqual(b.predictions, a.predictions)
  for (const [i, row] of a.probabilities!.entries()) assertClose(b.probabilities![i]![1]!, row[1]!, 1e-9, `row ${i}`)
})

test('columns and classes are named by a person, and what does not fit is said', () => {
  const file = bytesOf(cases.find(each => each.name.startsWith('random forest'))!.file)
  const content = importOnnx({ file, target: 'y', columns: ['a', 'b', 'c'], classes: ['no', 'yes'] })
  assert.deepEqual(
    content.signature.columns.map(column => column.name),
    ['a', 'b', 'c'],
  )
  const says = (change: object, words: RegExp) =>
    assert.throws(() => importOnnx({ file, target: 'y', ...change }), words)
  says({ columns: ['a', 'b'] }, /more columns than are named/)
  says({ columns: ['a', 'b', 'c', 'd'] }, /takes 3 columns, and 4 are named/)
  says({ columns: ['a', 'b', 'a'] }, /one name/)
  says({ classes: ['only'] }, /one class is named/)
  says({ schema: { columns: [{ name: 'x1', type: 'category', role: 'feature', nullable: true }] } }, /is text/)
})

test('a file for another task is told apart by what it gives', () => {
  const file = bytesOf(cases.find(each => each.name.startsWith('logistic'))!.file)
  const content = importOnnx({ file, target: 'y', task: 'multiclass', classes: ['a', 'b', 'c', 'd'] })
  assert.throws(
    () => loadPredictor(packBundle(content)).predictOne({ x1: 1, x2: 1, x3: 1 }),
    /where 4 per row are needed/,
  )
})

test('damaged files are refused in words: cut, bits flipped, nested, without end', () => {
  const random = createRandom(31)
  const refusal = (bytes: Uint8Array) => {
    try {
      const predictor = loadPredictor(packBundle(importOnnx({ file: bytes, target: 'y', classes: ['a', 'b', 'c'] })))
      predictor.predictOne({ x1: 1, x2: 1, x3: 1 })
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
    }
  }
  const file = bytesOf(cases[0]!.file)
  for (let length = 0; length < file.length; length += 5) refusal(file.subarray(0, length))
  for (let k = 0; k < 300; k++) {
    const flipped = file.slice()
    flipped[random.integer(file.length)]! ^= 1 << random.integer(8)
    refusal(flipped)
  }
  let nested = createMessage()
  for (let k = 0; k < 400; k++) {
    const outer = createMessage()
    // Graph → node → attribute → graph, each around the one before.
    outer.bytes([1, 6, 5][k % 3]!, nested.finish())
    nested = outer
  }
  const model = createMessage()
  model.bytes(7, nested.finish())
  assert.throws(() => checkOnnx(model.finish()), /nested too deep/)
  assert.throws(() => checkOnnx(new Uint8Array(40).fill(255)), /no end|unknown kind|beyond/)
  const own = new Uint8Array(32)
  own.set(new TextEncoder().encode('ORTM'), 4)
  assert.throws(() => checkOnnx(own), /own format/)
})

test('a bundle with another file inside is checked again', () => {
  const content = importOnnx({ file: bytesOf(cases[0]!.file), target: 'y' })
  const evil = bytesOf(refused[0]!.file)
  const tensors = { model: { dtype: 'U8' as const, shape: [evil.length], data: evil } }
  const bytes = packBundle({ ...content, model: { ...content.model, tensors } })
  assert.ok(unpackBundle(bytes).digest)
  assert.throws(() => loadPredictor(bytes), /other files/)
  const feeds = [{ name: 'x', element: 'float', columns: [], rank: 2 }]
  const config = { ...content.model.config, inputs: feeds }
  assert.throws(() => loadPredictor(packBundle({ ...content, model: { ...content.model, config } })), /not described/)
})

test('sizes that cells decide are refused by the operator; those of constants and of the number of rows are taken', () => {
  type Build = (graph: ReturnType<typeof createGraph>, x: string) => string
  const fileOf = (build: Build) => {
    const graph = createGraph()
    const x = graph.input('x', 'float')
    graph.output('prediction', build(graph, x), 'float', 1)
    return graph.finish('test', '1', {})
  }
  const whole = (graph: ReturnType<typeof createGraph>, x: string) => {
    const largest = graph.add('ReduceMax', [x], { keepdims: { int: 0 } })
    return graph.add('Cast', [largest], { to: { int: 7 } })
  }
  const asShape = (graph: ReturnType<typeof createGraph>, x: string) =>
    graph.add('Reshape', [whole(graph, x), graph.constant('int64', [1], [1])])
  const one = (graph: ReturnType<typeof createGraph>) => graph.constant('float', [1], [1])
  const sum = (graph: ReturnType<typeof createGraph>, x: string, large: string) =>
    graph.add('Add', [
      x,
      graph.add('ReduceSum', [graph.add('Cast', [large], { to: { int: 1 } })], { keepdims: { int: 0 } }),
    ])
  const zero = (graph: ReturnType<typeof createGraph>) => graph.constant('int64', [], [0])
  const step = (graph: ReturnType<typeof createGraph>) => graph.constant('int64', [], [1])
  const hostile: Record<string, Build> = {
    ConstantOfShape: (g, x) => sum(g, x, g.add('ConstantOfShape', [asShape(g, x)])),
    Expand: (g, x) => sum(g, x, g.add('Expand', [one(g), asShape(g, x)])),
    Tile: (g, x) => sum(g, x, g.add('Tile', [one(g), asShape(g, x)])),
    Range: (g, x) => sum(g, x, g.add('Range', [zero(g), whole(g, x), step(g)])),
    Pad: (g, x) =>
      sum(
        g,
        x,
        g.add('Pad', [one(g), g.add('Concat', [g.constant('int64', [1], [0]), asShape(g, x)], { axis: { int: 0 } })]),
      ),
    OneHot: (g, x) =>
      sum(g, x, g.add('OneHot', [g.constant('int64', [1], [0]), whole(g, x), g.constant('float', [2], [0, 1])])),
  }
  for (const [operator, build] of Object.entries(hostile))
    assert.throws(
      () => importOnnx({ file: fileOf(build), target: 'y' }),
      (error: unknown) =>
        error instanceof EngineError &&
        error.code === 'onnx-refused' &&
        error.message.includes(`result of ${operator} is`),
      operator,
    )
  const harmless: Build[] = [
    (g, x) => sum(g, x, g.add('ConstantOfShape', [g.add('Shape', [x])])),
    (g, x) => sum(g, x, g.add('Expand', [x, g.constant('int64', [2], [1, 4])])),
    (g, x) => sum(g, x, g.add('Range', [zero(g), g.add('Size', [x]), step(g)])),
  ]
  for (const build of harmless) importOnnx({ file: fileOf(build), target: 'y' })
})
