import { EngineError } from '../../errors.ts'
import { compileExpression } from '../expression/compile.ts'
import { columnsOf, parseExpression } from '../expression/parse.ts'
import { addSlot, slotOf } from '../program.ts'
import type { Fitted, Step } from './step.ts'

/** A formula over numbers, booleans and datetimes (in milliseconds); a result that is not finite is missing. */
export const expression: Step<'expression'> & Fitted<'expression'> = {
  takes: ['number', 'boolean', 'datetime'],
  whole: true,
  explain: step => `A new feature ${step.name}: ${step.formula}.`,
  effect: step => ({ made: [step.name] }),
  fit(step) {
    if (columnsOf(parseExpression(step.formula)).length === 0) {
      throw new EngineError('expression', 'The formula names no column.', 'Use at least one column in it.')
    }
    return [{ step: 'expression', column: step.name, formula: step.formula }]
  },
  describe: step => `${step.column}: ${step.formula}.`,
  compile(step, program) {
    const node = parseExpression(step.formula)
    const names = columnsOf(node)
    const reads = names.map(name => slotOf(program, name, step.step).register)
    const to = addSlot(program, step.column, true)
    const evaluate = compileExpression(node, name => reads[names.indexOf(name)]!)
    program.operations.push({
      reads,
      writes: [to],
      texts: [],
      run({ numbers, rows }) {
        const out = numbers[to]!
        for (let i = 0; i < rows; i++) out[i] = evaluate(numbers, i)
      },
    })
  },
}
