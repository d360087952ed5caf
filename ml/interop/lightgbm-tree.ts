import type { TreeCollector } from './foreign-trees.ts'
import { type Fields, numbers, refuse, wholeNumber } from './lightgbm-fields.ts'

/** LightGBM treats values this close to zero as zero; the second constant is the largest number below. */
const ZERO = 1.0000000180025095e-35
const BELOW_ZERO = -1.0000000180025096e-35
/** Maximum number of nodes with zero-as-missing that may need a copy of their subtree. */
const MAX_COPIES = 10_000
const CATEGORY = 1
const DEFAULT_LEFT = 2
/** Missing type, bits 2 and 3. */
const [NO_MISSING, ZERO_MISSING] = [0, 1]

/** An open child position, and the share (0 or 1) of the training rows of `node` that go this way. */
type Place = { node: number; parent: number; side: 'left' | 'right'; share: number }

/** Converts one `Tree=` section. @param scale of its leaves @throws EngineError `lightgbm` */
export function addLightGBMTree(collector: TreeCollector, fields: Fields, cols: number, scale: number): void {
  const leaves = wholeNumber(fields, 'num_leaves')
  if (leaves < 1) throw refuse('a tree has no leaf')
  if (fields.has('is_linear') && Number(fields.get('is_linear')) !== 0) throw refuse('its leaves hold linear models')
  const leafValue = numbers(fields, 'leaf_value', leaves)
  collector.startTree()
  if (leaves === 1) {
    collector.leaf(leafValue[0]! * scale, 1)
    return
  }
  const inner = leaves - 1
  const feature = numbers(fields, 'split_feature', inner, true)
  const threshold = numbers(fields, 'threshold', inner)
  const decision = numbers(fields, 'decision_type', inner, true)
  const lefts = numbers(fields, 'left_child', inner, true)
  const rights = numbers(fields, 'right_child', inner, true)
  const gain = numbers(fields, 'split_gain', inner)
  const innerValue = numbers(fields, 'internal_value', inner)
  const innerCount = numbers(fields, 'internal_count', inner)
  const leafCount = numbers(fields, 'leaf_count', leaves)
  const sets = readSets(fields)
  checkShape(lefts, rights, leaves)

  const stack: Place[] = [{ node: 0, parent: -1, side: 'left', share: 1 }]
  let copies = 0
  const place = (parent: number, left: number, right: number, leftShare: number, rightShare: number) => {
    stack.push({ node: right, parent, side: 'right', share: rightShare })
    stack.push({ node: left, parent, side: 'left', share: leftShare })
  }

  const addInner = (node: number, share: number): number => {
    const [tested, type, at] = [feature[node]!, decision[node]!, threshold[node]!]
    if (tested < 0 || tested >= cols || type < 0 || type > 11) throw refuse('a node tests nothing known')
    const [left, right] = [lefts[node]!, rights[node]!]
    const about = { value: innerValue[node]! * scale, cover: innerCount[node]! * share, gain: gain[node]! * share }
    if (type & CATEGORY) {
      const set = sets(at)
      const made = collector.categorySplit(tested, set, false, about)
      place(made, left, right, share, share)
      return made
    }
    const zeroLeft = 0 <= at
    const defaultLeft = (type & DEFAULT_LEFT) !== 0
    const missing = type >> 2
    const split = (limit: number, missingLeft: boolean, of = about) =>
      collector.numberSplit(tested, limit, missingLeft, of)
    if (missing !== ZERO_MISSING || defaultLeft === zeroLeft) {
      // If cells cannot be missing, a missing one counts as zero.
      const made = split(at, missing === NO_MISSING ? zeroLeft : defaultLeft)
      place(made, left, right, share, share)
      return made
    }
    // Zero counts as missing and does not follow its value.
    const atZero = at >= -ZERO && at <= ZERO
    if (atZero) {
      const made = split(defaultLeft ? ZERO : BELOW_ZERO, defaultLeft)
      place(made, left, right, share, share)
      return made
    }
    if (++copies > MAX_COPIES) throw refuse('too many of its nodes hold zero to be missing')
    // One child's range surrounds zero. Three tests replace the node, with copies of its children that have no training rows: (−∞, first]
    // left,
    // then right, left, right.
    const cover = (right < 0 ? leafCount[~right]! : innerCount[right]!) * share
    const rest = { value: about.value, cover, gain: 0 }
    const first = split(defaultLeft ? at : BELOW_ZERO, defaultLeft)
    const second = split(defaultLeft ? BELOW_ZERO : ZERO, !defaultLeft, rest)
    const third = split(defaultLeft ? ZERO : at, defaultLeft, rest)
    collector.join(first, 'right', second)
    collector.join(second, 'right', third)
    place(third, left, right, 0, share)
    stack.push({ node: right, parent: second, side: 'left', share: 0 })
    stack.push({ node: left, parent: first, side: 'left', share })
    return first
  }

  while (stack.length > 0) {
    const { node, parent, side, share } = stack.pop()!
    const made = node < 0 ? collector.leaf(leafValue[~node]! * scale, leafCount[~node]! * share) : addInner(node, share)
    if (parent >= 0) collector.join(parent, side, made)
  }
}

/** Reads the words of set number k. */
function readSets(fields: Fields): (k: number) => number[] {
  const count = fields.has('num_cat') ? wholeNumber(fields, 'num_cat') : 0
  const bounds = count > 0 ? numbers(fields, 'cat_boundaries', count + 1, true) : new Float64Array(0)
  const words = count > 0 ? numbers(fields, 'cat_threshold', bounds[count]!, true) : new Float64Array(0)
  return k => {
    const [from, to] = [bounds[k], bounds[k + 1]]
    if (from === undefined || to === undefined || from < 0 || to < from) throw refuse('a set of categories is missing')
    return Array.from(words.subarray(from, to))
  }
}

/** Every node except the root has one parent, so the nodes reachable from the root form a tree. */
function checkShape(lefts: Float64Array, rights: Float64Array, leaves: number): void {
  const inner = leaves - 1
  const parents = new Uint8Array(inner + leaves)
  for (const children of [lefts, rights]) {
    for (const child of children) {
      if (child >= inner || child < -leaves) throw refuse('a node leads nowhere')
      const at = child < 0 ? inner + ~child : child
      if (child === 0 || parents[at] === 1) throw refuse('two nodes lead to the same one')
      parents[at] = 1
    }
  }
}
