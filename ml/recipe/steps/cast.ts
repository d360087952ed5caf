import { parseDatetime, toBoolean, toNumber } from '../../frame/cell.ts'
import { calendarTime, codesOf } from '../load.ts'
import {
  type Kind,
  MISSING_CODE,
  type Program,
  replaceCells,
  type Slot,
  slotOf,
  textReader,
  UNSEEN_CODE,
} from '../program.ts'
import type { CastTarget } from '../types.ts'
import { chooseVocabulary, countTexts } from '../vocabulary.ts'
import { type Fitted, listNames, type Step } from './step.ts'

const WORDS: Record<CastTarget, string> = {
  number: 'a number',
  category: 'a category',
  boolean: 'yes or no',
  datetime: 'a date and time',
}

export const cast: Step<'cast'> & Fitted<'cast'> = {
  takes: ['number', 'category', 'boolean', 'datetime', 'text'],
  explain: step =>
    `${listNames(step.columns)}: read as ${WORDS[step.to]}; cells that cannot be read as that count as missing.`,
  effect: step => ({ becomes: step.to }),
  fit(step, [slot], training) {
    const column = slot!.name
    if (step.to !== 'category') return [{ step: 'cast', column, to: step.to }]
    if (slot!.kind === 'category') return []
    const { counts, missing } =
      slot!.kind === 'text'
        ? countTexts(training.texts(slot!), training.rows)
        : countTexts(
            (
              cells => row =>
                levelOf(cells[row]!)
            )(training.numbers(slot!)),
            training.rows,
          )
    const vocabulary = chooseVocabulary(counts, missing, training.rows, training.steps, column)
    return [{ step: 'cast', column, to: 'category', vocabulary }]
  },
  describe: step => `${step.column}: read as ${WORDS[step.to]}.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    if (step.to === 'category') return toCategory(program, slot, step.vocabulary)
    if (slot.kind === 'text' || slot.kind === 'category') readTextAs(program, slot, step.to)
    else if (step.to === 'boolean' && slot.kind !== 'boolean') {
      replaceCells(program, slot, (cells, out, rows) => {
        for (let i = 0; i < rows; i++) out[i] = cells[i] === 1 || cells[i] === 0 ? cells[i]! : Number.NaN
      })
    }
    if (step.to === 'datetime' && slot.kind !== 'datetime') {
      replaceCells(program, slot, (cells, out, rows) => {
        for (let i = 0; i < rows; i++) out[i] = calendarTime(cells[i]!)
      })
    }
    slot.kind = step.to
  },
}

const levelOf = (cell: number): string | null => (Number.isNaN(cell) ? null : String(cell))

function toCategory(program: Program, slot: Slot, vocabulary: readonly string[]): void {
  const codes = codesOf(vocabulary)
  const code = (level: string | null) => (level === null ? MISSING_CODE : (codes.get(level) ?? UNSEEN_CODE))
  if (slot.kind === 'text') {
    const reader = textReader(slot)
    const to = program.registers++
    program.operations.push({
      reads: reader.reads,
      writes: [to],
      texts: reader.texts,
      run(columns) {
        const text = reader.open(columns)
        const out = columns.numbers[to]!
        for (let i = 0; i < columns.rows; i++) out[i] = code(text(i))
      },
    })
    slot.register = to
  } else {
    replaceCells(program, slot, (cells, out, rows) => {
      for (let i = 0; i < rows; i++) out[i] = code(levelOf(cells[i]!))
    })
  }
  slot.kind = 'category'
  slot.vocabulary = vocabulary
}

const READ: Record<Exclude<CastTarget, 'category'>, (text: string) => number> = {
  number: toNumber,
  boolean: text => toBoolean(text),
  datetime: text => calendarTime(parseDatetime(text)),
}

function readTextAs(program: Program, slot: Slot, to: Exclude<CastTarget, 'category'>): void {
  const reader = textReader(slot)
  const read = READ[to]
  const register = program.registers++
  program.operations.push({
    reads: reader.reads,
    writes: [register],
    texts: reader.texts,
    run(columns) {
      const text = reader.open(columns)
      const out = columns.numbers[register]!
      for (let i = 0; i < columns.rows; i++) {
        const cell = text(i)
        const value = cell === null ? Number.NaN : read(cell)
        out[i] = value - value === 0 ? value : Number.NaN
      }
    },
  })
  slot.register = register
  const kind: Kind = to
  slot.kind = kind
  delete slot.text
  delete slot.vocabulary
}
