import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { EngineError } from '../../errors.ts'
import { compileExpression } from './compile.ts'
import { columnsOf, MAX_LENGTH, parseExpression } from './parse.ts'

const CELLS: Record<string, number> = {
  a: 6,
  b: -2,
  none: Number.NaN,
  zero: 0,
  'unit price': 4,
  größe: 3,
  'a"b': 9,
  if2: 1,
}
function evaluate(formula: string): number {
  const node = parseExpression(formula)
  const names = columnsOf(node)
  const columns = names.map(name => Float64Array.of(CELLS[name]!))
  return compileExpression(node, name => names.indexOf(name))(columns, 0)
}

test('formulas mean what arithmetic means', () => {
  const values: [string, number][] = [
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['a / b / 3', -1],
    ['--a', 6],
    ['1.5e2 + .5', 150.5],
    ['"unit price" * größe + `a"b`', 21],
    ['"a""b"', 9],
    ['a > 5 and b < 0', 1],
    ['not a > 5 or zero', 0],
    ['if(a >= 6, 1, 2) + if(b = 0, 10, 20)', 21],
    ['min(a, b, 3) + max(a, b)', 4],
    ['round(2.345, 2) + floor(-0.5) + ceil(0.2)', 2.35],
    ['log(exp(2)) + sqrt(16) + abs(b)', 8],
    ['is_missing(none) + is_missing(a)', 1],
    ['a × 2 − 1 ≤ 11', 1],
    ['a != 6', 0],
    ['if2 + 1', 2],
  ]
  for (const [formula, expected] of values) {
    assert.ok(Math.abs(evaluate(formula) - expected) < 1e-12, `${formula} = ${evaluate(formula)}`)
  }
})

test('what cannot be said is missing: of missing cells, of division by zero, of the logarithm of less than nothing', () => {
  for (const formula of [
    'none + 1',
    'a / zero',
    'log(b)',
    'sqrt(b)',
    'none > 1',
    'if(none, 1, 2)',
    'exp(1000)',
    'min(a, none)',
  ]) {
    assert.ok(Number.isNaN(evaluate(formula)), formula)
  }
  assert.equal(evaluate('none > 1 or a'), 1)
  assert.equal(evaluate('none and zero'), 0)
  assert.ok(Number.isNaN(evaluate('none or zero')))
})

test('a formula with a fault is refused, naming where', () => {
  const faults: [string, RegExp][] = [
    ['', /position 1: the formula ends too early/],
    ['a +', /position 4/],
    ['a + * 2', /position 5: “\*”/],
    ['(a', /position 3: “\)” is missing/],
    ['a b', /position 3: “b”/],
    ['a ; b', /position 3: “;”/],
    ['process("x")', /position 1: there is no function “process”/],
    ['constructor(a)', /no function “constructor”/],
    ['log(a, b)', /“log” takes 1 value, not 2/],
    ['if(a)', /“if” takes 3 values, not 1/],
    ['1 < a < 3', /chained/],
    ['"open', /position 1/],
    ['and', /position 1/],
    ['('.repeat(100), /nested/],
    ['-'.repeat(500), /nested/],
    [`${'a+'.repeat(300)}a`, /too many parts/],
    ['a'.repeat(MAX_LENGTH + 1), /longer than/],
  ]
  for (const [formula, words] of faults) {
    assert.throws(
      () => parseExpression(formula),
      (error: unknown) => error instanceof EngineError && error.code === 'expression' && words.test(error.message),
      formula,
    )
  }
})

test('any text is parsed or refused in words', () => {
  const piece = fc.constantFrom(
    'a',
    '(',
    ')',
    '+',
    '-',
    '^',
    ',',
    ' ',
    '1',
    'if',
    'log',
    'not',
    '"',
    '<',
    '.',
    '\u0000',
    '😀',
  )
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(piece).map(pieces => pieces.join('')),
  )
  fc.assert(
    fc.property(text, formula => {
      try {
        parseExpression(formula)
      } catch (error) {
        assert.ok(error instanceof EngineError, String(error))
      }
    }),
    { numRuns: 1000 },
  )
})
