import { addSlot, type Kind, MISSING_CODE, replaceCells, type Slot, slotOf, UNSEEN_CODE } from '../program.ts'
import { meanAndDeviation, modeOf, presentOf, selectQuantiles } from '../statistics.ts'
import type { StepOf } from '../types.ts'
import { type Fitted, listNames, requireKind, type Step, shortNumber } from './step.ts'

const TAKES: readonly Kind[] = ['number', 'category', 'boolean', 'datetime']
const NUMERIC: readonly Kind[] = ['number', 'boolean', 'datetime']

/** Returns whether a cell of a number register is missing. Unseen levels are not: they are present values. */
const missingTest = (kind: Kind) =>
  kind === 'category' ? (cell: number) => cell === MISSING_CODE : (cell: number) => Number.isNaN(cell)

function countMissing(cells: Float64Array, kind: Kind): number {
  let missing = 0
  if (kind === 'category') {
    for (let i = 0; i < cells.length; i++) if (cells[i] === MISSING_CODE) missing++
  } else {
    for (let i = 0; i < cells.length; i++) if (Number.isNaN(cells[i]!)) missing++
  }
  return missing
}

export const impute: Step<'impute'> & Fitted<'impute'> = {
  takes: TAKES,
  explain(step) {
    const fill =
      step.strategy === 'constant'
        ? `“${step.value ?? 0}”`
        : `the ${step.strategy === 'mode' ? 'most frequent value' : step.strategy} of the training rows`
    return `Missing cells of ${listNames(step.columns)} become ${fill}${step.indicator ? ', and an indicator column marks where they were missing' : ''}.`
  },
  effect: () => ({}),
  fit(step, [slot], training) {
    const { name, kind } = slot!
    if (step.strategy === 'mean' || step.strategy === 'median') requireKind('impute', NUMERIC, slot!)
    const cells = training.numbers(slot!)
    const value = fillValue(step, slot!, cells)
    const hasMissing = countMissing(cells, kind) > 0
    if (step.indicator && !hasMissing) training.absent.add(`${name}_missing`)
    return [
      step.indicator && hasMissing
        ? { step: 'impute', column: name, value, indicator: `${name}_missing` }
        : { step: 'impute', column: name, value },
    ]
  },
  describe: step =>
    `${step.column}: a missing value becomes ${shortNumber(step.value)}${step.indicator ? `, and ${step.indicator} marks that it was missing` : ''}.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    const { value } = step
    const { kind } = slot
    if (step.indicator !== undefined) addIndicator(program, slot, step.indicator)
    replaceCells(program, slot, (cells, out, rows) => {
      if (kind === 'category') {
        for (let i = 0; i < rows; i++) out[i] = cells[i] === MISSING_CODE ? value : cells[i]!
      } else {
        for (let i = 0; i < rows; i++) out[i] = Number.isNaN(cells[i]!) ? value : cells[i]!
      }
    })
  },
}

export const indicator: Step<'indicator'> & Fitted<'indicator'> = {
  takes: [...TAKES, 'text'],
  explain: step => `A new column for each of ${listNames(step.columns)}: 1 where its cell is missing.`,
  effect: () => ({}),
  fit(_step, [slot], training) {
    const { name, kind } = slot!
    let missing = 0
    if (kind === 'text') {
      const text = training.texts(slot!)
      for (let i = 0; i < training.rows; i++) if (text(i) === null) missing++
    } else missing = countMissing(training.numbers(slot!), kind)
    if (missing > 0) return [{ step: 'indicator', column: name }]
    training.absent.add(`${name}_missing`)
    return []
  },
  describe: step => `${step.column}_missing: 1 where ${step.column} is missing.`,
  compile(step, program) {
    addIndicator(program, slotOf(program, step.column, step.step), `${step.column}_missing`)
  },
}

function addIndicator(program: Parameters<typeof addSlot>[0], slot: Slot, name: string): void {
  const from = slot.register
  const to = addSlot(program, name)
  if (slot.kind === 'text') {
    const text = slot.text!
    program.operations.push({
      reads: [],
      writes: [to],
      texts: [text],
      run({ numbers, texts, rows }) {
        const cells = texts[text]!
        const out = numbers[to]!
        for (let i = 0; i < rows; i++) out[i] = cells[i] === null ? 1 : 0
      },
    })
    return
  }
  const isMissing = missingTest(slot.kind)
  program.operations.push({
    reads: [from],
    writes: [to],
    texts: [],
    run({ numbers, rows }) {
      const cells = numbers[from]!
      const out = numbers[to]!
      for (let i = 0; i < rows; i++) out[i] = isMissing(cells[i]!) ? 1 : 0
    },
  })
}

function fillValue(step: StepOf<'impute'>, slot: Slot, cells: Float64Array): number {
  const category = slot.kind === 'category'
  if (step.strategy === 'constant') {
    return category ? slot.vocabulary!.indexOf(String(step.value ?? 'missing')) : Number(step.value ?? 0)
  }
  if (category) {
    const present = cells.filter(cell => cell !== MISSING_CODE)
    return present.length === 0 ? UNSEEN_CODE : modeOf(present)
  }
  const present = presentOf(cells)
  if (present.length === 0) return 0
  if (step.strategy === 'mean') return meanAndDeviation(cells).mean
  return step.strategy === 'median' ? selectQuantiles(present, [0.5])[0]! : modeOf(present)
}
