import type { EngineError } from '../errors.ts'
import type { Model, Task } from '../trainers/types.ts'
import { type Link, treeTensors } from '../trees/model.ts'

/** Maximum number of nodes; keeps a small file from becoming a large model. */
const MAX_NODES = 20_000_000

/** A tree model of another library during conversion, node by node; a parent comes before its children. */
export type TreeCollector = ReturnType<typeof collectTrees>

/** @param refuse makes the error for an unusable file */
export function collectTrees(refuse: (what: string) => EngineError) {
  const roots: number[] = []
  const feature: number[] = []
  const threshold: number[] = []
  const flags: number[] = []
  const left: number[] = []
  const right: number[] = []
  const categories: number[] = []
  const value: number[] = []
  const cover: number[] = []
  const gain: number[] = []

  const push = (tested: number, at: number, bits: number, adds: number, weight: number, lowered: number): number => {
    if (feature.length >= MAX_NODES) throw refuse(`it has more than ${MAX_NODES.toLocaleString('en')} nodes`)
    feature.push(tested)
    threshold.push(at)
    flags.push(bits)
    left.push(0)
    right.push(0)
    value.push(adds)
    cover.push(weight)
    gain.push(lowered)
    return feature.length - 1
  }

  return {
    /** The next node is the root of the next tree. */
    startTree: () => roots.push(feature.length),
    leaf: (adds: number, weight: number) => push(-1, 0, 0, adds, weight, 0),
    /** A number goes left when ≤ `at`. */
    numberSplit: (
      tested: number,
      at: number,
      missingLeft: boolean,
      node: { value: number; cover: number; gain: number },
    ) => push(tested, at, missingLeft ? 1 : 0, node.value, node.cover, node.gain),
    /** Codes of the set (bits in 32-bit words) go left. */
    categorySplit(
      tested: number,
      words: readonly number[],
      missingLeft: boolean,
      node: { value: number; cover: number; gain: number },
    ) {
      const at = categories.length
      categories.push(words.length)
      for (const word of words) categories.push(word | 0)
      return push(tested, at, missingLeft ? 3 : 2, node.value, node.cover, node.gain)
    },
    join(parent: number, side: 'left' | 'right', child: number) {
      if (side === 'left') left[parent] = child
      else right[parent] = child
    },
    finish(shape: {
      trainer: string
      task: Task
      classCount: number
      levels: number[]
      link: Link
      base: number[]
      from: string
    }): Model {
      const { trainer, task, classCount, levels, link, base, from } = shape
      return {
        trainer,
        task,
        classCount,
        cols: levels.length,
        tensors: treeTensors({
          roots: Int32Array.from(roots),
          feature: Int32Array.from(feature),
          threshold: Float64Array.from(threshold),
          flags: Uint8Array.from(flags),
          left: Int32Array.from(left),
          right: Int32Array.from(right),
          categories: Int32Array.from(categories),
          value: Float64Array.from(value),
          leafWidth: 1,
          cover: Float64Array.from(cover),
          gain: Float64Array.from(gain),
        }),
        config: { link, leafWidth: 1, base, levels, from },
      }
    },
  }
}
