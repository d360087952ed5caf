import { createRandom, deriveSeed, type Random } from '../random.ts'
import { createYielder, type FitContext, type LabeledData } from '../trainers/types.ts'
import { type Bins, type TreeContext, trainingBins, validationBins } from './bins.ts'
import { createGrower, type GrowOptions, visitNodes } from './grow.ts'
import { NODE } from './layout.ts'
import { type Arena, createArena } from './memory.ts'
import type { Trees } from './model.ts'
import { createObjective, type Objective, type ObjectiveParameters, scaleTargets } from './objectives.ts'
import { weightedQuantile } from './quantile.ts'
import { placeTable, type Table } from './table.ts'
import { createThreadPool, TASK, type ThreadPool } from './thread-pool.ts'
import { createTreeBuilder } from './tree-builder.ts'

export type BoostOptions = GrowOptions &
  ObjectiveParameters & {
    rounds: number
    learningRate: number
    /** Shares of rows and columns used by each tree. */
    rowShare: number
    columnShare: number
    /** Rounds without a better validation loss after which to stop; 0: never. */
    patience: number
    /** By feature: 1, −1 or 0. */
    monotone: Int8Array
  }

export type Boosted = { trees: Trees; objective: Objective; bestRound: number }

/** Rows per partial sum: fixed, so that floating-point sums do not depend on threads. */
const CHUNK = 16_384

/**
 * Gradient boosting on histograms (Friedman 2001; Chen and Guestrin 2016; Ke et al. 2017). Scores are in single precision; gradients are
 * integers, scaled so that the sum of all absolute gradients fits 31 bits (about 2¹¹ steps per row at a million rows).
 */
export async function boost(context: FitContext, options: BoostOptions): Promise<Boosted> {
  const yieldIfDue = createYielder(context)
  const arena = createArena()
  // Threads start while the main one makes bins.
  const pool = createThreadPool(arena, context.threads)
  try {
    const bins = await trainingBins(context.x, yieldIfDue, { arena, pool })
    const table = placeTable({ arena, pool }, bins, options.monotone)
    const objective = createObjective(context, options)
    return await boostWith(context, options, { yieldIfDue, bins, arena, table, objective, pool })
  } finally {
    pool.close()
  }
}

type Session = {
  yieldIfDue: () => Promise<void> | undefined
  bins: Bins
  arena: Arena
  table: Table
  objective: Objective
  pool: ThreadPool
}

async function boostWith(context: FitContext, options: BoostOptions, session: Session): Promise<Boosted> {
  const { yieldIfDue, bins, arena, table, objective, pool } = session
  const grower = createGrower(arena, table, inUnits(options, objective), pool)
  const training = placeRows(arena, table.codes, objective, context, objective.targets, grower.packed)
  const held =
    context.validation && context.validation.y.length > 0
      ? await placeValidation({ arena, pool }, context.validation, context, bins, objective, yieldIfDue)
      : undefined
  const sums = arena.allocate(24 * Math.ceil(Math.max(training.rows, held?.rows ?? 0) / CHUNK))
  const order = arena.allocate(4 * context.y.length)
  const usable = usableRows(context.y.length, context.weights)
  const builder = createTreeBuilder(arena, bins)
  const rowRandom = createRandom(deriveSeed(context.seed, 'rows'))
  const columnRandom = createRandom(deriveSeed(context.seed, 'columns'))

  /** Runs a task for every chunk of rows; each writes its sums to its own place. */
  const overChunks = (rows: PlacedRows, add: (begin: number, end: number, sums: number) => void) => {
    for (let begin = 0, k = 0; begin < rows.rows; begin += CHUNK, k++) {
      add(begin, Math.min(rows.stride, begin + CHUNK), sums + 24 * k)
    }
    pool.run()
  }
  /** Total of one of the sums, in the order of the chunks. */
  const total = (rows: PlacedRows, field: number): number => {
    let sum = 0
    for (let k = 0; k * CHUNK < rows.rows; k++) sum += arena.f64[sums / 8 + 3 * k + field]!
    return sum
  }

  const addGradients = (of: PlacedRows, packed: number) => (begin: number, end: number, to: number) => {
    const { scores, targets, weights, rows } = of
    const args = [objective.code, scores, targets, weights, rows, packed, begin, end, objective.extra, to]
    pool.add(TASK.gradients, args, [8])
  }
  const softmaxLoss = (of: PlacedRows, to: number): number => {
    overChunks(of, (begin, end, at) => {
      const { scores, targets, weights, rows, stride } = of
      pool.add(TASK.softmax, [scores, to, targets, weights, rows, stride, objective.scores, begin, end, at])
    })
    return total(of, 0) / of.totalWeight
  }
  const lossOf = (rows: PlacedRows): number => {
    if (objective.scores > 1) return softmaxLoss(rows, rows.probabilities)
    overChunks(rows, addGradients(rows, rows.work))
    return (total(rows, 2) / rows.totalWeight) * objective.lossUnit
  }

  /**
   * Computes the gradients of all rows as integers, and the loss of the current scores (with one score). Flat: nothing is left to learn.
   */
  const prepare = (score: number): { loss: number; flat: boolean; gradient: number; hessian: number } => {
    const { targets, weights, rows } = training
    if (objective.scores > 1) {
      const from = training.probabilities + score * training.stride * 4
      const factor = objective.scores / (objective.scores - 1)
      overChunks(training, (begin, end, to) => {
        const args = [from, targets, weights, rows, score, factor, grower.packed, begin, end, to]
        pool.add(TASK.classGradients, args, [4, 5])
      })
    } else overChunks(training, addGradients(training, grower.packed))
    const absolute = total(training, 0)
    const gradient = scaleFor(absolute)
    const hessian = scaleFor(total(training, 1))
    const loss = (total(training, 2) / training.totalWeight) * objective.lossUnit
    const flat = !(absolute > 1e-12 * training.totalWeight)
    if (!flat) {
      overChunks(training, (begin, end) => {
        pool.add(TASK.quantize, [grower.packed, begin, end, gradient, hessian], [3, 4])
      })
    }
    return { loss, flat, gradient, hessian }
  }

  /** The rows in the order given, to be sorted by the next tree. */
  let ordered: Uint32Array | undefined
  const fillIndex = (rows: Uint32Array) => {
    if (ordered !== rows) arena.u32.set(rows, order / 4)
    ordered = rows
    for (let begin = 0; begin < rows.length; begin += CHUNK) {
      const size = 4 * Math.min(CHUNK, rows.length - begin)
      pool.add(TASK.copy, [grower.index + 4 * begin, order + 4 * begin, size])
    }
    pool.run()
  }

  let bestRound = 0
  let heldLoss = held && lossOf(held)
  let bestLoss = heldLoss ?? Number.POSITIVE_INFINITY
  let round = 0
  for (; round < options.rounds; round++) {
    let loss = 0
    if (objective.scores > 1) {
      loss = softmaxLoss(training, training.probabilities)
    }
    let grew = false
    const inBag = sample(usable, options.rowShare, rowRandom)
    for (let score = 0; score < objective.scores; score++) {
      const pause = yieldIfDue()
      if (pause) await pause
      const prepared = prepare(score)
      if (objective.scores === 1) loss = prepared.loss
      if (score === 0 && round > 0) report(round, loss, heldLoss)
      grower.setScales(prepared.gradient, prepared.hessian)
      fillIndex(inBag.rows)
      const columns = sampleColumns(table.cols, options.columnShare, columnRandom)
      const { root, leaves } = grower.grow(prepared.flat ? 0 : inBag.count, columns)
      if (leaves > 1) grew = true
      setValues(root)
      update(root, score, inBag.count, usable.length)
      builder.add(root, objective.unit, node => coverOf(node), objective.unit ** 2)
    }
    if (held) {
      heldLoss = lossOf(held)
      if (heldLoss < bestLoss) {
        bestLoss = heldLoss
        bestRound = round + 1
      } else if (options.patience > 0 && round + 1 - bestRound >= options.patience) {
        round++
        break
      }
    }
    // Converged: without sampling every further tree would be the same.
    if (!grew && options.rowShare === 1 && options.columnShare === 1) {
      round++
      break
    }
  }
  report(round, lossOf(training), heldLoss)
  const kept = held && options.patience > 0 ? Math.max(1, bestRound) : round
  return { trees: builder.finish(kept * objective.scores), objective, bestRound: kept }

  function report(step: number, loss: number, validationLoss: number | undefined) {
    context.report(step, { loss, ...(validationLoss === undefined ? {} : { validation_loss: validationLoss }) })
  }

  function coverOf(node: number): number {
    const at = node / 4
    const begin = arena.u32[at + NODE.begin / 4]!
    const count = arena.u32[at + NODE.count / 4]!
    if (!training.weights) return count
    let cover = 0
    for (let k = begin; k < begin + count; k++) cover += context.weights![arena.u32[grower.index / 4 + k]!]!
    return cover
  }

  function setValues(root: number) {
    visitNodes(arena, root, (node, isLeaf) => {
      let value = grower.valueOf(node)
      if (isLeaf && objective.renewal !== undefined) value = renewed(node, objective.renewal)
      arena.f64[(node + NODE.value) / 8] = value * options.learningRate
    })
  }

  /** The quantile of the residuals in a leaf, as absolute loss and pinball loss require. */
  function renewed(node: number, share: number): number {
    const begin = grower.index / 4 + arena.u32[(node + NODE.begin) / 4]!
    const count = arena.u32[(node + NODE.count) / 4]!
    const [scores, targets] = [training.scores / 4, training.targets / 4]
    const rows = arena.u32.subarray(begin, begin + count)
    const residuals = Float32Array.from(rows, row => arena.f32[targets + row]! - arena.f32[scores + row]!)
    const weights = context.weights && Float64Array.from(rows, row => context.weights![row]!)
    const value = weightedQuantile(residuals, weights, share)
    const [lower, upper] = [arena.f64[(node + NODE.lower) / 8]!, arena.f64[(node + NODE.upper) / 8]!]
    return Math.min(upper, Math.max(lower, value))
  }

  function update(root: number, score: number, inBagCount: number, usableCount: number) {
    const scores = training.scores + score * training.stride * 4
    visitNodes(arena, root, (node, isLeaf) => {
      if (!isLeaf) return
      const begin = arena.u32[(node + NODE.begin) / 4]!
      const end = begin + arena.u32[(node + NODE.count) / 4]!
      pool.add(TASK.addToRows, [scores, grower.index, begin, end, arena.f64[(node + NODE.value) / 8]!], [4])
    })
    const { meta, codes, cols } = table
    for (let begin = inBagCount; begin < usableCount; begin += CHUNK) {
      const end = Math.min(usableCount, begin + CHUNK)
      pool.add(TASK.walkIndex, [root, meta, codes, cols, scores, grower.index, begin, end])
    }
    if (held) {
      const heldScores = held.scores + score * held.stride * 4
      for (let begin = 0; begin < held.rows; begin += CHUNK) {
        const end = Math.min(held.rows, begin + CHUNK)
        pool.add(TASK.walkRows, [root, meta, held.codes, cols, heldScores, begin, end])
      }
    }
    pool.run()
  }
}

/** The finest power of two such that 31 bits hold the sum of all. */
function scaleFor(sum: number): number {
  if (!(sum > 0)) return 1
  return 2 ** Math.max(-100, Math.min(100, Math.floor(Math.log2((2 ** 31 * 0.98) / sum))))
}

type PlacedRows = {
  rows: number
  /** Rows rounded up to whole vectors. */
  stride: number
  scores: number
  targets: number
  weights: number
  /** Scratch for unused gradients of a loss evaluation. */
  work: number
  /** Several scores: output of softmax. */
  probabilities: number
  codes: number
  totalWeight: number
}

function placeRows(
  arena: Arena,
  codes: number,
  objective: Objective,
  rows: { y: Float64Array; weights?: Float64Array },
  targets: Float32Array,
  work: number,
): PlacedRows {
  const count = rows.y.length
  const stride = Math.ceil(count / 4) * 4
  const placed = {
    rows: count,
    stride,
    scores: arena.allocate(stride * 4 * objective.scores),
    targets: arena.allocate(stride * 4),
    weights: rows.weights ? arena.allocate(stride * 4) : 0,
    work,
    probabilities: objective.scores > 1 ? arena.allocate(stride * 4 * objective.scores) : 0,
    codes,
    totalWeight: rows.weights ? rows.weights.reduce((sum, weight) => sum + weight, 0) : count,
  }
  arena.f32.set(targets, placed.targets / 4)
  if (rows.weights) arena.f32.set(rows.weights, placed.weights / 4)
  // With several scores the base affects the probabilities; with one it is part of the target's scale or added here.
  for (let score = 0; score < objective.scores; score++) {
    const start = objective.link === 'identity' ? 0 : objective.base[score]!
    const at = placed.scores / 4 + score * stride
    arena.f32.fill(start, at, at + stride)
  }
  return placed
}

async function placeValidation(
  workshop: TreeContext,
  held: LabeledData,
  training: LabeledData,
  bins: Bins,
  objective: Objective,
  yieldIfDue: () => Promise<void> | undefined,
): Promise<PlacedRows> {
  const { arena } = workshop
  const coded = await validationBins(held.x, training.x, bins, yieldIfDue, workshop)
  const codes = arena.allocate(coded.codes.length + 8)
  arena.u8.set(coded.codes, codes)
  return placeRows(
    arena,
    codes,
    objective,
    held,
    scaleTargets(objective, held.y),
    arena.allocate(Math.ceil(coded.rows / 4) * 32),
  )
}

/** L1, minimum gain and the target's unit: gradients shrink with the unit, gains with its square. */
function inUnits(options: BoostOptions, { unit, link }: Objective): GrowOptions {
  if (link !== 'identity') return options
  return { ...options, l1: options.l1 / unit, minGain: options.minGain / unit ** 2 }
}

/** Rows without weight must not count, not even towards row limits. */
function usableRows(rows: number, weights: Float64Array | undefined): Uint32Array {
  const all = new Uint32Array(rows)
  for (let i = 0; i < rows; i++) all[i] = i
  return weights ? all.filter(row => weights[row]! > 0) : all
}

/** The sampled rows, then the others, both ascending (selection sampling; Knuth, volume 2, algorithm S). */
function sample(rows: Uint32Array, share: number, random: Random): { rows: Uint32Array; count: number } {
  if (share >= 1) return { rows, count: rows.length }
  const count = Math.max(1, Math.round(rows.length * share))
  const sampled = new Uint32Array(rows.length)
  let taken = 0
  let left = count
  for (let i = 0; i < rows.length; i++) {
    const chosen = random.next() * (rows.length - i) < count - taken
    sampled[chosen ? taken++ : left++] = rows[i]!
  }
  return { rows: sampled, count }
}

function sampleColumns(cols: number, share: number, random: Random): Int32Array | undefined {
  if (share >= 1 || cols === 0) return undefined
  const count = Math.max(1, Math.round(cols * share))
  return random
    .shuffle(Int32Array.from({ length: cols }, (_, c) => c))
    .slice(0, count)
    .sort()
}
