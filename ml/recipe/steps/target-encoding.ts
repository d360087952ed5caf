import { EngineError } from '../../errors.ts'
import { createRandom, deriveSeed } from '../../random.ts'
import { addSlots, type Program, removeSlot, type Slot, slotOf } from '../program.ts'
import type { RecipeTarget, Training } from '../training.ts'
import type { FittedOf } from '../types.ts'
import { type Fitted, listNames, type Step, shortNumber } from './step.ts'

const DEFAULT_SMOOTHING = 10
const FOLDS = 5

/**
 * Target encoding: a level becomes the mean of its target, mixed with the overall mean as if that had been observed in `smoothing` more
 * rows
 * (m-estimate: Micci-Barreca 2001; scikit-learn's TargetEncoder with a number for `smooth`). Classes: their rates, all but the first class.
 *
 * Training rows are encoded without their own fifth of the rows (cross-fitting): otherwise the model would read the target of rare levels.
 */
export const targetEncoding: Step<'target-encoding'> & Fitted<'target-encoding'> = {
  takes: ['category'],
  explain: step =>
    `${listNames(step.columns)}: each level becomes the mean of the target over its rows, drawn to the overall mean when they are few (as by ${step.smoothing ?? DEFAULT_SMOOTHING} more rows)${(step.minLevels ?? 0) > 1 ? `; only columns of ${step.minLevels} or more levels` : ''}.`,
  effect: step => ({ ...(step.keep ? {} : { gone: step.columns }), made: step.columns.map(featureName) }),
  fit(step, [slot], training) {
    const column = slot!.name
    const vocabulary = slot!.vocabulary ?? []
    const { target } = training
    if (vocabulary.length < (step.minLevels ?? 0)) return []
    if (target === 'none') return step.keep ? [] : [{ step: 'drop', column, because: 'until the target is known' }]
    if (!target) {
      throw new EngineError(
        'recipe-needs-target',
        `“${column}” is encoded by the target, which is only known in training.`,
        'Train with this recipe to see the result.',
      )
    }
    const codes = training.numbers(slot!)
    const smoothing = step.smoothing ?? DEFAULT_SMOOTHING
    const all = outputsOf(target).map(value => encode(codes, value, vocabulary.length, smoothing, () => true))
    return [
      {
        step: 'target-encoding',
        column,
        means: all.map(each => each.means),
        priors: all.map(each => each.prior),
        ...(step.keep ? { keep: true } : {}),
      },
    ]
  },
  crossFit: (step, slot, training) =>
    training.target && training.target !== 'none'
      ? crossFit(slot, training, training.target, step.smoothing ?? DEFAULT_SMOOTHING)
      : [],
  describe: step =>
    `${step.column}: the mean of the target of each of ${step.means[0]?.length ?? 0} levels; ${step.priors.map(shortNumber).join(', ')} for all others.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    if (!step.keep) removeSlot(program, slot)
    compileMeans(program, slot, step)
  },
}

const featureName = (column: string) => `${column}_target`

function compileMeans(program: Program, slot: Slot, step: FittedOf<'target-encoding'>): void {
  const from = slot.register
  const names = step.means.map((_, k) =>
    step.means.length === 1 ? featureName(step.column) : `${featureName(step.column)}_${k + 1}`,
  )
  const first = addSlots(program, names)
  for (const [k, means] of step.means.entries()) {
    const table = Float64Array.from(means)
    const prior = step.priors[k]!
    program.operations.push({
      reads: [from],
      writes: [first + k],
      texts: [],
      run({ numbers, rows }) {
        const codes = numbers[from]!
        const out = numbers[first + k]!
        for (let i = 0; i < rows; i++) {
          const code = codes[i]!
          out[i] = code >= 0 && code < table.length ? table[code]! : prior
        }
      },
    })
  }
}

/** Averaged values: the target itself, or an indicator per class except the first. */
function outputsOf(target: RecipeTarget): ((row: number) => number)[] {
  const { y, task, classCount } = target
  if (task === 'regression') return [row => y[row]!]
  return Array.from({ length: Math.max(classCount - 1, 1) }, (_, k) => (row: number) => (y[row] === k + 1 ? 1 : 0))
}

function encode(
  codes: Float64Array,
  value: (row: number) => number,
  levels: number,
  smoothing: number,
  use: (row: number) => boolean,
): { means: number[]; prior: number } {
  const sums = new Float64Array(levels)
  const counts = new Float64Array(levels)
  let sum = 0
  let rows = 0
  for (let i = 0; i < codes.length; i++) {
    if (!use(i)) continue
    const v = value(i)
    sum += v
    rows++
    const code = codes[i]!
    if (code < 0) continue
    sums[code]! += v
    counts[code]! += 1
  }
  const prior = rows > 0 ? sum / rows : 0
  const means = Array.from(counts, (count, code) => {
    const weight = count + smoothing
    return weight > 0 ? (sums[code]! + smoothing * prior) / weight : prior
  })
  return { means, prior }
}

/**
 * Encodes the training rows from the folds that do not contain them: one column per feature. Folds depend on the seed alone, so that all
 * columns of a recipe share them. With fewer than two rows the prior is used.
 */
function crossFit(slot: Slot, training: Training, target: RecipeTarget, smoothing: number): Float64Array[] {
  const codes = training.numbers(slot)
  const { rows } = training
  const fold = foldsOf(rows, target.seed)
  const folds = Math.min(FOLDS, rows)
  const levels = slot.vocabulary?.length ?? 0
  return outputsOf(target).map(value => {
    const out = new Float64Array(rows)
    for (let f = 0; f < folds; f++) {
      const { means, prior } = encode(codes, value, levels, smoothing, row => fold[row] !== f)
      for (let i = 0; i < rows; i++) {
        if (fold[i] !== f) continue
        const code = codes[i]!
        out[i] = code >= 0 ? means[code]! : prior
      }
    }
    return out
  })
}

function foldsOf(rows: number, seed: number): Uint8Array {
  const order = createRandom(deriveSeed(seed, 'target-encoding')).shuffle(
    Int32Array.from({ length: rows }, (_, i) => i),
  )
  const fold = new Uint8Array(rows)
  for (let i = 0; i < rows; i++) fold[order[i]!] = i % FOLDS
  return fold
}
