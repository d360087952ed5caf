import assert from 'node:assert/strict'
import test from 'node:test'
import { EngineError } from '../errors.ts'
import { readSafetensors, writeSafetensors } from '../format/safetensors.ts'
import { takeMatrixRows } from '../matrix.ts'
import { listTrainers } from '../node.ts'
import { matrixOf, problem } from '../testing.ts'
import { compilePredictor } from './predictors.ts'
import type { FitContext, Model, Parameters, Task, Trainer } from './types.ts'

/** Enough to learn the toy problem, quick enough for a test. */
const QUICK: Record<string, Parameters> = { mlp: { hidden: [16], epochs: 40, learningRate: 0.02, batchSize: 32 } }

/** Enough to be still at it when the abort comes. */
const LONG: Record<string, Parameters> = {
  linear: { alpha: 0, tolerance: 1e-12, maxIterations: 100_000 },
  mlp: { epochs: 10_000 },
  gbdt: { trees: 5000 },
  'random-forest': { trees: 5000 },
  'extra-trees': { trees: 5000 },
}

const fit = (trainer: Trainer, context: FitContext, parameters: Parameters = {}): Promise<Model> =>
  trainer.fit({ ...context, parameters: { ...QUICK[trainer.id], ...context.parameters, ...parameters } })

const bytesOf = (model: Model) => Buffer.from(writeSafetensors(model.tensors)).toString('base64')

function assertSound(model: Model, context: FitContext): Float64Array {
  const predicted = compilePredictor(model).predict(context.x)
  const width = context.task === 'regression' ? 1 : context.classCount
  assert.equal(predicted.length, context.x.rows * width)
  assert.ok(predicted.every(Number.isFinite))
  if (context.task !== 'regression') {
    for (let i = 0; i < context.x.rows; i++) {
      const row = predicted.subarray(i * width, (i + 1) * width)
      assert.ok(Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) < 1e-12)
      assert.ok(row.every(p => p >= 0 && p <= 1))
    }
  }
  return predicted
}

for (const trainer of listTrainers()) {
  const tasks: Task[] = trainer.tasks
  for (const task of tasks) {
    const name = `${trainer.id}, ${task}`

    test(`${name}: same seed, same bytes; saved and loaded, same predictions`, async () => {
      const context = problem(task)
      const model = await fit(trainer, context)
      assert.equal(bytesOf(await fit(trainer, { ...context, threads: 2 })), bytesOf(model))
      const loaded = { ...model, tensors: readSafetensors(writeSafetensors(model.tensors)) }
      const config = JSON.parse(JSON.stringify(model.config)) as Model['config']
      assert.deepEqual(
        compilePredictor({ ...loaded, config }).predict(context.x),
        compilePredictor(model).predict(context.x),
      )
    })

    test(`${name}: one row predicts as in a batch`, async () => {
      const context = problem(task, 60)
      const predictor = compilePredictor(await fit(trainer, context))
      const all = predictor.predict(context.x)
      const out = new Float64Array(all.length / 60)
      predictor.predictRow(takeMatrixRows(context.x, [17]).data, 0, out)
      assert.deepEqual(out, all.slice(17 * out.length, 18 * out.length))
    })

    test(`${name}: missing values, also whole columns of them`, async () => {
      const context = problem(task)
      for (let k = 0; k < context.x.data.length; k += 7) context.x.data[k] = Number.NaN
      for (let i = 0; i < context.x.rows; i++) context.x.data[i * 4 + 3] = Number.NaN
      assertSound(await fit(trainer, context), context)
    })

    test(`${name}: constant target and constant features`, async () => {
      const context = problem(task)
      context.y.fill(task === 'regression' ? 7 : 1)
      for (let i = 0; i < context.x.rows; i++) context.x.data[i * 4] = 3
      const predicted = assertSound(await fit(trainer, context), context)
      if (task === 'regression') assert.ok(predicted.every(value => Math.abs(value - 7) < 0.5))
      else assert.ok(predicted[1]! > 0.9)
    })

    test(`${name}: one row`, async () => {
      const context = problem(task, 1)
      assertSound(await fit(trainer, context), context)
    })

    test(`${name}: more columns than rows`, async () => {
      const context = problem(task, 20, 90)
      assertSound(await fit(trainer, context), context)
    })

    test(`${name}: zero weight is the same as no row, in effect`, async () => {
      const context = problem(task, 200)
      const weights = new Float64Array(200).fill(1)
      // A hundred rows of nonsense that must not count.
      const y = context.y.slice()
      for (let i = 100; i < 200; i++) {
        weights[i] = 0
        y[i] = task === 'regression' ? 1e4 : 0
      }
      const predicted = assertSound(await fit(trainer, { ...context, y, weights }), context)
      if (task === 'regression') assert.ok(predicted.every(value => value < 1000))
    })

    test(`${name}: an aborted fit ends with the signal's reason`, async () => {
      const reason = new Error('stop')
      await assert.rejects(fit(trainer, { ...problem(task), signal: AbortSignal.abort(reason) }), reason)
    })

    if (trainer.id !== 'baseline') {
      test(`${name}: learns`, async () => {
        const context = problem(task, 400)
        const predicted = assertSound(await fit(trainer, context), context)
        let error = 0
        const width = predicted.length / 400
        for (let i = 0; i < 400; i++) {
          if (task === 'regression') error += Math.abs(predicted[i]! - context.y[i]!) / 400
          else error += (1 - predicted[i * width + context.y[i]!]!) / 400
        }
        assert.ok(error < (task === 'regression' ? 2 : 0.25), `error ${error}`)
      })
    }
  }

  test(`${trainer.id}: descriptors are JSON, defaults and suggested settings are accepted`, async () => {
    assert.deepEqual(JSON.parse(JSON.stringify(trainer.parameters)), trainer.parameters)
    for (const task of tasks) {
      for (const setting of trainer.defaultSettings(task, { rows: 60, cols: 4 })) {
        const short: Parameters = trainer.id === 'mlp' ? { epochs: 2 } : {}
        await trainer.fit({ ...problem(task, 60), parameters: { ...setting.parameters, ...short } })
      }
    }
  })

  test(`${trainer.id}: unknown and impossible parameters are refused by name`, async () => {
    const isRefusal = (error: unknown) => error instanceof EngineError && error.code === 'parameter'
    await assert.rejects(trainer.fit({ ...problem('regression'), parameters: { nonsense: 1 } }), isRefusal)
    for (const descriptor of trainer.parameters) {
      const parameters = { [descriptor.name]: 'impossible' }
      await assert.rejects(trainer.fit({ ...problem('regression'), parameters }), isRefusal)
    }
  })
}

test('an abort arrives in the middle of a long fit', async () => {
  for (const trainer of listTrainers().filter(each => each.id !== 'baseline')) {
    const controller = new AbortController()
    const rows = 20_000
    const x = matrixOf(rows, 40, (i, j) => Math.sin(i * (j + 1)) * 10 ** (j % 4))
    // Separable and unpenalised: the weights grow for ever.
    const y = Float64Array.from({ length: rows }, (_, i) => (x.data[i * 40]! > 0 ? 1 : 0))
    const long = LONG[trainer.id] ?? {}
    const running = trainer.fit({ ...problem('binary'), x, y, parameters: long, signal: controller.signal })
    const started = performance.now()
    setTimeout(() => controller.abort(new Error('cancelled')), 50)
    await assert.rejects(running, /cancelled/)
    assert.ok(performance.now() - started < 2000, trainer.id)
  }
})
