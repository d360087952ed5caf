import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  canonicalJson,
  detectTask,
  frameFromRows,
  frameSpecs,
  getTrainer,
  listTrainers,
  type PairedMetric,
} from '#ml/node.ts'
import type { ColumnType } from '#server/data/contract.ts'
import type { AppError } from '#server/kernel/errors.ts'
import type { Versus } from '../comparison/contract.ts'
import type { ScoresCompared } from '../comparison/tasks.ts'
import { requirePositive, suggestPositive, suggestTask } from './decide-task.ts'
import { correctForRuns, judgePair, unknown } from './judge-pairs.ts'
import { scheduleRuns } from './schedule-runs.ts'
import { describeRecipe } from './store-result.ts'

describe('the task that a target suggests', () => {
  const many = Array.from({ length: 400 }, (_, i) => i)
  const cases: [string, ColumnType, unknown[], string][] = [
    ['two words', 'category', many.map(i => (i % 2 ? 'yes' : 'no')), 'binary'],
    ['true and false', 'boolean', many.map(i => i % 3 === 0), 'binary'],
    ['nought and one', 'integer', many.map(i => i % 2), 'binary'],
    ['three words', 'category', many.map(i => 'abc'[i % 3]), 'multiclass'],
    ['a few whole numbers', 'integer', many.map(i => i % 7), 'multiclass'],
    ['many whole numbers', 'integer', many, 'regression'],
    ['a few fractions', 'number', many.map(i => (i % 7) / 3), 'regression'],
    ['whole numbers of few rows', 'integer', [1, 2, 3, 4, 5, 6], 'regression'],
  ]
  for (const [what, type, cells, task] of cases)
    it(`${what}: ${task}, as the engine says`, () => {
      const suggested = suggestTask({
        name: 't',
        type,
        rows: cells.length,
        present: cells.length,
        distinct: new Set(cells).size,
      })
      const column = { name: 't', type, role: 'target' as const, nullable: false }
      const frame = frameFromRows(
        frameSpecs({ columns: [column] }),
        cells.map(t => ({ t })),
      )
      assert.equal(suggested.task, task)
      assert.equal(detectTask(column, frame.columns.get('t')!), task)
    })
})

describe('what an experiment trains', () => {
  const shape = { rows: 1000, cols: 10 }
  const schedule = (trials?: number, seed = 0) => scheduleRuns(listTrainers(), 'regression', shape, { trials, seed })

  it('the suggested settings in turn, best of each first', () => {
    const trainers = listTrainers()
    const planned = schedule()
    assert.deepEqual(
      planned.slice(0, trainers.length).map(p => p.trainer),
      trainers.map(t => t.id),
    )
    assert.equal(
      planned.length,
      trainers.reduce((n, t) => n + t.defaultSettings('regression', shape).length, 0),
    )
  })
  it('as many as asked for: fewer suggestions, or random ones after them', () => {
    const all = schedule()
    assert.deepEqual(schedule(2), all.slice(0, 2))
    const more = schedule(60)
    assert.equal(more.length, 60)
    assert.deepEqual(more.slice(0, all.length), all)
    assert.equal(new Set(more.map(p => canonicalJson({ ...p, setting: '' }))).size, 60)
  })
  it('samples lie in the ranges worth searching', () => {
    for (const { trainer, setting, params } of schedule(80))
      for (const d of getTrainer(trainer).parameters)
        if (setting === 'random' && (d.kind === 'number' || d.kind === 'integer') && d.search) {
          const value = params[d.name] as number
          assert.ok(value >= d.search.low * 0.99 && value <= d.search.high * 1.01, `${d.name} ${value}`)
        }
  })
  it('the same seed gives the same runs, another seed others', () => {
    assert.deepEqual(schedule(40), schedule(40))
    assert.notDeepEqual(schedule(40, 1), schedule(40, 2))
  })
  it('a trainer without anything to search ends when its settings do', () => {
    const planned = scheduleRuns([getTrainer('baseline')], 'regression', shape, { trials: 50, seed: 0 })
    assert.equal(planned.length, 2)
  })
})

describe('the verdict on two runs', () => {
  const part = (error: number | null, base = 10, other = 9): PairedMetric => ({
    metric: 'rmse',
    base,
    other,
    difference: other - base,
    low: error === null ? null : other - base - 2 * error,
    high: error === null ? null : other - base + 2 * error,
    error,
    p: error === null ? null : 0.01,
    verdict: error === null ? 'unknown' : 'better',
    method: error === null ? null : 'bootstrap',
  })
  const compared = (changes: object = {}): ScoresCompared => ({
    rows: 100,
    leftOut: 0,
    isWhole: true,
    measured: 100,
    testable: true,
    metrics: [part(0.2)],
    ...changes,
  })
  it('holds on the same rows only', () => {
    const same = judgePair(compared(), { sameRows: true })
    assert.deepEqual([same.code, same.rows, same.metrics[0]!.verdict], [null, 100, 'better'])
    assert.equal(judgePair(compared({ isWhole: false }), { sameRows: true }).code, 'other_rows')
    assert.equal(judgePair({ reason: 'other_classes' }, { sameRows: true }).code, 'other_classes')
    assert.equal(judgePair(undefined, { sameRows: true }).code, 'failed')
  })
  it('on common rows needs twenty of them and counts those that were left out', () => {
    const few = judgePair(compared({ isWhole: false, rows: 19, leftOut: 81 }), { sameRows: false })
    assert.deepEqual([few.code, few.rowsTrainedOn], ['few_rows', 81])
    assert.equal(judgePair(compared({ isWhole: false, rows: 20 }), { sameRows: false }).code, null)
  })
  it('on a part of many rows is about the values on all of them', () => {
    const values = { base: { rmse: { value: 10.2 } }, other: { rmse: { value: 9.1 } } }
    const [whole] = judgePair(compared({ measured: 900 }), { sameRows: true, ...values }).metrics
    assert.deepEqual([whole!.reference, whole!.value], [10.2, 9.1])
    assert.ok(whole!.differenceHigh! - whole!.differenceLow! < 0.4)
  })
  it('says why there is none', () => {
    const rare = judgePair(compared({ testable: false, metrics: [part(null)] }), { sameRows: true })
    assert.deepEqual([rare.metrics[0]!.verdict, rare.metrics[0]!.code], ['unknown', 'few_of_class'])
  })
  it('is stricter with many runs', () => {
    const versus = (p: number): Versus => ({ ...unknown('failed'), code: null, verdict: 'worse', difference: 1, p })
    const corrected = correctForRuns('rmse', [versus(0.04), versus(0.001), unknown('no_rows_kept')])
    assert.deepEqual(
      corrected.map(v => v.verdict),
      ['worse', 'worse', 'unknown'],
    )
    const many = correctForRuns('rmse', [versus(0.04), versus(0.001), versus(0.5)])
    assert.deepEqual(
      many.map(v => v.verdict),
      ['tied', 'worse', 'tied'],
    )
  })
})

describe('the positive class', () => {
  const of = (no: number, yes: number) => [
    { name: 'no', label: 'no', rows: no },
    { name: 'yes', label: 'yes', rows: yes },
  ]
  it('is the rarer one; of equal ones the last as the engine sorts them', () => {
    assert.equal(suggestPositive(of(95, 5), false), 'yes')
    assert.equal(suggestPositive(of(5, 95), false), 'no')
    assert.equal(suggestPositive(of(50, 50), false), 'yes')
    const numbers = [
      { name: '10', label: '10', rows: 5 },
      { name: '9', label: '9', rows: 5 },
    ]
    assert.equal(suggestPositive(numbers, true), '10')
    assert.equal(suggestPositive([], false), undefined)
  })
  it('is named by what the cells say or the model says; others are refused with the classes', () => {
    const classes = [
      { name: 'false', label: 'Nein', rows: 9 },
      { name: 'true', label: 'Ja', rows: 1 },
    ]
    const facts = { name: 't', type: 'boolean' as const, rows: 10, present: 10, distinct: 2, classes }
    assert.equal(requirePositive('Ja', 'binary', facts), 'true')
    assert.equal(requirePositive('false', 'binary', facts), 'false')
    assert.throws(
      () => requirePositive('maybe', 'binary', facts),
      (error: AppError) => error.code === 'invalid' && /Nein.*Ja/.test(error.hint ?? ''),
    )
    assert.throws(() => requirePositive('Ja', 'multiclass', facts), /two classes/)
  })
})

describe('a recipe in words', () => {
  const inputs = [
    { name: 'age', type: 'number' as const },
    { name: 'fare', type: 'number' as const },
  ]
  it('names what no step touches', () => {
    const steps = [{ step: 'scale' as const, column: 'fare', mean: 2, deviation: 3 }]
    const [first, second, ...more] = describeRecipe({ v: 1, inputs, steps, outputs: ['age', 'fare'] })
    assert.equal(first, 'age: used unchanged.')
    assert.match(second!, /^fare: minus 2, divided by 3/)
    assert.deepEqual(more, [])
  })
  it('of an ensemble says that its models prepare the columns', () => {
    assert.deepEqual(describeRecipe({ v: 1, inputs, steps: [], outputs: [] }), [
      'age, fare: each model prepares them itself.',
    ])
  })
})
