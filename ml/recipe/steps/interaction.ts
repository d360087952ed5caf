import { EngineError } from '../../errors.ts'
import { addSlot, slotOf } from '../program.ts'
import type { Combination, StepOf } from '../types.ts'
import type { Fitted, Step } from './step.ts'

const WORDS: Record<Combination, string> = {
  multiply: 'times',
  divide: 'divided by',
  add: 'plus',
  subtract: 'minus',
}

const COMBINE: Record<Combination, (a: number, b: number) => number> = {
  multiply: (a, b) => a * b,
  // A ratio to zero is undefined: 0, as for a missing ratio.
  divide: (a, b) => (b === 0 ? 0 : a / b),
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
}

const nameOf = (step: StepOf<'interaction'>) => step.name ?? `${step.columns[0]}_${step.operation}_${step.columns[1]}`

export const interaction: Step<'interaction'> & Fitted<'interaction'> = {
  takes: ['number', 'boolean'],
  whole: true,
  explain: step => `A new feature: ${step.columns[0]} ${WORDS[step.operation]} ${step.columns[1]}.`,
  effect: step => (step.columns.length === 2 ? { made: [nameOf(step)] } : {}),
  fit(step, slots) {
    const [first, second] = slots
    if (!first || !second || slots.length !== 2) {
      throw new EngineError('recipe-step', 'The step “interaction” combines two columns.', 'Name exactly two.')
    }
    return [
      {
        step: 'interaction',
        column: first.name,
        other: second.name,
        operation: step.operation,
        name: nameOf(step),
      },
    ]
  },
  describe: step => `${step.name}: ${step.column} ${WORDS[step.operation]} ${step.other}.`,
  compile(step, program) {
    const a = slotOf(program, step.column, step.step).register
    const b = slotOf(program, step.other, step.step).register
    const to = addSlot(program, step.name, true)
    const combine = COMBINE[step.operation]
    program.operations.push({
      reads: [a, b],
      writes: [to],
      texts: [],
      run({ numbers, rows }) {
        const left = numbers[a]!
        const right = numbers[b]!
        const out = numbers[to]!
        for (let i = 0; i < rows; i++) {
          const value = combine(left[i]!, right[i]!)
          out[i] = value - value === 0 ? value : Number.NaN
        }
      },
    })
  },
}
