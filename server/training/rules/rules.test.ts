import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonicalJson, detectTask, frameFromRows, frameSpecs, getTrainer, listTrainers } from '#ml/node.ts'
import type { ColumnType } from '#server/data/contract.ts'
import { suggestTask } from './decide-task.ts'
import { overlap } from './rank-runs.ts'
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

describe('ties', () => {
  const m = (low: number | null, high: number | null) => ({ value: 0, low, high })
  it('are intervals that overlap', () => {
    assert.equal(overlap(m(1, 3), m(2, 4)), true)
    assert.equal(overlap(m(1, 2), m(2, 4)), true)
    assert.equal(overlap(m(1, 2), m(3, 4)), false)
    assert.equal(overlap(m(null, null), m(3, 4)), false)
    assert.equal(overlap(null, m(3, 4)), false)
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
