import { cycleCosine, cyclePosition, cycleSine, DATE_PARTS } from '../date-parts.ts'
import { addSlot, type Program, removeSlot, slotOf } from '../program.ts'
import type { StepOf } from '../types.ts'
import { type Fitted, listNames, type Step } from './step.ts'

const DAY_MS = 86_400_000

const elapsedName = (column: string) => `${column}_elapsed_days`

export const dateParts: Step<'date-parts'> & Fitted<'date-parts'> = {
  takes: ['datetime'],
  explain(step) {
    const parts = (step.parts ?? DATE_PARTS).join(', ').replace('day-of-year', 'day of the year')
    const form = step.as === 'number' ? 'numbers' : 'positions on a circle, so that December is next to January'
    return `${listNames(step.columns)}: ${parts} as ${form}${step.elapsedDays ? ', and the days since the first training row' : ''}.`
  },
  effect: step => ({ gone: step.columns, made: step.columns.flatMap(column => namesOpen(step, column)) }),
  fit(step, [slot], training) {
    const column = slot!.name
    const present = training.numbers(slot!).filter(cell => !Number.isNaN(cell))
    const parts = (step.parts ?? DATE_PARTS).filter(part => {
      const first = present.length > 0 ? cyclePosition(part, present[0]!) : 0
      return present.some(ms => cyclePosition(part, ms) !== first)
    })
    const elapsed = step.elapsedDays
      ? { elapsedFrom: present.reduce((least, ms) => Math.min(least, ms), present[0] ?? 0) }
      : {}
    return [
      { step: 'date-parts', column, parts, ...(step.as === 'number' ? { as: 'number' as const } : {}), ...elapsed },
    ]
  },
  describe: step =>
    `${step.column}: ${step.parts.join(', ')} as ${step.as === 'number' ? 'numbers' : 'sine and cosine'}${step.elapsedFrom === undefined ? '' : ', and days since the first training row'}.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    const from = slot.register
    removeSlot(program, slot)
    const plain = step.as === 'number'
    for (const part of step.parts) {
      if (plain) {
        addPart(program, from, `${step.column}_${part}`, ms => (Number.isNaN(ms) ? ms : cyclePosition(part, ms)))
        continue
      }
      // A missing datetime is the center of each circle.
      addPart(program, from, `${step.column}_${part}_sin`, ms => (Number.isNaN(ms) ? 0 : cycleSine(part, ms)))
      addPart(program, from, `${step.column}_${part}_cos`, ms => (Number.isNaN(ms) ? 0 : cycleCosine(part, ms)))
    }
    const start = step.elapsedFrom
    if (start === undefined) return
    const missing = plain ? Number.NaN : 0
    addPart(program, from, elapsedName(step.column), ms => (Number.isNaN(ms) ? missing : (ms - start) / DAY_MS))
  },
}

/** Features that are not within −1 to 1, or that can be missing. */
function namesOpen(step: StepOf<'date-parts'>, column: string): string[] {
  const parts = step.as === 'number' ? (step.parts ?? DATE_PARTS).map(part => `${column}_${part}`) : []
  return step.elapsedDays ? [...parts, elapsedName(column)] : parts
}

function addPart(program: Program, from: number, name: string, value: (ms: number) => number): void {
  const to = addSlot(program, name)
  program.operations.push({
    reads: [from],
    writes: [to],
    texts: [],
    run({ numbers, rows }) {
      const cells = numbers[from]!
      const out = numbers[to]!
      for (let i = 0; i < rows; i++) out[i] = value(cells[i]!)
    },
  })
}
