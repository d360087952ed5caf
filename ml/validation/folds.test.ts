import assert from 'node:assert/strict'
import test from 'node:test'
import { EngineError } from '../errors.ts'
import { createRandom } from '../random.ts'
import { type FoldPlan, type Folds, makeFolds } from './folds.ts'

const random = createRandom(1)
const rows = 103
const classes = Float64Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? 2 : i % 3 === 0 ? 1 : 0))
const groups = Int32Array.from({ length: rows }, () => random.integer(17))
const times = Float64Array.from({ length: rows }, () => random.integer(40))
const facts = { rows, classes, groups, times }

function assertSound({ folds }: Folds, repeats = 1): void {
  const held = new Int32Array(rows)
  for (const { train, validation } of folds) {
    assert.ok(train.length > 0 && validation.length > 0)
    const side = new Set(train)
    for (const row of validation) {
      assert.ok(!side.has(row), `row ${row} on both sides`)
      held[row]!++
    }
    assert.deepEqual(
      [...train],
      [...train].sort((a, b) => a - b),
    )
    assert.deepEqual(
      [...validation],
      [...validation].sort((a, b) => a - b),
    )
  }
  assert.ok(held.every(times => times <= repeats))
}

test('every row is held out once a repeat, the same seed gives the same folds', () => {
  for (const kind of ['k-fold', 'stratified', 'group', 'stratified-group'] as const) {
    const plan: FoldPlan = { kind, folds: 5, repeats: 3 }
    const made = makeFolds(plan, facts, 7)
    assertSound(made, 3)
    assert.equal(made.folds.length, 15)
    assert.equal(
      made.folds.reduce((sum, fold) => sum + fold.validation.length, 0),
      3 * rows,
      kind,
    )
    assert.deepEqual(makeFolds(plan, facts, 7), made)
    assert.notDeepEqual(makeFolds(plan, facts, 8).folds, made.folds)
    assert.notDeepEqual(made.folds[0]!.validation, made.folds[5]!.validation)
  }
})

test('stratified folds have equal class shares and sizes', () => {
  const { folds, words } = makeFolds({ kind: 'stratified', folds: 5 }, facts, 3)
  for (let k = 0; k < 3; k++) {
    const counts = folds.map(({ validation }) => validation.filter(row => classes[row] === k).length)
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1)
  }
  const sizes = folds.map(fold => fold.validation.length)
  assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
  assert.deepEqual(words, [])
})

test('groups stay whole; with classes their shares stay even', () => {
  for (const kind of ['group', 'stratified-group'] as const) {
    const { folds } = makeFolds({ kind, folds: 4 }, facts, 3)
    for (const { train, validation } of folds) {
      const inside = new Set(Array.from(validation, row => groups[row]!))
      assert.ok(train.every(row => !inside.has(groups[row]!)))
      if (kind === 'stratified-group') {
        const share = validation.filter(row => classes[row] === 0).length / validation.length
        assert.ok(Math.abs(share - 0.6) < 0.2)
      }
    }
  }
})

test('folds in time learn from the past only, moments stay whole, a gap is left out', () => {
  for (const gap of [0, 6]) {
    const { folds, words } = makeFolds({ kind: 'time', folds: 3, fraction: 0.2, gap }, facts, 3)
    assert.equal(words.length, 1)
    let before = 0
    for (const { train, validation } of folds) {
      const latest = Math.max(...Array.from(train, row => times[row]!))
      const earliest = Math.min(...Array.from(validation, row => times[row]!))
      assert.ok(latest < earliest)
      assert.ok(train.length > before)
      before = train.length
    }
    const last = folds.at(-1)!
    assert.ok(rows - last.train.length - last.validation.length >= gap)
  }
})

test('rare classes are dealt with in words', () => {
  const rare = classes.slice()
  rare[0] = 3
  rare[1] = 4
  rare[2] = 4
  const { folds, words } = makeFolds({ kind: 'stratified', folds: 5 }, { rows, classes: rare }, 3)
  assert.ok(folds.every(({ validation }) => !validation.includes(0)))
  assert.ok(folds.every(({ train }) => train.includes(0)))
  assert.equal(words.length, 2)
  assert.ok(words.every(sentence => sentence.endsWith('.')))
})

test('what cannot be divided is refused in words', () => {
  const code = (plan: FoldPlan, given: Parameters<typeof makeFolds>[1]) => {
    try {
      makeFolds(plan, given, 1)
    } catch (error) {
      assert.ok(error instanceof EngineError && error.message.endsWith('.') && error.hint !== '')
      return error.code
    }
    return 'made'
  }
  assert.equal(code({ kind: 'k-fold', folds: 1 }, { rows: 9 }), 'fold-count')
  assert.equal(code({ kind: 'k-fold', folds: 5 }, { rows: 1 }), 'split-rows')
  assert.equal(code({ kind: 'k-fold', folds: 5 }, { rows: 3 }), 'made')
  assert.equal(code({ kind: 'group', folds: 5 }, { rows: 3 }), 'fold-column')
  assert.equal(code({ kind: 'group', folds: 5 }, { rows: 3, groups: [1, 1, 1] }), 'split-groups')
  assert.equal(code({ kind: 'stratified', folds: 5 }, { rows: 3, classes: [0, 1, 2] }), 'fold-classes')
  assert.equal(code({ kind: 'time', folds: 5 }, { rows: 3, times: Float64Array.of(1, 2, 3) }), 'fold-time')
  assert.equal(code({ kind: 'holdout', by: 'time' }, { rows: 3, times: Float64Array.of(1, 2, 3) }), 'made')
})
