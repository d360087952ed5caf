// Grows one tree of a forest, depth first, on binned features. AssemblyScript, compiled into forest-wasm.ts by
// `node ml/trees/kernels/compile.ts`. ../forest-layout.ts says where everything lies.
// A sample is 16 bytes: row (u32), weight (f32), and its class (u32) or its target (f64).

const SAMPLE: usize = 16

/** @unmanaged */
@unmanaged class Context {
  codes: usize // u8, feature by feature
  rows: u32
  cols: u32
  bins: usize // u32 by feature: bins of values; the bin after them holds missing cells. Bit 31: some cell is missing.
  samples: usize
  spare: usize
  count: u32
  classes: u32 // 0: regression
  tries: u32 // features looked at per node
  minWeight: f32 // a child must weigh as much; 0: anything
  maxDepth: u32
  random: u32 // 1: one random cut per feature
  seed: u32
  order: usize // u32 by feature, scratch
  hist: usize // f64
  totals: usize // f64 × 2 × max(classes, 2)
  stack: usize
  feature: usize // i32 by node, −1 in a leaf
  cut: usize // i32 by node: last bin that goes left, + 256 when a missing cell does
  child: usize // i32 × 2 by node
  cover: usize // f64 by node
  gain: usize // f64 by node
  value: usize // f64 × max(classes, 1) by node
}

/** PCG RXS-M-XS 32 (O'Neill 2014). */
@inline
function draw(c: Context): u32 {
  const state = c.seed * 747796405 + 2891336453
  c.seed = state
  const word = ((state >>> ((state >>> 28) + 4)) ^ state) * 277803737
  return (word >>> 22) ^ word
}

@inline
function drawBelow(c: Context, bound: u32): u32 {
  return u32((u64(draw(c)) * u64(bound)) >>> 32)
}

let bestScore: f64 = 0
let bestFeature: i32 = -1
let bestCut: i32 = 0
let lowest: u32 = 0
let highest: u32 = 0

/** Fills the histogram of feature `f`; sets lowest and highest, of the bins of values. */
@inline
function collect(c: Context, f: u32, begin: usize, end: usize, missing: u32, lost: bool, regression: bool): void {
  const codes = c.codes + usize(f) * usize(c.rows)
  const hist = c.hist
  const classes = c.classes
  let low: u32 = 1000
  let high: u32 = 0
  for (let s = begin; s < end; s += SAMPLE) {
    const code = u32(load<u8>(codes + usize(load<u32>(s))))
    const weight = f64(load<f32>(s, 4))
    if (regression) {
      const at = hist + (usize(code) << 4)
      store<f64>(at, load<f64>(at) + weight)
      store<f64>(at, load<f64>(at, 8) + weight * load<f64>(s, 8), 8)
    } else {
      const at = hist + (usize(code * classes + load<u32>(s, 8)) << 3)
      store<f64>(at, load<f64>(at) + weight)
    }
    if (lost && code == missing) continue
    low = min(low, code)
    high = max(high, code)
  }
  lowest = low
  highest = high
}

@inline
function consider(f: u32, cut: u32, left: bool, score: f64): void {
  if (score > bestScore) {
    bestScore = score
    bestFeature = i32(f)
    bestCut = i32(cut) + (left ? 256 : 0)
  }
}

/** Regression: S²/W of both sides is what a split keeps of the sum of squares. @param last the last bin to cut behind */
function scanRegression(c: Context, f: u32, first: u32, last: u32, missing: u32, lost: bool, weight: f64, sum: f64): void {
  const hist = c.hist
  const least = f64(c.minWeight)
  const missingWeight = lost ? load<f64>(hist + (usize(missing) << 4)) : 0
  const missingSum = lost ? load<f64>(hist + (usize(missing) << 4), 8) : 0
  let w: f64 = 0
  let s: f64 = 0
  const from = c.random ? lowest : first
  for (let b = from; b <= last; b++) {
    const at = hist + (usize(b) << 4)
    const add = load<f64>(at)
    if (add == 0 && !c.random) continue
    w += add
    s += load<f64>(at, 8)
    if (b < first) continue
    const rest = weight - w
    if (rest > 0 && w >= least && rest >= least && (missingWeight > 0 || b < highest)) {
      const other = sum - s
      consider(f, b, missingWeight == 0 && w > rest, (s * s) / w + (other * other) / rest)
    }
    if (missingWeight > 0 && b < highest) {
      const both = w + missingWeight
      const left = s + missingSum
      const remaining = weight - both
      if (both >= least && remaining >= least) {
        const other = sum - left
        consider(f, b, true, (left * left) / both + (other * other) / remaining)
      }
    }
  }
}

/** Classes: the sums of squared class weights over the weight (Gini). */
function scanClasses(c: Context, f: u32, first: u32, last: u32, missing: u32, lost: bool, weight: f64, squares: f64): void {
  const hist = c.hist
  const classes = c.classes
  const width = usize(classes) << 3
  const totals = c.totals
  const left = totals + width
  const least = f64(c.minWeight)
  let missingWeight: f64 = 0
  if (lost) {
    const at = hist + usize(missing) * width
    for (let k: usize = 0; k < width; k += 8) missingWeight += load<f64>(at + k)
  }
  const from = c.random ? lowest : first
  // First with missing cells on the right, then on the left.
  for (let side = 0; side < (missingWeight > 0 ? 2 : 1); side++) {
    let w: f64 = 0
    let leftSquares: f64 = 0
    let rightSquares = squares
    memory.fill(left, 0, width)
    if (side == 1) {
      const at = hist + usize(missing) * width
      for (let k: usize = 0; k < width; k += 8) {
        const add = load<f64>(at + k)
        const total = load<f64>(totals + k)
        store<f64>(left + k, add)
        leftSquares += add * add
        rightSquares -= add * (2 * total - add)
      }
      w = missingWeight
    }
    for (let b = from; b <= last; b++) {
      const at = hist + usize(b) * width
      let any: f64 = 0
      for (let k: usize = 0; k < width; k += 8) {
        const add = load<f64>(at + k)
        if (add == 0) continue
        const has = load<f64>(left + k)
        const rest = load<f64>(totals + k) - has
        leftSquares += add * (2 * has + add)
        rightSquares -= add * (2 * rest - add)
        store<f64>(left + k, has + add)
        any += add
      }
      if (any == 0 && !c.random) continue
      w += any
      if (b < first) continue
      const rest = weight - w
      if (rest > 0 && w >= least && rest >= least && (b < highest || (side == 0 && missingWeight > 0))) {
        consider(f, b, side == 1 || (missingWeight == 0 && w > rest), leftSquares / w + rightSquares / rest)
      }
    }
  }
}

/** Two classes, no missing cell: the same sums, kept in registers. */
function scanTwo(c: Context, f: u32, first: u32, last: u32, weight: f64): void {
  const hist = c.hist
  const least = f64(c.minWeight)
  const ones = load<f64>(c.totals, 8)
  let a: f64 = 0
  let b: f64 = 0
  for (let bin = c.random ? lowest : first; bin <= last; bin++) {
    const at = hist + (usize(bin) << 4)
    const x = load<f64>(at)
    const y = load<f64>(at, 8)
    if (x + y == 0 && !c.random) continue
    a += x
    b += y
    if (bin < first) continue
    const w = a + b
    const rest = weight - w
    if (w < least || rest < least) continue
    const d = ones - b
    const e = rest - d
    consider(f, bin, w > rest, (a * a + b * b) / w + (d * d + e * e) / rest)
  }
}

/** Looks for the best cut of feature `f`; false when all its cells are alike. */
@inline
function tryFeature(c: Context, f: u32, begin: usize, end: usize, weight: f64, sum: f64, regression: bool): bool {
  const about = load<u32>(c.bins + (usize(f) << 2))
  const missing = about & 0x7fffffff
  const mayLack = about >>> 31 == 1
  const width = usize(regression ? 2 : c.classes) << 3
  if (mayLack) collect(c, f, begin, end, missing, true, regression)
  else collect(c, f, begin, end, missing, false, regression)
  let lost = false
  if (mayLack) {
    const at = c.hist + usize(missing) * width
    for (let k: usize = 0; k < width; k += 8) lost = lost || load<f64>(at + k) != 0
  }
  const some = lowest <= highest
  const varies = some && (lowest < highest || lost)
  if (varies) {
    let first = lowest
    // Behind the highest a cut parts values from missing cells.
    let last = lost ? highest : highest - 1
    if (c.random) {
      first += drawBelow(c, last - first + 1)
      last = first
    }
    if (regression) scanRegression(c, f, first, last, missing, lost, weight, sum)
    else if (c.classes == 2 && !lost) scanTwo(c, f, first, last, weight)
    else scanClasses(c, f, first, last, missing, lost, weight, sum)
  }
  if (some) memory.fill(c.hist + usize(lowest) * width, 0, usize(highest - lowest + 1) * width)
  if (lost) memory.fill(c.hist + usize(missing) * width, 0, width)
  return varies
}

/** Samples of [begin, end) that go left come first; @returns where the others begin. */
function partition(c: Context, f: u32, cut: i32, begin: usize, end: usize): usize {
  const codes = c.codes + usize(f) * usize(c.rows)
  const missing = load<u32>(c.bins + (usize(f) << 2)) & 0x7fffffff
  const last = u32(cut & 255)
  const missingLeft = u32(cut >= 256)
  let left = begin
  let right = c.spare
  for (let s = begin; s < end; s += SAMPLE) {
    const code = u32(load<u8>(codes + usize(load<u32>(s))))
    const sample = v128.load(s)
    const goes = u32(code <= last) | (u32(code == missing) & missingLeft)
    v128.store(left, sample)
    v128.store(right, sample)
    left += usize(goes) << 4
    right += usize(goes ^ 1) << 4
  }
  memory.copy(left, c.spare, right - c.spare)
  return left
}

@inline
function growWith(c: Context, regression: bool): u32 {
  const classes = usize(c.classes)
  const order = c.order
  for (let f: u32 = 0; f < c.cols; f++) store<u32>(order + (usize(f) << 2), f)
  let nodes: u32 = 0
  // An entry: begin, end, depth, the place in `child` that waits for this node (−1: none).
  let top = c.stack
  store<u32>(top, u32(c.samples))
  store<u32>(top, u32(c.samples) + (c.count << 4), 4)
  store<u32>(top, 0, 8)
  store<i32>(top, -1, 12)
  top += 16
  while (top > c.stack) {
    top -= 16
    const begin = usize(load<u32>(top))
    const end = usize(load<u32>(top, 4))
    const depth = load<u32>(top, 8)
    const parent = load<i32>(top, 12)
    const node = nodes++
    if (parent >= 0) store<i32>(c.child + (usize(parent) << 2), i32(node))

    let weight: f64 = 0
    let sum: f64 = 0
    let pure = true
    if (regression) {
      const one = load<f64>(begin, 8)
      for (let s = begin; s < end; s += SAMPLE) {
        const w = f64(load<f32>(s, 4))
        const y = load<f64>(s, 8)
        weight += w
        sum += w * y
        pure = pure && y == one
      }
      store<f64>(c.value + (usize(node) << 3), pure ? one : sum / weight)
    } else {
      const totals = c.totals
      memory.fill(totals, 0, classes << 3)
      for (let s = begin; s < end; s += SAMPLE) {
        const at = totals + (usize(load<u32>(s, 8)) << 3)
        store<f64>(at, load<f64>(at) + f64(load<f32>(s, 4)))
      }
      for (let k: usize = 0; k < classes; k++) weight += load<f64>(totals + (k << 3))
      for (let k: usize = 0; k < classes; k++) {
        const has = load<f64>(totals + (k << 3))
        store<f64>(c.value + ((usize(node) * classes + k) << 3), has / weight)
        if (has == weight) pure = true
        sum += has * has
      }
      pure = sum >= weight * weight
    }
    store<f64>(c.cover + (usize(node) << 3), weight)
    store<i32>(c.feature + (usize(node) << 2), -1)
    store<f64>(c.gain + (usize(node) << 3), 0)
    if (pure || end - begin < 2 * SAMPLE || depth >= c.maxDepth || weight < 2 * f64(c.minWeight)) continue

    bestFeature = -1
    bestScore = -1
    // Features in random order until enough were looked at, and one of them varies (as scikit-learn does).
    let varied = false
    for (let seen: u32 = 0; seen < c.cols && (seen < c.tries || !varied); seen++) {
      const other = order + (usize(seen + drawBelow(c, c.cols - seen)) << 2)
      const f = load<u32>(other)
      store<u32>(other, load<u32>(order + (usize(seen) << 2)))
      store<u32>(order + (usize(seen) << 2), f)
      if (tryFeature(c, f, begin, end, weight, sum, regression)) varied = true
    }
    if (bestFeature < 0) continue
    const kept = regression ? (sum * sum) / weight : sum / weight
    const middle = partition(c, u32(bestFeature), bestCut, begin, end)
    if (middle == begin || middle == end) continue
    store<i32>(c.feature + (usize(node) << 2), bestFeature)
    store<i32>(c.cut + (usize(node) << 2), bestCut)
    store<f64>(c.gain + (usize(node) << 3), max(0, bestScore - kept))
    store<u32>(top, u32(middle))
    store<u32>(top, u32(end), 4)
    store<u32>(top, depth + 1, 8)
    store<i32>(top, i32(node * 2 + 1), 12)
    top += 16
    store<u32>(top, u32(begin))
    store<u32>(top, u32(middle), 4)
    store<u32>(top, depth + 1, 8)
    store<i32>(top, i32(node * 2), 12)
    top += 16
  }
  return nodes
}

/** Grows a tree on the context's samples. @returns its nodes, each before its children */
export function growTree(c: Context): u32 {
  return c.classes == 0 ? growWith(c, true) : growWith(c, false)
}

/** Adds 1 to the count of each of `draws` rows drawn with replacement among `rows` (i32 by row). */
export function drawRows(c: Context, counts: usize, draws: u32, rows: u32): void {
  for (let k: u32 = 0; k < draws; k++) {
    const at = counts + (usize(drawBelow(c, rows)) << 2)
    store<u32>(at, load<u32>(at) + 1)
  }
}
