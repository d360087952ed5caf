import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom } from '#ml/random.ts'
import type { FrameCell } from '../read/read-frame.ts'
import type { LeakFinding } from './contract.ts'
import { detectFutureTarget, measureTimesAfterRow } from './detect-future-target.ts'
import { judgeMissing } from './judge-missing.ts'
import { duplicateFinding, rankFindings } from './make-findings.ts'
import { relateCells } from './relate-cells.ts'
import { foldsOf, scoreColumn, scoredTarget } from './score-column.ts'

const random = createRandom(3)
const N = 2000
const list = <T>(make: (i: number) => T): T[] => Array.from({ length: N }, (_, i) => make(i))
const folds = foldsOf(N, () => random.next())
const classes = list(() => (random.next() < 0.3 ? 'yes' : 'no'))
const numbers = list(() => random.normal())

describe('how a target is to be predicted', () => {
  const cases: [string, FrameCell[], boolean, string | undefined][] = [
    ['two words', classes, false, 'binary'],
    ['two numbers', list(i => i % 2), true, 'binary'],
    ['three words', list(i => 'abc'[i % 3]!), false, 'multiclass'],
    ['a few whole numbers', list(i => i % 7), true, 'multiclass'],
    ['many whole numbers', list(i => i % 50), true, 'regression'],
    ['three fractions', list(i => (i % 3) / 2), true, 'regression'],
    ['a word a row', list(i => `w${i}`), false, undefined],
    ['one word', list(() => 'a'), false, undefined],
  ]
  for (const [what, cells, isNumber, task] of cases)
    it(`${what}: ${task}`, () => assert.equal(scoredTarget(cells, isNumber)?.task, task))
})

describe('how well one column predicts, out of fold', () => {
  const binary = scoredTarget(classes, false)!
  const regression = scoredTarget(numbers, true)!
  const noisy = numbers.map(v => v + random.normal())
  const cases: [string, FrameCell[], typeof binary, (score: number) => boolean][] = [
    ['a copy of two classes', classes, binary, s => s === 1],
    ['chance', list(() => random.next()), binary, s => Math.abs(s - 0.5) < 0.05],
    ['an identifier of words', list(i => `id ${i}`), binary, s => Math.abs(s - 0.5) < 0.05],
    ['an identifier of numbers', list(i => i), binary, s => Math.abs(s - 0.5) < 0.06],
    ['a category of many levels', list(i => `level ${(i * 7919) % 700}`), binary, s => Math.abs(s - 0.5) < 0.06],
    ['missing cells that tell', classes.map(c => (c === 'yes' ? null : 'there')), binary, s => s === 1],
    ['nothing but missing cells', list(() => null), binary, s => Math.abs(s - 0.5) < 0.05],
    ['a copy of a number', numbers, regression, s => s > 0.99],
    ['half of a number', noisy, regression, s => s > 0.35 && s < 0.6],
    ['no part of a number', list(() => random.normal()), regression, s => s < 0.05],
  ]
  for (const [what, cells, target, holds] of cases)
    it(what, () => {
      const { score } = scoreColumn(cells, target, folds)
      assert.ok(holds(score), String(score))
    })
  it('a rare class is not told by always saying the common one', () => {
    const rare = scoredTarget(
      list(i => (i % 50 === 0 ? 'a' : i % 50 === 1 ? 'b' : 'c')),
      false,
    )!
    const { score, baseline, strength } = scoreColumn(
      list(() => 'same'),
      rare,
      folds,
    )
    assert.deepEqual([score, baseline, strength], [0.96, 0.96, 0])
  })
})

describe('how a column is bound to the target', () => {
  const whole = list(i => (i * 37) % 499)
  const cases: [string, FrameCell[], FrameCell[], string | undefined][] = [
    ['equal', classes, classes, 'copy'],
    ['equal with the same holes', [null, ...whole.slice(1)], [null, ...whole.slice(1)], 'copy'],
    ['truth values of words', classes.map(c => c === 'yes'), classes, 'other-words'],
    ['one value broken once', classes.map((c, i) => (i === 9 ? 'odd' : c)).with(10, 'odd'), classes, undefined],
    ['a line', whole.map(v => 32 - 1.8 * v), whole, 'other-unit'],
    ['a curve', whole.map(v => Math.sqrt(v)), whole, 'monotone'],
    ['a curve of numbers that never come twice', numbers.map(v => Math.exp(v)), numbers, 'monotone'],
    ['a curve with one place out of order', numbers.map(v => Math.exp(v)).with(5, 1e6), numbers, undefined],
    ['noise', list(() => random.next()), numbers, undefined],
  ]
  for (const [what, cells, target, relation] of cases)
    it(`${what}: ${relation}`, () => {
      const settled = what === 'one value broken once' ? classes.with(9, 'yes').with(10, 'no') : target
      assert.equal(relateCells(cells, settled), relation)
    })
})

describe('cells that are filled in afterwards', () => {
  const target = scoredTarget(classes, false)!
  const yes = target.values[classes.indexOf('yes')]
  const cases: [string, FrameCell[], string | undefined][] = [
    ['present for one class only', classes.map((c, i) => (c === 'yes' && i % 2 === 0 ? 1 : null)), 'present'],
    ['missing for one class only', classes.map((c, i) => (c === 'yes' && i % 2 === 0 ? null : 1)), 'missing'],
    ['missing in a handful', classes.map((c, i) => (c === 'no' && i < 40 ? null : 1)), undefined],
    ['missing anyhow', list(i => (i % 3 === 0 ? null : 1)), undefined],
    ['never missing', list(() => 1), undefined],
    ['always missing', list(() => null), undefined],
  ]
  for (const [what, cells, when] of cases)
    it(what, () => {
      const clue = judgeMissing(cells, target)
      assert.equal(clue?.when, when)
      if (clue) assert.equal(clue.level, yes)
    })
})

describe('columns in order of time', () => {
  const totals: number[] = []
  for (const v of numbers) totals.push((totals.at(-1) ?? 0) + v)
  const cases: [string, FrameCell[], FrameCell[], string | undefined][] = [
    ['the next target', numbers.slice(1).concat(0), numbers, 'next-row'],
    ['the target before', [0, ...numbers.slice(0, -1)], numbers, undefined],
    ['a total with its own row', totals, numbers, 'running-total'],
    ['a total without its own row', [0, ...totals.slice(0, -1)], numbers, undefined],
    ['a count of rows', list(i => i), numbers, undefined],
    ['a target that hardly changes', list(() => 1), list(() => 1), undefined],
    ['words', list(() => 'a'), numbers, undefined],
  ]
  for (const [what, cells, target, kind] of cases)
    it(`${what}: ${kind}`, () => assert.equal(detectFutureTarget(cells, target)?.kind, kind))

  const times = list(i => i * 1000)
  it('a moment after is told from one before and one that is sometimes before', () => {
    assert.deepEqual(
      measureTimesAfterRow(
        times.map(t => t + 500),
        times,
      ),
      { share: 1, medianMs: 500 },
    )
    assert.equal(
      measureTimesAfterRow(
        times.map(t => t - 500),
        times,
      ),
      undefined,
    )
    assert.equal(
      measureTimesAfterRow(
        times.map((t, i) => t + (i % 5 === 0 ? -500 : 500)),
        times,
      ),
      undefined,
    )
  })
})

describe('findings', () => {
  const finding = (columns: string[], severity: LeakFinding['severity'], strength: number): LeakFinding => ({
    columns,
    code: 'too-good',
    facts: { target: 't', measure: 'AUC', score: 1, baseline: 0.5, rows: 100 },
    severity,
    strength,
  })
  it('the strongest comes first, equal ones by name', () => {
    const given = [finding(['d'], 'info', 1), finding(['c'], 'warn', 0.9), finding(['b'], 'block', 0.9)]
    const ranked = rankFindings([...given, finding(['a'], 'block', 0.9), finding(['e'], 'block', 1)])
    assert.deepEqual(
      ranked.map(f => f.columns[0]),
      ['e', 'a', 'b', 'c', 'd'],
    )
  })
  it('few equal rows are no finding, many are, and where there is little room they are natural', () => {
    const facts = { rows: 1000, duplicates: 500, across: 100, testRows: 200, kinds: 1e9 }
    assert.equal(duplicateFinding({ ...facts, across: 1 }, 'random'), undefined)
    assert.equal(duplicateFinding({ ...facts, testRows: 0 }, 'random'), undefined)
    assert.equal(duplicateFinding({ ...facts, across: 10 }, 'random')?.severity, 'info')
    assert.equal(duplicateFinding(facts, 'random')?.severity, 'warn')
    assert.equal(duplicateFinding({ ...facts, kinds: 500 }, 'random')?.severity, 'info')
  })
})
