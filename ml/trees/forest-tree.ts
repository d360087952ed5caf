import { deriveSeed } from '../random.ts'
import { FOREST } from './forest-layout.ts'
import { FOREST_WASM } from './kernels/forest-wasm.ts'

/** Plain data for growing trees in a thread: addresses in shared memory, and numbers. */
export type ForestJob = {
  memory: WebAssembly.Memory
  rows: number
  cols: number
  /** 0 for regression. */
  classes: number
  trees: number
  seed: number
  /** u8, feature by feature; u32 by feature (forest-layout.ts). */
  codes: number
  bins: number
  /** By eligible row: its number (u32), weight (f32), and class or target (f64). */
  eligible: number
  weights: number
  targets: number
  count: number
  /** Maximum number of nodes per tree. */
  leaves: number
  /** Rows drawn for a tree, with replacement or not. */
  draws: number
  bootstrap: boolean
  tries: number
  minWeight: number
  maxDepth: number
  /** One random cut per feature (extra trees). */
  random: boolean
  /** i32: index of the next tree to take. */
  next: number
  /** By thread: start of its own memory. */
  spaces: number[]
}

/** One tree, its nodes in order, each before its children. */
export type GrownForestTree = {
  index: number
  /** −1 in a leaf. */
  feature: Int32Array
  /** Last bin that goes left, + 256 when a missing cell does. */
  cut: Int32Array
  /** Two by node, within the tree. */
  child: Int32Array
  cover: Float64Array
  gain: Float64Array
  /** One by node, or the share of each class. */
  value: Float64Array
}

type ForestKernel = {
  growTree(context: number): number
  drawRows(context: number, counts: number, draws: number, rows: number): void
}

const line = (bytes: number) => Math.ceil(bytes / 64) * 64

/** Offsets of a thread's arrays from `start`; `end` is after the last. */
function placeSpace(job: Pick<ForestJob, 'count' | 'leaves' | 'cols' | 'classes'>, start: number) {
  const { count, leaves, cols, classes } = job
  let at = start
  const take = (bytes: number) => {
    const here = at
    at += line(bytes)
    return here
  }
  const nodes = 2 * leaves - 1
  const histWidth = Math.max(2, classes)
  return {
    context: take(FOREST.bytes),
    counts: take(4 * count),
    samples: take(16 * count),
    spare: take(16 * count + 16),
    order: take(4 * cols),
    hist: take(8 * 257 * histWidth),
    totals: take(16 * histWidth),
    stack: take(16 * (count + 4)),
    feature: take(4 * nodes),
    cut: take(4 * nodes),
    child: take(8 * nodes),
    cover: take(8 * nodes),
    gain: take(8 * nodes),
    value: take(8 * nodes * Math.max(1, classes)),
    get end() {
      return at
    },
  }
}

/** Returns the bytes a thread needs for itself. */
export const spaceBytes = (job: Pick<ForestJob, 'count' | 'leaves' | 'cols' | 'classes'>): number =>
  placeSpace(job, 0).end

/** Grows trees one after another in a thread's memory; a tree depends only on its number. */
export function createTreeGrower(job: ForestJob, thread: number): (tree: number) => GrownForestTree {
  const module = new WebAssembly.Module(Uint8Array.from(atob(FOREST_WASM), each => each.charCodeAt(0)))
  const { memory, count, classes } = job
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as ForestKernel
  const space = placeSpace(job, job.spaces[thread]!)
  const u32 = new Uint32Array(memory.buffer)
  const i32 = new Int32Array(memory.buffer)
  const f32 = new Float32Array(memory.buffer)
  const f64 = new Float64Array(memory.buffer)
  const { context, counts } = space
  const set = (field: number, value: number) => {
    u32[(context + field) / 4] = value
  }
  for (const field of ['samples', 'spare', 'order', 'hist', 'totals', 'stack'] as const)
    set(FOREST[field], space[field])
  for (const field of ['feature', 'cut', 'child', 'cover', 'gain', 'value'] as const) set(FOREST[field], space[field])
  for (const field of ['codes', 'rows', 'cols', 'bins', 'classes', 'tries', 'maxDepth'] as const) {
    set(FOREST[field], job[field])
  }
  f32[(context + FOREST.minWeight) / 4] = job.minWeight
  set(FOREST.random, job.random ? 1 : 0)

  /** Draws the rows of a tree: how often each eligible one occurs. */
  const drawCounts = () => {
    if (job.bootstrap) {
      u32.fill(0, counts / 4, counts / 4 + count)
      kernel.drawRows(context, counts, job.draws, count)
    } else u32.fill(1, counts / 4, counts / 4 + count)
  }

  return tree => {
    set(FOREST.seed, deriveSeed(job.seed, `tree ${tree}`))
    drawCounts()
    let at = space.samples / 4
    const first = at
    for (let k = 0; k < count; k++) {
      const times = u32[counts / 4 + k]!
      if (times === 0) continue
      u32[at] = u32[job.eligible / 4 + k]!
      f32[at + 1] = times * f32[job.weights / 4 + k]!
      if (classes > 0) u32[at + 2] = f64[job.targets / 8 + k]!
      else f64[at / 2 + 1] = f64[job.targets / 8 + k]!
      at += 4
    }
    set(FOREST.count, (at - first) / 4)
    const nodes = kernel.growTree(context)
    const ints = (from: number, length: number) => i32.slice(from / 4, from / 4 + length)
    const floats = (from: number, length: number) => f64.slice(from / 8, from / 8 + length)
    return {
      index: tree,
      feature: ints(space.feature, nodes),
      cut: ints(space.cut, nodes),
      child: ints(space.child, 2 * nodes),
      cover: floats(space.cover, nodes),
      gain: floats(space.gain, nodes),
      value: floats(space.value, nodes * Math.max(1, classes)),
    }
  }
}
