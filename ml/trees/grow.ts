/**
 * Grows histogram-based trees. Usage:
 *
 *   const arena = createArena()                     memory and kernels
 *   const table = placeTable(arena, bins)           bins of the training rows (bins.ts)
 *   const pool = createThreadPool(arena, threads)   threads; close them at the end
 *   const grower = createGrower(arena, table, options, pool)
 *   fill grower.index with the row numbers of this tree, grower.packed with integer gradients and hessians by row (setScales)
 *   const grown = grower.grow(rows, active)         one tree: best split first, or level by level
 *   builder.add(grown, …)                           to the flat arrays of model.ts (tree-builder.ts)
 *
 * Gradients and hessians are integers, packed so that one 64-bit addition adds both: sums are exact in any order, so that the trees do not
 * depend on threads.
 */
import { CONSTRAINED, CONTEXT, META, NODE } from './layout.ts'
import type { Arena } from './memory.ts'
import type { Table } from './table.ts'
import { TASK, type ThreadPool } from './thread-pool.ts'

export type GrowOptions = {
  /** Maximum leaves of a tree, ≥ 1. */
  maxLeaves: number
  /** Maximum depth. */
  maxDepth: number
  /** Split level by level instead of best leaf first. */
  byLevel: boolean
  /** Minimum rows of a child (by their share of the hessian), and minimum hessian. */
  minRows: number
  minHessian: number
  l1: number
  l2: number
  /** Minimum reduction of the loss by a split. */
  minGain: number
  /** Categories: rows for smoothing and penalty, maximum levels of a set, maximum levels for which each is tried alone. */
  catSmooth: number
  catL2: number
  catGroup: number
  catMax: number
  catSingle: number
  /** Some feature is monotone. */
  constrained: boolean
}

/** Address of a grown tree's root; valid until the next tree. */
export type GrownTree = { root: number; leaves: number }

/** Nodes with at least this many rows use all threads; smaller ones get one thread each. */
const LARGE = 32_768

/** Memory kept for histograms; beyond it some are computed twice. */
const HISTOGRAM_BYTES = 512 * 2 ** 20

export type Grower = ReturnType<typeof createGrower>

export function createGrower(arena: Arena, table: Table, options: GrowOptions, pool: ThreadPool) {
  const { kernels } = arena
  const { maxLeaves } = options
  const context = arena.allocate(CONTEXT.bytes)
  const index = arena.allocate(table.rows * 4)
  const spare = arena.allocate(table.rows * 4)
  const apart = pool.threads > 1 ? arena.allocate(table.rows * 4) : 0
  const packed = arena.allocate((Math.ceil(table.rows / 4) * 4 + 4) * 8)
  const active = arena.allocate(table.cols * 4)
  // With several threads some leaves are split speculatively to keep all threads busy.
  const ahead = pool.threads > 1 ? 2 * pool.threads : 1
  const nodes = arena.allocate(NODE.bytes * (2 * (maxLeaves + 2 * ahead) + 1))
  const slotBytes = Math.ceil(table.histBytes / 64) * 64
  const slotCount = Math.min(
    maxLeaves + 2 * ahead + 2,
    Math.max(4 * ahead + 4, Math.floor(HISTOGRAM_BYTES / slotBytes)),
  )
  const slots = arena.allocate(slotBytes * slotCount)
  const partials = arena.allocate(slotBytes * (pool.threads - 1))
  const counts = arena.allocate(4 * 4 * pool.threads)
  const free: number[] = []

  const u32 = (field: number, value: number) => {
    arena.u32[(context + field) / 4] = value
  }
  const f64 = (field: number, value: number) => {
    arena.f64[(context + field) / 8] = value
  }
  u32(CONTEXT.bins, table.codes)
  u32(CONTEXT.stride, table.cols)
  u32(CONTEXT.columns, table.columns)
  u32(CONTEXT.rows, table.rows)
  u32(CONTEXT.index, index)
  u32(CONTEXT.spare, spare)
  u32(CONTEXT.apart, apart)
  u32(CONTEXT.packed, packed)
  u32(CONTEXT.active, active)
  u32(CONTEXT.meta, table.meta)
  u32(CONTEXT.histBytes, table.histBytes)
  u32(CONTEXT.offsets, table.offsets)
  u32(CONTEXT.flags, options.constrained ? CONSTRAINED : 0)
  f64(CONTEXT.minRows, options.minRows)
  f64(CONTEXT.minGain, options.minGain)
  f64(CONTEXT.catSmooth, options.catSmooth)
  f64(CONTEXT.catGroup, options.catGroup)
  u32(CONTEXT.catMax, options.catMax)
  u32(CONTEXT.catSingle, options.catSingle)
  u32(CONTEXT.maxDepth, options.maxDepth)

  const nodeU32 = (node: number, field: number) => arena.u32[(node + field) / 4]!
  const gainOf = (node: number) => arena.f64[(node + NODE.gain) / 8]!
  const release = (node: number) => {
    const at = (node + NODE.hist) / 4
    if (arena.u32[at] !== 0) free.push(arena.u32[at]!)
    arena.u32[at] = 0
  }
  const before = options.byLevel
    ? (a: number, b: number) => nodeU32(a, NODE.depth) - nodeU32(b, NODE.depth) || gainOf(b) - gainOf(a)
    : (a: number, b: number) => gainOf(b) - gainOf(a)

  /** Sums rows of the index into a histogram, each thread a part of them. */
  const accumulate = (begin: number, count: number, hist: number) => {
    const parts = count >= LARGE ? pool.threads : 1
    const size = Math.ceil(count / parts)
    for (let k = 0; k < parts; k++) {
      const from = begin + k * size
      const to = Math.min(begin + count, from + size)
      pool.add(TASK.accumulate, [context, from, to, k === 0 ? hist : partials + (k - 1) * slotBytes, table.histBytes])
    }
    pool.run()
    for (let k = 1; k < parts; k++) kernels.addUp(hist, partials + (k - 1) * slotBytes, table.histBytes)
  }

  /** Concatenates separately partitioned chunks of a node. @returns the number of rows on the left */
  const join = (begin: number, count: number, chunk: number): number => {
    const lefts: number[] = []
    for (let k = 0; k * chunk < count; k++) lefts.push(arena.u32[counts / 4 + k]!)
    const total = lefts.reduce((sum, each) => sum + each, 0)
    let toLeft = index + 4 * begin
    let toRight = toLeft + 4 * total
    lefts.forEach((size, k) => {
      const from = 4 * (begin + k * chunk)
      const others = Math.min(chunk, count - k * chunk) - size
      pool.add(TASK.copy, [toLeft, apart + from, 4 * size])
      pool.add(TASK.copy, [toRight, spare + from, 4 * others])
      toLeft += 4 * size
      toRight += 4 * others
    })
    pool.run()
    return total
  }

  /** Splits a node that has a histogram, with all threads. */
  const expandLarge = (node: number, left: number, right: number, slot: number, further: boolean) => {
    const begin = nodeU32(node, NODE.begin)
    const count = nodeU32(node, NODE.count)
    const chunk = Math.ceil(count / (4 * pool.threads))
    for (let k = 0, from = 0; from < count; k++, from += chunk) {
      const to = begin + Math.min(count, from + chunk)
      pool.add(TASK.partition, [context, node, begin + from, to, counts + 4 * k])
    }
    pool.run()
    kernels.settle(context, node, left, right, join(begin, count, chunk))
    if (!further || (!kernels.canSplit(context, left) && !kernels.canSplit(context, right))) return
    const small = nodeU32(left, NODE.count) * 2 <= count ? left : right
    accumulate(nodeU32(small, NODE.begin), nodeU32(small, NODE.count), slot)
    kernels.finish(context, node, left, right, slot, pool.scratch)
  }

  const sumRows = (rows: number) => {
    const sum = kernels.sumPacked(packed, index, 0, rows)
    return { hessian: Number(sum & 0xffffffffn), gradient: Number(sum >> 32n) }
  }
  const sumBins = (hist: number, feature: number) => {
    const from = (hist + arena.u32[table.offsets / 4 + feature]!) / 4
    const bins = arena.u32[(table.meta + feature * META.bytes) / 4]! + (table.bins.missing[feature] ? 1 : 0)
    const sum = { hessian: 0, gradient: 0 }
    for (let b = 0; b < bins; b++) {
      sum.hessian += arena.u32[from + 2 * b]!
      sum.gradient += arena.i32[from + 2 * b + 1]!
    }
    return sum
  }

  /** Sums and scans the root. */
  const plant = (root: number, rows: number, features: Int32Array) => {
    arena.u8.fill(0, root, root + NODE.bytes)
    arena.u32[(root + NODE.count) / 4] = rows
    arena.f64[(root + NODE.lower) / 8] = Number.NEGATIVE_INFINITY
    arena.f64[(root + NODE.upper) / 8] = Number.POSITIVE_INFINITY
    const hist = free.pop()!
    accumulate(0, rows, hist)
    // Every row is in one bin of any feature.
    const first = features[0]
    const { hessian, gradient } = first === undefined ? sumRows(rows) : sumBins(hist, first)
    arena.u32[(root + NODE.sumHessian) / 4] = hessian
    arena.i32[(root + NODE.sumGradient) / 4] = gradient
    arena.u32[(root + NODE.hist) / 4] = hist
    if (maxLeaves === 1 || !kernels.canSplit(context, root)) release(root)
    else kernels.plant(context, root, pool.scratch)
  }

  return {
    table,
    /** Addresses: row numbers (u32) and packed gradients (i64 by row). */
    index,
    packed,

    /**
     * Scales of the integers: gradients were multiplied by `gradient`, hessians by `hessian`. Sets the penalties, which are in real units,
     * accordingly.
     */
    setScales(gradient: number, hessian: number): void {
      f64(CONTEXT.l1, options.l1 * gradient)
      f64(CONTEXT.l2, options.l2 * hessian)
      f64(CONTEXT.catL2, options.catL2 * hessian)
      f64(CONTEXT.minHessian, options.minHessian * hessian)
      f64(CONTEXT.gainScale, hessian / (gradient * gradient))
      f64(CONTEXT.valueScale, hessian / gradient)
    },

    /** Grows a tree on the first `rows` rows of the index, with these features (all when absent). */
    grow(rows: number, features?: Int32Array): GrownTree {
      const used = features ?? Int32Array.from({ length: table.cols }, (_, c) => c)
      arena.i32.set(used, active / 4)
      u32(CONTEXT.activeCount, used.length)
      u32(CONTEXT.allActive, used.length === table.cols ? 1 : 0)
      free.length = 0
      for (let k = slotCount - 1; k >= 0; k--) free.push(slots + k * slotBytes)

      let made = 1
      const root = nodes
      plant(root, rows, used)

      // Leaves worth splitting, the next one last.
      const open: number[] = []
      const add = (node: number) => {
        if (gainOf(node) <= 0) {
          release(node)
          return
        }
        let at = open.length
        while (at > 0 && before(open[at - 1]!, node) <= 0) at--
        open.splice(at, 0, node)
      }

      /** Children of split nodes, by node; also speculative ones. */
      const children = new Map<number, { left: number; right: number; slots: number[] }>()
      const expand = (batch: readonly number[], leaves: number) => {
        const further = leaves + 1 < maxLeaves
        for (const node of batch) {
          const left = nodes + made++ * NODE.bytes
          const right = nodes + made++ * NODE.bytes
          const known = nodeU32(node, NODE.hist)
          const slot = further ? free.pop()! : 0
          const second = further && !known ? free.pop()! : 0
          children.set(node, { left, right, slots: [known, slot, second] })
          if (known && pool.threads > 1 && nodeU32(node, NODE.count) >= LARGE)
            expandLarge(node, left, right, slot, further)
          else pool.add(TASK.expand, [context, node, left, right, slot, second, further ? 1 : 0])
        }
        pool.run()
        for (const node of batch) {
          const { left, right, slots } = children.get(node)!
          for (const slot of slots) {
            if (slot && slot !== nodeU32(left, NODE.hist) && slot !== nodeU32(right, NODE.hist)) free.push(slot)
          }
          arena.u32[(node + NODE.hist) / 4] = 0
        }
      }

      add(root)
      let leaves = 1
      while (open.length > 0 && leaves < maxLeaves) {
        const node = open.pop()!
        if (!children.has(node)) {
          // The least promising leaves release their histograms when there are too few.
          for (let k = 0; free.length < 2 && k < open.length; k++) release(open[k]!)
          const batch = [node]
          const early = children.size - (leaves - 1)
          const wanted = Math.min(ahead, 2 * ahead - early, Math.ceil((maxLeaves - leaves) / 2), free.length >>> 1)
          for (let k = open.length - 1; k >= 0 && batch.length < wanted; k--) {
            if (!children.has(open[k]!)) batch.push(open[k]!)
          }
          expand(batch, leaves)
        }
        const { left, right } = children.get(node)!
        arena.u32[(node + NODE.left) / 4] = left
        arena.u32[(node + NODE.right) / 4] = right
        leaves++
        add(left)
        add(right)
      }
      // Rows of discarded speculative splits are restored to their order, so that sums over them do not depend on threads.
      for (const node of open) {
        if (!children.has(node)) continue
        const begin = index / 4 + nodeU32(node, NODE.begin)
        arena.u32.subarray(begin, begin + nodeU32(node, NODE.count)).sort()
      }
      return { root, leaves }
    },

    /** Returns the leaf value of a node, in real units. */
    valueOf: (node: number) => kernels.leafValue(context, node),
  }
}

/** Calls `visit` with every node of a grown tree, parents first, left before right. */
export function visitNodes(arena: Arena, root: number, visit: (node: number, isLeaf: boolean) => void): void {
  const stack = [root]
  while (stack.length > 0) {
    const node = stack.pop()!
    const left = arena.u32[(node + NODE.left) / 4]!
    visit(node, left === 0)
    if (left !== 0) stack.push(arena.u32[(node + NODE.right) / 4]!, left)
  }
}
