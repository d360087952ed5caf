import { createRandom } from '../random.ts'
import type { Model, Task } from '../trainers/types.ts'
import { type Link, treeTensors } from './model.ts'

type Shape = {
  link: Link
  task: Task
  classes?: number
  leafWidth?: number
  /** Depth; trees are full except for one leaf in six. */
  depth: number
  trees: number
  cols: number
  /** Every second column is a category of this many levels; none when 0. */
  levels?: number
  seed: number
}

/** For tests and benchmarks: random trees with every kind of node; the cover of a node is the sum of its children. */
export function randomTreeModel(shape: Shape): Model {
  const { link, task, classes = 0, leafWidth = 1, depth, trees, cols, levels = 40, seed } = shape
  const random = createRandom(seed)
  const columnLevels = Array.from({ length: cols }, (_, c) => (c % 2 === 1 ? levels : 0))
  const shares = link === 'average' && task !== 'regression'
  const feature: number[] = []
  const threshold: number[] = []
  const flags: number[] = []
  const left: number[] = []
  const right: number[] = []
  const categories: number[] = []
  const value: number[] = []
  const cover: number[] = []
  const grow = (below: number): number => {
    const node = feature.length
    const leaf = below === 0 || (below < depth && random.integer(6) === 0)
    feature.push(leaf ? -1 : random.integer(cols))
    const words = leafWidth > 1 || !shares ? Array.from({ length: leafWidth }, () => random.next()) : [random.next()]
    const total = words.reduce((a, b) => a + b)
    for (const word of words) value.push(shares ? word / total : word - 0.5)
    for (const list of [threshold, flags, left, right]) list.push(0)
    cover.push(leaf ? 1 + random.integer(9) : 0)
    if (leaf) return node
    flags[node] = random.integer(2)
    if (columnLevels[feature[node]!]! > 0) {
      flags[node]! += 2
      threshold[node] = categories.length
      const size = random.integer(3)
      categories.push(size)
      for (let k = 0; k < size; k++) categories.push(random.uint32() | 0)
    } else threshold[node] = Math.round(random.normal() * 8) / 8
    left[node] = grow(below - 1)
    right[node] = grow(below - 1)
    cover[node] = cover[left[node]!]! + cover[right[node]!]!
    return node
  }
  const roots = Array.from({ length: trees }, () => grow(depth))
  const width = task === 'multiclass' || shares ? classes : 1
  return {
    trainer: 'gbdt',
    task,
    classCount: classes,
    cols,
    tensors: treeTensors({
      roots: Int32Array.from(roots),
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(threshold),
      flags: Uint8Array.from(flags),
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      categories: Int32Array.from(categories),
      value: Float64Array.from(value),
      leafWidth,
      cover: Float64Array.from(cover),
      gain: Float64Array.from(feature, f => (f < 0 ? 0 : 1)),
    }),
    config: {
      link,
      leafWidth,
      base: Array.from({ length: width }, (_, k) => (shares ? 0 : 0.25 * k + 0.125)),
      levels: columnLevels,
    },
  }
}
