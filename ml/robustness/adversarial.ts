import { columnOf, withColumns } from '../explain/columns.ts'
import type { Frame, NumberColumn } from '../frame/frame.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { deviationOf } from './disturb.ts'
import type { Subject } from './types.ts'

/**
 * `gradient`: projected gradient ascent (Madry et al. 2018; its first step is FGSM, Goodfellow et al. 2015) with gradients by central
 * differences through recipe and model, for models without steps. `search`: greedy search by coordinates, which needs only predictions,
 * for trees.
 */
export type AttackMethod = 'gradient' | 'search'

export type AttackOptions = {
  method: AttackMethod
  /** Rounds; each predicts all rows about twice per number column. Default 4. */
  rounds?: number
  seed: number
  /** Called between predictions; throws when aborted. */
  yieldIfDue(): Promise<void> | undefined
}

/**
 * Moves every number of every row by at most `strength` standard deviations, within the column's range, to maximize the model's error. The
 * result is a lower bound of what an attacker could achieve.
 */
export async function attack(subject: Subject, strength: number, options: AttackOptions): Promise<Frame> {
  const { frame } = subject
  const columns = subject.columns
    .map(name => columnOf(frame, name))
    .filter((column): column is NumberColumn => column.type === 'number')
  const boxes = columns.map(column => boxOf(column, strength)).filter(box => box.deviation > 0)
  if (boxes.length === 0 || strength === 0) return frame
  const state: State = {
    subject,
    boxes,
    current: boxes.map(box => box.column.values.slice()),
    best: boxes.map(box => box.column.values.slice()),
    bestLoss: losses(subject, subject.predictFrame(frame)),
  }
  if (options.method === 'gradient') await ascend(state, strength, options)
  else await search(state, options)
  return frameOf(state, state.best)
}

type Box = { column: NumberColumn; deviation: number; low: Float64Array; high: Float64Array }

type State = {
  subject: Subject
  boxes: Box[]
  current: Float64Array[]
  best: Float64Array[]
  bestLoss: Float64Array
}

function boxOf(column: NumberColumn, strength: number): Box {
  const deviation = deviationOf(column.values)
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of column.values) {
    if (value < least) least = value
    if (value > largest) largest = value
  }
  const reach = strength * deviation
  return {
    column,
    deviation,
    low: column.values.map(value => Math.max(least, value - reach)),
    high: column.values.map(value => Math.min(largest, value + reach)),
  }
}

const frameOf = ({ subject, boxes }: State, values: readonly Float64Array[]): Frame =>
  withColumns(
    subject.frame,
    boxes.map((box, c) => ({ ...box.column, values: values[c]! })),
  )

/** By row: −ln of the true class's probability, or the squared error. */
function losses({ scored }: Subject, predicted: Float64Array): Float64Array {
  const { truth, classCount, task } = scored
  return truth.map((y, i) =>
    task === 'regression' ? (predicted[i]! - y) ** 2 : -Math.log(Math.max(1e-300, predicted[i * classCount + y]!)),
  )
}

function lossesAt(state: State, values: readonly Float64Array[]): Float64Array {
  return losses(state.subject, state.subject.predictFrame(frameOf(state, values)))
}

function keepBest(state: State): void {
  const loss = lossesAt(state, state.current)
  for (let i = 0; i < loss.length; i++) {
    if (!(loss[i]! > state.bestLoss[i]!)) continue
    state.bestLoss[i] = loss[i]!
    for (let c = 0; c < state.boxes.length; c++) state.best[c]![i] = state.current[c]![i]!
  }
}

async function ascend(state: State, strength: number, { rounds = 4, yieldIfDue }: AttackOptions): Promise<void> {
  const { boxes, current } = state
  for (let round = 0; round < rounds; round++) {
    // The first round takes the full step (FGSM), later ones smaller steps where the gradient changed sign.
    const step = round === 0 ? strength : (2 * strength) / rounds
    const signs: Float64Array[] = []
    for (const [c, box] of boxes.entries()) {
      await yieldIfDue()
      const width = 1e-3 * box.deviation
      const moved = (by: number) =>
        lossesAt(
          state,
          current.map((values, k) => (k === c ? values.map(value => value + by) : values)),
        )
      const [up, down] = [moved(width), moved(-width)]
      signs.push(up.map((loss, i) => Math.sign(loss - down[i]!)))
    }
    for (const [c, box] of boxes.entries()) {
      const values = current[c]!
      for (let i = 0; i < values.length; i++) {
        const wanted = values[i]! + step * box.deviation * signs[c]![i]!
        values[i] = Math.min(box.high[i]!, Math.max(box.low[i]!, wanted))
      }
    }
    keepBest(state)
  }
}

/** Column by column, each row takes the best of both ends of its range and one point between. */
async function search(state: State, { rounds = 4, seed, yieldIfDue }: AttackOptions): Promise<void> {
  const random = createRandom(deriveSeed(seed, 'adversarial search'))
  const { boxes, best, bestLoss } = state
  for (let round = 0; round < rounds; round++) {
    const order = random.shuffle(Int32Array.from(boxes, (_, c) => c))
    let gained = false
    for (const c of order) {
      const box = boxes[c]!
      const between = box.low.map((low, i) => low + random.next() * (box.high[i]! - low))
      for (const candidate of [box.low, box.high, between]) {
        await yieldIfDue()
        const loss = lossesAt(
          state,
          best.map((values, k) => (k === c ? candidate : values)),
        )
        for (let i = 0; i < loss.length; i++) {
          if (!(loss[i]! > bestLoss[i]!)) continue
          bestLoss[i] = loss[i]!
          best[c]![i] = candidate[i]!
          gained = true
        }
      }
    }
    if (!gained) return
  }
}
