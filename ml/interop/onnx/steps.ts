import { EngineError } from '../../errors.ts'
import { parseExpression } from '../../recipe/expression/parse.ts'
import { MISSING_CODE, UNSEEN_CODE } from '../../recipe/program.ts'
import type { FittedName, FittedOf, FittedStep } from '../../recipe/types.ts'
import { addCyclePosition } from './date-parts.ts'
import { addExpression } from './expression.ts'
import type { GraphBuilder } from './graph.ts'
import { addPlaces } from './quantiles.ts'
import { addCodes, finiteOnly, lookUp, MISSING_TIME, read, type Slot, toDouble, unsupported } from './slots.ts'

/** State that a step works on. */
type Place = {
  graph: GraphBuilder
  /** The step's column. */
  slot: Slot
  /** Its cells, rows × 1. */
  cells(): string
  find(name: string): Slot
  /** Gives the column new cells. */
  put(value: string, kind?: Slot['kind']): void
  /** Makes it a category of these codes. */
  recode(codes: string, vocabulary: readonly string[]): void
  remove(): void
  /** Adds number columns at the end: the columns of one value. */
  append(names: readonly string[], value: string): void
}

type Steps = { [N in FittedName]?: (step: FittedOf<N>, place: Place) => void }

/** Steps missing here have no counterpart in ONNX. */
const STEPS: Steps = {
  impute(step, { graph, slot, cells, put, append }) {
    const value = cells()
    const missing = isMissing(graph, slot, value)
    const type = slot.kind === 'category' || slot.kind === 'datetime' ? 'int64' : 'double'
    put(graph.add('Where', [missing, graph.number(step.value, type), value]))
    if (step.indicator !== undefined) append([step.indicator], toDouble(graph, missing))
  },
  indicator(step, { graph, slot, cells, append }) {
    append([`${step.column}_missing`], toDouble(graph, isMissing(graph, slot, cells())))
  },
  scale(step, { graph, cells, put }) {
    if ('quantiles' in step) return put(addPlaces(graph, cells(), step))
    put(graph.add('Div', [graph.add('Sub', [cells(), graph.number(step.mean)]), graph.number(step.deviation)]))
  },
  clip(step, { graph, cells, put }) {
    const value = cells()
    const [low, high] = [graph.number(step.low), graph.number(step.high)]
    // Comparisons are false for NaN: a missing cell stays missing.
    const upper = graph.add('Where', [graph.add('Greater', [value, high]), high, value])
    put(graph.add('Where', [graph.add('Less', [value, low]), low, upper]))
  },
  power(step, { graph, cells, put }) {
    const moved = step.method === 'log1p' ? signedLog(graph, cells()) : yeoJohnson(graph, cells(), step.lambda)
    put(finiteOnly(graph, moved))
  },
  interaction(step, { graph, cells, find, append }) {
    append([step.name], finiteOnly(graph, combine(graph, step.operation, cells(), read(graph, find(step.other)))))
  },
  'one-hot'(step, { graph, slot, cells, remove, append }) {
    const codes = cells()
    const vocabulary = slot.vocabulary ?? []
    remove()
    const among = (wanted: readonly number[]) =>
      toDouble(graph, graph.add('Equal', [codes, graph.constant('int64', [1, wanted.length], wanted)]))
    const missing = among([MISSING_CODE])
    let rest = graph.add('Sub', [graph.number(1), missing])
    if (step.levels.length > 0) {
      const kept = among(step.levels.map(level => vocabulary.indexOf(level)))
      append(
        step.levels.map(level => `${step.column}=${level}`),
        kept,
      )
      const any = graph.add('ReduceSum', [kept, graph.constant('int64', [1], [1])], { keepdims: { int: 1 } })
      rest = graph.add('Sub', [rest, any])
    }
    if (step.other) append([`${step.column}=(other)`], rest)
    if (step.missing) append([`${step.column}=(missing)`], missing)
  },
  ordinal(step, { graph, cells, put }) {
    const code = cells()
    const known = graph.add('And', [
      graph.add('Greater', [code, graph.number(-1, 'int64')]),
      graph.add('Less', [code, graph.number(step.levels, 'int64')]),
    ])
    put(graph.add('Where', [known, toDouble(graph, code), graph.number(Number.NaN)]), 'number')
  },
  'date-parts'(step, { graph, cells, remove, append }) {
    const ms = cells()
    remove()
    addDateParts(graph, ms, step, append)
  },
  'target-encoding'(step, { graph, cells, remove, append }) {
    const codes = cells()
    if (!step.keep) remove()
    const count = step.means.length
    const levels = Math.max(0, ...step.means.map(means => means.length))
    const rows = Array.from({ length: levels }, (_, code) =>
      step.means.map((means, k) => means[code] ?? step.priors[k]!),
    )
    const name = `${step.column}_target`
    const names = count === 1 ? [name] : step.means.map((_, k) => `${name}_${k + 1}`)
    append(names, lookUp(graph, codes, [...rows, step.priors], count))
  },
  cast(step, place) {
    addCast(step, place)
  },
  expression(step, { graph, find, append }) {
    const node = parseExpression(step.formula)
    append(
      [step.column],
      addExpression(graph, node, name => numberOf(graph, find(name))),
    )
  },
  drop: (_step, { remove }) => remove(),
}

/** Appends a fitted step's operations and updates the working columns. @throws EngineError `onnx-step` */
export function addStep(graph: GraphBuilder, slots: Slot[], step: FittedStep): void {
  const add = STEPS[step.step] as ((step: FittedStep, place: Place) => void) | undefined
  if (!add) throw unsupported(step.step)
  // A dropped input that is not read elsewhere is not an input of the fitted recipe.
  if (step.step === 'drop' && !slots.some(each => each.name === step.column)) return
  const find = (name: string) => {
    const found = slots.find(each => each.name === name)
    if (found) return found
    throw new EngineError('recipe-column', `The recipe names the column “${name}”, which is not there.`)
  }
  // A formula's column is the one it makes.
  const slot = step.step === 'expression' ? slots[0]! : find(step.column)
  add(step, {
    graph,
    slot,
    find,
    cells: () => read(graph, slot),
    put(value, kind = slot.kind) {
      slots[slots.indexOf(slot)] = { ...slot, kind, value, width: 1, at: 0 }
    },
    recode(codes, vocabulary) {
      slots[slots.indexOf(slot)] = { name: slot.name, kind: 'category', value: codes, width: 1, at: 0, vocabulary }
    },
    remove: () => slots.splice(slots.indexOf(slot), 1),
    append(names, value) {
      for (const [at, name] of names.entries()) {
        // As in `addSlot` of ml/recipe/program.ts: a generated name that is taken gets a number.
        let free = name
        for (let n = 2; slots.some(each => each.name === free); n++) free = `${name}_${n}`
        slots.push({ name: free, kind: 'number', value, width: names.length, at })
      }
    },
  })
}

/** Numbers and booleans unchanged, datetimes as milliseconds with NaN. */
function numberOf(graph: GraphBuilder, slot: Slot): string {
  const value = read(graph, slot)
  if (slot.kind !== 'datetime') return value
  return graph.add('Where', [isMissingTime(graph, value), graph.number(Number.NaN), toDouble(graph, value)])
}

/** Adds a cast. Text read as a number or a datetime has no counterpart in ONNX. */
function addCast(step: FittedOf<'cast'>, { graph, slot, cells, put, recode }: Place): void {
  if (step.to === 'category') {
    if (slot.kind === 'text') recode(addCodes(graph, cells(), step.vocabulary, ''), step.vocabulary)
    else recode(codesOfNumbers(graph, numberOf(graph, slot), step.vocabulary), step.vocabulary)
    return
  }
  if (slot.kind === 'text' || slot.kind === 'category') throw unsupported(`cast of text to ${step.to}`)
  const value = numberOf(graph, slot)
  if (step.to === 'datetime') {
    const missing = graph.add('IsNaN', [value])
    const whole = graph.add('Cast', [graph.add('Where', [missing, graph.number(0), value])], { to: { type: 'int64' } })
    put(graph.add('Where', [missing, graph.number(MISSING_TIME, 'int64'), whole]), 'datetime')
  } else if (step.to === 'boolean' && slot.kind !== 'boolean') {
    const isTruth = graph.add('Or', [
      graph.add('Equal', [value, graph.number(0)]),
      graph.add('Equal', [value, graph.number(1)]),
    ])
    put(graph.add('Where', [isTruth, value, graph.number(Number.NaN)]), 'boolean')
  } else put(value, step.to)
}

/** Numbers as levels: compared as numbers, because their texts represent numbers. */
function codesOfNumbers(graph: GraphBuilder, value: string, vocabulary: readonly string[]): string {
  const missing = graph.add('IsNaN', [value])
  const rest = graph.add('Where', [missing, graph.number(MISSING_CODE, 'int64'), graph.number(UNSEEN_CODE, 'int64')])
  // A level that is not the text of any number never occurs.
  const levels = vocabulary.map(level => (String(Number(level)) === level ? Number(level) : Number.NaN))
  if (levels.length === 0) return rest
  const equal = graph.add('Cast', [graph.add('Equal', [value, graph.constant('double', [1, levels.length], levels)])], {
    to: { type: 'int64' },
  })
  const any = graph.add('ReduceMax', [equal], { axes: { ints: [1] }, keepdims: { int: 1 } })
  const code = graph.add('ArgMax', [equal], { axis: { int: 1 }, keepdims: { int: 1 } })
  return graph.add('Where', [graph.add('Cast', [any], { to: { type: 'bool' } }), code, rest])
}

function isMissing(graph: GraphBuilder, slot: Slot, value: string): string {
  if (slot.kind === 'category') return graph.add('Equal', [value, graph.number(MISSING_CODE, 'int64')])
  if (slot.kind === 'datetime') return isMissingTime(graph, value)
  if (slot.kind === 'text') throw unsupported('indicator of a text')
  return graph.add('IsNaN', [value])
}

const isMissingTime = (graph: GraphBuilder, ms: string) => graph.add('Equal', [ms, graph.number(MISSING_TIME, 'int64')])

function addDateParts(
  graph: GraphBuilder,
  raw: string,
  step: Extract<FittedStep, { step: 'date-parts' }>,
  append: (names: readonly string[], value: string) => void,
): void {
  const { column } = step
  const missing = isMissingTime(graph, raw)
  const ms = graph.add('Where', [missing, graph.number(0, 'int64'), raw])
  const asNumber = step.as === 'number'
  const gap = graph.number(asNumber ? Number.NaN : 0)
  const orGap = (value: string) => graph.add('Where', [missing, gap, value])
  for (const part of step.parts) {
    const position = addCyclePosition(graph, part, ms)
    if (asNumber) append([`${column}_${part}`], orGap(position))
    else {
      const angle = graph.add('Mul', [position, graph.number(2 * Math.PI)])
      append([`${column}_${part}_sin`], orGap(graph.add('Sin', [angle])))
      append([`${column}_${part}_cos`], orGap(graph.add('Cos', [angle])))
    }
  }
  if (step.elapsedFrom === undefined) return
  const since = graph.add('Sub', [toDouble(graph, ms), graph.number(step.elapsedFrom)])
  append([`${column}_elapsed_days`], orGap(graph.add('Div', [since, graph.number(86_400_000)])))
}

/** ln(1 + |x|); ONNX has no log1p, so what is far below 1e-16 becomes 0. */
const logOfSize = (graph: GraphBuilder, x: string) =>
  graph.add('Log', [graph.add('Add', [graph.add('Abs', [x]), graph.number(1)])])

const signedLog = (graph: GraphBuilder, x: string) => graph.add('Mul', [graph.add('Sign', [x]), logOfSize(graph, x)])

/** Both branches use |x|, so that no root of a negative number is computed. */
function yeoJohnson(graph: GraphBuilder, x: string, lambda: number): string {
  const grown = graph.add('Add', [graph.add('Abs', [x]), graph.number(1)])
  const branch = (power: number) =>
    power === 0
      ? graph.add('Log', [grown])
      : graph.add('Div', [
          graph.add('Sub', [graph.add('Pow', [grown, graph.number(power)]), graph.number(1)]),
          graph.number(power),
        ])
  const positive = graph.add('GreaterOrEqual', [x, graph.number(0)])
  return graph.add('Where', [positive, branch(lambda), graph.add('Neg', [branch(2 - lambda)])])
}

function combine(graph: GraphBuilder, operation: string, a: string, b: string): string {
  if (operation !== 'divide') return graph.add({ multiply: 'Mul', add: 'Add', subtract: 'Sub' }[operation]!, [a, b])
  const isZero = graph.add('Equal', [b, graph.number(0)])
  const ratio = graph.add('Div', [a, graph.add('Where', [isZero, graph.number(1), b])])
  return graph.add('Where', [isZero, graph.number(0), ratio])
}
