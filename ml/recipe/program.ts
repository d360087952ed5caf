import { EngineError } from '../errors.ts'
import { cycleCosine, cyclePosition, cycleSine } from './date-parts.ts'
import { signedLog1p, yeoJohnson } from './power.ts'
import type { FittedInput, FittedStep } from './types.ts'

/**
 * A recipe compiled to operations on registers: one Float64 cell per input column and per feature made.
 * Category inputs hold a code of their vocabulary, or MISSING or UNSEEN. The batch and the one-row path run these
 * same operations, so they agree bit for bit.
 */
export type Operation = (registers: Float64Array) => void

export const MISSING_CODE = -1
export const UNSEEN_CODE = -2

type Kind = 'number' | 'category' | 'boolean' | 'datetime' | 'text'
/** `levels` > 0: a number that is the code of a category with so many levels. */
export type Slot = { name: string; kind: Kind; register: number; levels?: number }

/** The working columns while a recipe is fitted or compiled, in output order. */
export type Program = { slots: Slot[]; registers: number; operations: Operation[] }

export function startProgram(inputs: readonly FittedInput[]): Program {
  return {
    slots: inputs.map((input, register) => ({ name: input.name, kind: input.type, register })),
    registers: inputs.length,
    operations: [],
  }
}

export function slotOf(program: Program, name: string, step: string): Slot {
  const slot = program.slots.find(each => each.name === name)
  if (slot) return slot
  throw new EngineError(
    'recipe-column',
    `The recipe's step “${step}” names the column “${name}”, which is not there at that point.`,
    'Correct the name, or move the step before the one that drops or replaces the column.',
  )
}

function addSlot(program: Program, name: string): number {
  if (program.slots.some(each => each.name === name)) {
    throw new EngineError('recipe-duplicate', `The recipe makes the feature “${name}” twice.`, 'Rename the column.')
  }
  const register = program.registers++
  program.slots.push({ name, kind: 'number', register })
  return register
}

function removeSlot(program: Program, slot: Slot): void {
  program.slots.splice(program.slots.indexOf(slot), 1)
}

const OPERATIONS: Record<'multiply' | 'divide' | 'add' | 'subtract', (a: number, b: number) => number> = {
  multiply: (a, b) => a * b,
  // Nothing can be said of a ratio to zero: 0, as for a ratio that is not there.
  divide: (a, b) => (b === 0 ? 0 : a / b),
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
}

/** Appends a fitted step's operations to the program. */
export function addStep(program: Program, step: FittedStep): void {
  const slot = slotOf(program, step.column, step.step)
  const from = slot.register
  switch (step.step) {
    case 'impute': {
      const { value } = step
      const isMissing =
        slot.kind === 'category' ? (cell: number) => cell === MISSING_CODE : (cell: number) => Number.isNaN(cell)
      if (step.indicator === undefined) {
        program.operations.push(r => {
          if (isMissing(r[from]!)) r[from] = value
        })
        return
      }
      const to = addSlot(program, step.indicator)
      program.operations.push(r => {
        const missing = isMissing(r[from]!)
        r[to] = missing ? 1 : 0
        if (missing) r[from] = value
      })
      return
    }
    case 'scale': {
      const { mean, deviation } = step
      program.operations.push(r => {
        r[from] = (r[from]! - mean) / deviation
      })
      return
    }
    case 'clip': {
      const { low, high } = step
      // Comparisons are false for NaN: a missing cell stays missing.
      program.operations.push(r => {
        const value = r[from]!
        if (value < low) r[from] = low
        else if (value > high) r[from] = high
      })
      return
    }
    case 'power': {
      if (step.method === 'log1p') {
        program.operations.push(r => {
          r[from] = signedLog1p(r[from]!)
        })
        return
      }
      const { lambda } = step
      program.operations.push(r => {
        r[from] = yeoJohnson(r[from]!, lambda)
      })
      return
    }
    case 'interaction': {
      const other = slotOf(program, step.other, step.step).register
      const to = addSlot(program, step.name)
      const combine = OPERATIONS[step.operation]
      program.operations.push(r => {
        r[to] = combine(r[from]!, r[other]!)
      })
      return
    }
    case 'one-hot': {
      removeSlot(program, slot)
      const first = program.registers
      for (const level of step.levels) addSlot(program, `${step.column}=${level}`)
      const other = step.other ? addSlot(program, `${step.column}=(other)`) : -1
      const missing = step.missing ? addSlot(program, `${step.column}=(missing)`) : -1
      const end = program.registers
      program.operations.push(r => {
        r.fill(0, first, end)
        const code = r[from]!
        if (code >= 0) r[first + code] = 1
        else if (code === UNSEEN_CODE) {
          if (other >= 0) r[other] = 1
        } else if (missing >= 0) r[missing] = 1
      })
      return
    }
    case 'ordinal': {
      slot.kind = 'number'
      slot.levels = step.levels
      program.operations.push(r => {
        if (r[from]! < 0) r[from] = Number.NaN
      })
      return
    }
    case 'date-parts': {
      removeSlot(program, slot)
      if (step.as === 'number') {
        for (const part of step.parts) {
          const to = addSlot(program, `${step.column}_${part}`)
          program.operations.push(r => {
            const ms = r[from]!
            r[to] = Number.isNaN(ms) ? Number.NaN : cyclePosition(part, ms)
          })
        }
      }
      for (const part of step.as === 'number' ? [] : step.parts) {
        const sine = addSlot(program, `${step.column}_${part}_sin`)
        const cosine = addSlot(program, `${step.column}_${part}_cos`)
        // A missing time lies in the middle of every circle.
        program.operations.push(r => {
          const ms = r[from]!
          const missing = Number.isNaN(ms)
          r[sine] = missing ? 0 : cycleSine(part, ms)
          r[cosine] = missing ? 0 : cycleCosine(part, ms)
        })
      }
      if (step.elapsedFrom !== undefined) {
        const start = step.elapsedFrom
        const to = addSlot(program, `${step.column}_elapsed_days`)
        program.operations.push(r => {
          const ms = r[from]!
          r[to] = Number.isNaN(ms) ? (step.as === 'number' ? ms : 0) : (ms - start) / 86_400_000
        })
      }
      return
    }
    case 'drop':
      removeSlot(program, slot)
      return
    default:
      throw new EngineError('recipe-step', `Unknown recipe step “${(step as { step: string }).step}”.`)
  }
}
