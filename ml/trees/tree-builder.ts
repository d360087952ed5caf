import type { Bins } from './bins.ts'
import { visitNodes } from './grow.ts'
import { BY_CATEGORY, MISSING_LEFT, NODE } from './layout.ts'
import type { Arena } from './memory.ts'
import type { Trees } from './model.ts'

type NodeRow = {
  feature: number
  threshold: number
  flags: number
  left: number
  right: number
  value: number
  cover: number
  gain: number
}

/** Collects grown trees in the flat arrays of a model. */
export function createTreeBuilder(arena: Arena, bins: Bins) {
  const roots: number[] = []
  const nodes: NodeRow[] = []
  const categories: number[] = []

  /** Returns the offset of the set of codes that go left. Bins of categories are their codes; the bit of the missing bin is left out. */
  const addSet = (node: number, values: number): number => {
    const at = categories.length
    const words = Math.ceil(values / 32)
    categories.push(words)
    for (let word = 0; word < words; word++) {
      const kept = values - word * 32 >= 32 ? -1 : (1 << (values - word * 32)) - 1
      categories.push(arena.i32[(node + NODE.set) / 4 + word]! & kept)
    }
    return at
  }

  return {
    /**
     * Adds the tree below `root`; nodes' N_VALUE must be set.
     * @param weightOf weight of the training rows of a node
     * @param gainUnit converts the kernels' gains to real ones
     */
    add(root: number, valueUnit: number, weightOf: (node: number) => number, gainUnit: number): void {
      roots.push(nodes.length)
      const places = new Map<number, number>()
      visitNodes(arena, root, (node, isLeaf) => {
        const at = node / 4
        places.set(node, nodes.length)
        const feature = isLeaf ? -1 : arena.i32[at + NODE.feature / 4]!
        const flags = arena.u32[at + NODE.flags / 4]!
        const binned = isLeaf ? undefined : bins.features[feature]!
        let threshold = 0
        if (binned) {
          const shown = arena.i32[at + NODE.shown / 4]!
          if (flags & BY_CATEGORY) threshold = addSet(node, binned.values)
          // After the last bin with values there are only missing cells.
          else threshold = shown < binned.edges.length ? binned.edges[shown]! : Number.POSITIVE_INFINITY
        }
        nodes.push({
          feature,
          threshold,
          flags: isLeaf ? 0 : (flags & MISSING_LEFT ? 1 : 0) | (flags & BY_CATEGORY ? 2 : 0),
          left: arena.u32[at + NODE.left / 4]!,
          right: arena.u32[at + NODE.right / 4]!,
          value: arena.f64[(node + NODE.value) / 8]! * valueUnit,
          cover: weightOf(node),
          gain: isLeaf ? 0 : arena.f64[(node + NODE.gain) / 8]! * gainUnit,
        })
      })
      for (const [node, place] of places) {
        const row = nodes[place]!
        row.left = row.left && places.get(arena.u32[(node + NODE.left) / 4]!)!
        row.right = row.left && places.get(arena.u32[(node + NODE.right) / 4]!)!
      }
    },

    /** The first `count` trees. */
    finish(count: number): Trees {
      const end = count < roots.length ? roots[count]! : nodes.length
      const kept = nodes.slice(0, end)
      return {
        roots: Int32Array.from(roots.slice(0, count)),
        feature: Int32Array.from(kept, node => node.feature),
        threshold: Float64Array.from(kept, node => node.threshold),
        flags: Uint8Array.from(kept, node => node.flags),
        left: Int32Array.from(kept, node => node.left),
        right: Int32Array.from(kept, node => node.right),
        categories: Int32Array.from(categories),
        value: Float64Array.from(kept, node => node.value),
        leafWidth: 1,
        cover: Float64Array.from(kept, node => node.cover),
        gain: Float64Array.from(kept, node => node.gain),
      }
    },
  }
}
