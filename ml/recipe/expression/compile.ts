import { EngineError } from '../../errors.ts'
import type { FunctionName, Node } from './parse.ts'

type Function1 = (a: number) => number
type Function2 = (a: number, b: number) => number

const isMissing = Number.isNaN
/** A condition over a missing value is missing. */
const condition =
  (test: (a: number, b: number) => boolean): Function2 =>
  (a, b) =>
    isMissing(a) || isMissing(b) ? Number.NaN : test(a, b) ? 1 : 0

const TWO: Partial<Record<FunctionName, Function2>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '<': condition((a, b) => a < b),
  '<=': condition((a, b) => a <= b),
  '>': condition((a, b) => a > b),
  '>=': condition((a, b) => a >= b),
  '=': condition((a, b) => a === b),
  '!=': condition((a, b) => a !== b),
  // As in SQL: a known operand can decide alone.
  and: (a, b) => (a === 0 || b === 0 ? 0 : isMissing(a) || isMissing(b) ? Number.NaN : 1),
  or: (a, b) => {
    if ((a !== 0 && !isMissing(a)) || (b !== 0 && !isMissing(b))) return 1
    return isMissing(a) || isMissing(b) ? Number.NaN : 0
  },
}

const ONE: Partial<Record<FunctionName, Function1>> = {
  negate: a => -a,
  not: a => (isMissing(a) ? a : a === 0 ? 1 : 0),
  log: Math.log,
  exp: Math.exp,
  sqrt: Math.sqrt,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  is_missing: a => (isMissing(a) ? 1 : 0),
}

/** Rounds half away from minus infinity, to a number of decimals (0 to 15). */
function roundTo(value: number, decimals: number): number {
  const factor = 10 ** Math.min(Math.max(Math.round(decimals), 0), 15)
  return Math.round(value * factor) / factor
}

/** Evaluates a formula for row `i`; NaN when missing or not finite. */
export type Evaluate = (columns: readonly Float64Array[], i: number) => number

/** @param place index into `columns` of a column's cells. */
export function compileExpression(node: Node, place: (name: string) => number): Evaluate {
  const compile = (each: Node): Evaluate => {
    if (each.kind === 'number') return () => each.value
    if (each.kind === 'column') {
      const at = place(each.name)
      return (columns, i) => columns[at]![i]!
    }
    const [a, b, c] = each.arguments.map(compile) as [Evaluate, Evaluate, Evaluate]
    if (each.name === 'if') {
      return (columns, i) => {
        const chosen = a(columns, i)
        return isMissing(chosen) ? chosen : chosen !== 0 ? b(columns, i) : c(columns, i)
      }
    }
    if (each.name === 'min' || each.name === 'max') {
      const all = each.arguments.map(compile)
      const better: Function2 = each.name === 'min' ? Math.min : Math.max
      return (columns, i) => {
        let best = all[0]!(columns, i)
        for (let k = 1; k < all.length; k++) best = better(best, all[k]!(columns, i))
        return best
      }
    }
    if (each.name === 'round' && b) return (columns, i) => roundTo(a(columns, i), b(columns, i))
    const two = TWO[each.name]
    if (two) return (columns, i) => two(a(columns, i), b(columns, i))
    const one = ONE[each.name]
    if (one) return (columns, i) => one(a(columns, i))
    throw new EngineError(
      'expression',
      `The formula uses “${each.name}”, which is newer than this engine.`,
      'Update it.',
    )
  }
  const evaluate = compile(node)
  return (columns, i) => {
    const value = evaluate(columns, i)
    return value - value === 0 ? value : Number.NaN
  }
}
