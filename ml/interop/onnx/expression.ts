import type { FunctionName, Node } from '../../recipe/expression/parse.ts'
import type { GraphBuilder } from './graph.ts'
import { finiteOnly } from './slots.ts'

const PLAIN: Partial<Record<FunctionName, string>> = {
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  '^': 'Pow',
  negate: 'Neg',
  log: 'Log',
  exp: 'Exp',
  sqrt: 'Sqrt',
  abs: 'Abs',
  floor: 'Floor',
  ceil: 'Ceil',
}
const COMPARED: Partial<Record<FunctionName, string>> = {
  '<': 'Less',
  '<=': 'LessOrEqual',
  '>': 'Greater',
  '>=': 'GreaterOrEqual',
  '=': 'Equal',
}

/** A formula (ml/recipe/expression/compile.ts) as operations on doubles, rows × 1; NaN when missing or not a finite number. */
export function addExpression(graph: GraphBuilder, node: Node, column: (name: string) => string): string {
  const nan = graph.number(Number.NaN)
  const [zero, one] = [graph.number(0), graph.number(1)]
  const isMissing = (value: string) => graph.add('IsNaN', [value])
  const where = (test: string, yes: string, no: string) => graph.add('Where', [test, yes, no])
  const truth = (test: string) => where(test, one, zero)
  /** Neither zero nor missing. */
  const isTrue = (value: string) =>
    graph.add('And', [graph.add('Not', [graph.add('Equal', [value, zero])]), graph.add('Not', [isMissing(value)])])
  const isFalse = (value: string) => graph.add('Equal', [value, zero])
  // JavaScript rounds halves up.
  const rounded = (value: string) => graph.add('Floor', [graph.add('Add', [value, graph.number(0.5)])])

  const visit = (each: Node): string => {
    if (each.kind === 'number') return graph.number(each.value)
    if (each.kind === 'column') return column(each.name)
    const given = each.arguments.map(visit)
    const [a, b, c] = given as [string, string, string]
    const { name } = each
    if (PLAIN[name]) return graph.add(PLAIN[name], given)
    const known = (value: string, test: string) => where(isMissing(value), nan, test)
    if (COMPARED[name]) return known(a, known(b, truth(graph.add(COMPARED[name], [a, b]))))
    switch (name) {
      case '!=':
        return known(a, known(b, truth(graph.add('Not', [graph.add('Equal', [a, b])]))))
      case 'not':
        return known(a, truth(isFalse(a)))
      case 'and':
        return where(graph.add('Or', [isFalse(a), isFalse(b)]), zero, known(a, known(b, one)))
      case 'or':
        return where(graph.add('Or', [isTrue(a), isTrue(b)]), one, known(a, known(b, zero)))
      case 'if':
        return known(a, where(isTrue(a), b, c))
      case 'is_missing':
        return truth(isMissing(a))
      case 'min':
      case 'max': {
        const missing = given.map(isMissing).reduce((any, value) => graph.add('Or', [any, value]))
        const best = given.reduce((sofar, value) => graph.add(name === 'min' ? 'Min' : 'Max', [sofar, value]))
        return where(missing, nan, best)
      }
      default: {
        if (b === undefined) return rounded(a)
        const decimals = graph.add('Min', [graph.add('Max', [rounded(b), zero]), graph.number(15)])
        const factor = graph.add('Pow', [graph.number(10), decimals])
        return graph.add('Div', [rounded(graph.add('Mul', [a, factor])), factor])
      }
    }
  }
  // Rows × 1 also when it names no column of rows × 1 in the branch taken.
  return finiteOnly(graph, visit(node))
}
