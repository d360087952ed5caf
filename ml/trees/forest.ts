import { levelsOf } from '../matrix.ts'
import { createYielder, type FitContext } from '../trainers/types.ts'
import { trainingBins } from './bins.ts'
import { rankCategories } from './category-ranks.ts'
import { assembleForest } from './forest-assembly.ts'
import { MAY_LACK } from './forest-layout.ts'
import { createTreeGrower, type ForestJob, type GrownForestTree, spaceBytes } from './forest-tree.ts'
import { createArena } from './memory.ts'
import type { Trees } from './model.ts'

type ForestOptions = {
  trees: number
  /** Rows drawn with replacement for a tree, as a share of all; false: every tree sees every row. */
  bootstrap: number | false
  /** Features sampled per node. */
  tries: number
  /** Minimum rows per leaf (by weight, 1 on average). */
  minRows: number
  maxDepth: number
  /** One random cut per feature instead of the best one (Geurts, Ernst and Wehenkel 2006). */
  random: boolean
}

/**
 * Grows the trees and calls `done` with each, in any order.
 * @throws the signal's reason when aborted
 */
export type GrowForestTrees = (
  job: ForestJob,
  context: Pick<FitContext, 'signal' | 'now'>,
  done: (tree: GrownForestTree) => void,
) => Promise<void>

/** Grows one tree after another in this thread. */
const growSequentially: GrowForestTrees = async (job, context, done) => {
  const yieldIfDue = createYielder(context)
  const grow = createTreeGrower(job, 0)
  for (let t = 0; t < job.trees; t++) {
    done(grow(t))
    await yieldIfDue()
  }
}

let growOnThreads: GrowForestTrees | undefined

/** Sets how forests are grown on threads; called by `ml/node.ts`. */
export function setForestThreads(grow: GrowForestTrees): void {
  growOnThreads = grow
}

/** With fewer cells × trees, starting threads takes longer than growing. */
const WORTH_THREADS = 20_000_000

/**
 * Grows a random forest (Breiman 2001) or extra trees on binned features; leaves hold means, or shares of the classes. Categories are
 * ordered
 * by the target once, and then cut like numbers (Wright and König 2019). The same seed gives the same trees on any number of threads.
 */
export async function growForest(context: FitContext, options: ForestOptions): Promise<Trees> {
  const yieldIfDue = createYielder(context)
  await yieldIfDue()
  const { x, y, weights, task, classCount } = context
  const classes = task === 'regression' ? 0 : classCount
  const bins = await trainingBins(x, yieldIfDue)
  const { rows, cols, features } = bins
  const ranks = rankCategories(bins, y, weights, classes)

  const arena = createArena()
  const codes = arena.allocate(rows * cols)
  const about = arena.allocate(4 * cols)
  const eligible = arena.allocate(4 * rows)
  const weightsAt = arena.allocate(4 * rows)
  const targets = arena.allocate(8 * rows)
  const next = arena.allocate(4)
  features.forEach((feature, c) => {
    const rank = ranks[c]
    const to = codes + c * rows
    const { u8 } = arena
    for (let i = 0; i < rows; i++) {
      const code = bins.codes[i * cols + c]!
      u8[to + i] = rank && code < feature.values ? rank[code]! : code
    }
    arena.u32[about / 4 + c] = feature.values + (bins.missing[c] ? MAY_LACK : 0)
  })
  // Weights are scaled to 1 on average and targets to 0, so that sums keep precision.
  let count = 0
  let total = 0
  let mean = 0
  for (let i = 0; i < rows; i++) {
    const weight = weights?.[i] ?? 1
    if (!(weight > 0)) continue
    arena.u32[eligible / 4 + count++] = i
    total += weight
    mean += weight * y[i]!
  }
  mean = classes > 0 ? 0 : mean / total
  for (let k = 0; k < count; k++) {
    const row = arena.u32[eligible / 4 + k]!
    arena.f32[weightsAt / 4 + k] = ((weights?.[row] ?? 1) * count) / total
    arena.f64[targets / 8 + k] = y[row]! - mean
  }

  const draws = options.bootstrap === false ? count : Math.max(1, Math.round(options.bootstrap * count))
  // Without weights a tree's rows weigh as much as were drawn; a leaf holds `minRows` of them.
  const leaves = weights ? count : Math.max(1, Math.min(count, Math.floor(draws / options.minRows)))
  const shape = { count, leaves, cols, classes }
  const worth = rows * cols * options.trees >= WORTH_THREADS
  const threads = growOnThreads && worth ? Math.max(1, Math.min(context.threads, options.trees)) : 1
  const spaces = Array.from({ length: threads }, () => arena.allocate(spaceBytes(shape)))
  const job: ForestJob = {
    ...shape,
    memory: arena.memory,
    rows,
    trees: options.trees,
    seed: context.seed,
    codes,
    bins: about,
    eligible,
    weights: weightsAt,
    targets,
    draws,
    bootstrap: options.bootstrap !== false,
    tries: options.tries,
    minWeight: options.minRows > 1 ? options.minRows : 0,
    maxDepth: options.maxDepth,
    random: options.random,
    next,
    spaces,
  }
  const grown: GrownForestTree[] = []
  let finished = 0
  await (threads > 1 ? growOnThreads! : growSequentially)(job, context, tree => {
    grown[tree.index] = tree
    context.report(++finished, {})
  })
  return assembleForest(grown, bins, ranks, classes, mean, c => levelsOf(x, c))
}
