import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { EngineError } from './errors.ts'
import { createRandom, deriveSeed } from './random.ts'
import { type SplitRows, splitByGroup, splitByTime, splitRandom, splitStratified } from './split.ts'

function assertPartition({ train, validation }: SplitRows, rows: number) {
  assert.deepEqual(
    [...train, ...validation].sort((a, b) => a - b),
    [...Array(rows).keys()],
  )
  assert.ok(train.length > 0 && validation.length > 0)
}

test('every row is on exactly one side, whatever the split', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 300 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.nat(),
      (rows, share, seed) => {
        const random = createRandom(seed)
        assertPartition(splitRandom(rows, share, seed), rows)
        assertPartition(
          splitStratified(
            Array.from({ length: rows }, () => random.integer(4)),
            share,
            seed,
          ),
          rows,
        )
        assertPartition(
          splitByTime(
            Float64Array.from({ length: rows }, () => random.integer(9)),
            share,
          ),
          rows,
        )
        assertPartition(
          splitByGroup(
            Array.from({ length: rows }, (_, i) => (i === 0 ? 9 : random.integer(5))),
            share,
            seed,
          ),
          rows,
        )
      },
    ),
  )
})

test('the same seed gives the same split, another seed another', () => {
  assert.deepEqual(splitRandom(100, 0.2, 1), splitRandom(100, 0.2, 1))
  assert.notDeepEqual(splitRandom(100, 0.2, 1), splitRandom(100, 0.2, 2))
  assert.equal(splitRandom(100, 0.2, 1).validation.length, 20)
})

test('stratified sides have the classes in the same shares', () => {
  const classes = Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? 1 : 0))
  const { validation } = splitStratified(classes, 0.2, 3)
  assert.equal(validation.filter(row => classes[row] === 1).length, 20)
})

test('a split by time holds out the latest rows', () => {
  const { train, validation } = splitByTime(Float64Array.of(5, 1, Number.NaN, 4, 3), 0.4)
  assert.deepEqual(
    [[...train], [...validation]],
    [
      [1, 2, 4],
      [0, 3],
    ],
  )
})

test('no group is on both sides', () => {
  const groups = Array.from({ length: 100 }, (_, i) => i % 7)
  const { train, validation } = splitByGroup(groups, 0.3, 4)
  const held = new Set([...validation].map(row => groups[row]))
  assert.ok([...train].every(row => !held.has(groups[row])))
})

test('impossible splits are refused in words', () => {
  assert.throws(() => splitRandom(1, 0.2, 1), EngineError)
  assert.throws(() => splitRandom(10, 1.2, 1), EngineError)
  assert.throws(() => splitByGroup([1, 1, 1], 0.2, 1), EngineError)
})

test('the generator is even, normal and repeatable', () => {
  const random = createRandom(42)
  const again = createRandom(42)
  const counts = new Array(10).fill(0)
  let [sum, squares] = [0, 0]
  for (let i = 0; i < 50_000; i++) {
    const value = random.next()
    assert.equal(value, again.next())
    counts[Math.floor(value * 10)]++
  }
  for (const count of counts) assert.ok(Math.abs(count - 5000) < 350)
  for (let i = 0; i < 50_000; i++) {
    const value = random.normal()
    sum += value
    squares += value * value
  }
  assert.ok(Math.abs(sum / 50_000) < 0.02 && Math.abs(squares / 50_000 - 1) < 0.03)
  assert.notEqual(deriveSeed(1, 'a'), deriveSeed(1, 'b'))
  assert.notEqual(createRandom(1).next(), createRandom(1 + 2 ** 32).next())
})
