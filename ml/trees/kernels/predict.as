// Walks packed trees (see ../pack.ts for the nodes) and adds what their leaves hold. AssemblyScript, compiled into predict-wasm.ts by
// `node ml/trees/kernels/compile.ts`. Eight walks go on at a time, without a branch for where a row goes: while one waits for memory,
// the others move on. A walk that has arrived stays where it is, because the cell a leaf tests is −∞.
// A tree in the table: root (byte), levels below it, 1 when it tests categories; 12 bytes.

const TREE: usize = 12

/** The child of `node` that a row goes to. */
@inline
function step(node: usize, row: usize): usize {
  const test = load<i32>(node, 8)
  const cell = load<f64>(row + (test & -8))
  const right = i32(cell > load<f64>(node)) | (i32(cell != cell) & test)
  return usize(load<i32>(node, 12) + ((right & 1) << 4))
}

/** As `step`, where nodes may test categories: a set of codes below 64 is the bits of the node's first 8 bytes, a larger one lies elsewhere. */
@inline
function stepCategory(node: usize, row: usize): usize {
  const test = load<i32>(node, 8)
  const cell = load<f64>(row + (test & -8))
  if (test & 4) return stepLargeSet(node, test, cell)
  // Adding 2⁵² brings a whole number's bits to the bottom of the float64.
  const code = reinterpret<i64>(trunc(cell) + 4503599627370496.0)
  const within = i32(load<i64>(node) >>> (code & 63)) & i32(cell < 64.0) & i32(cell > -1.0)
  const category = i32(cell == cell) & ~within
  const number = i32(cell > load<f64>(node))
  const right = (test & 2 ? category : number) | (i32(cell != cell) & test)
  return usize(load<i32>(node, 12) + ((right & 1) << 4))
}

function stepLargeSet(node: usize, test: i32, cell: f64): usize {
  let right = test & 1
  if (cell == cell) {
    // What is no 32 bit number saturates, and lies beyond every set.
    const code = i32(cell)
    right = 1
    if (u32(code) < u32(load<i32>(node, 4)) << 5) {
      right = i32((load<u32>(usize(load<i32>(node)) + (usize(code >>> 5) << 2)) >>> u32(code & 31)) & 1) ^ 1
    }
  }
  return usize(load<i32>(node, 12) + (right << 4))
}

/** Adds a leaf: its one number to `score`, or its row of numbers to the scores from there on. */
@inline
function addLeaf(leaf: usize, values: usize, leafWidth: i32, score: usize): void {
  if (leafWidth == 1) store<f64>(score, load<f64>(score) + load<f64>(leaf))
  else {
    const from = values + (usize(load<i32>(leaf)) << 3)
    for (let k: usize = 0; k < usize(leafWidth) << 3; k += 8) {
      store<f64>(score + k, load<f64>(score + k) + load<f64>(from + k))
    }
  }
}

/** One tree, `count` rows (a multiple of 8). */
@inline
function walkRows(
  root: usize, depth: i32, category: bool,
  rows: usize, rowBytes: usize, count: i32,
  values: usize, leafWidth: i32, scores: usize, scoreBytes: usize
): void {
  let row = rows
  let score = scores
  for (let i = 0; i < count; i += 8) {
    let n0 = root
    let n1 = root
    let n2 = root
    let n3 = root
    let n4 = root
    let n5 = root
    let n6 = root
    let n7 = root
    for (let d = 0; d < depth; d += 4) {
      if (d >= 8) {
        // Uneven trees: most walks arrive long before the deepest one could.
        const moving = (load<i32>(n0, 12) ^ i32(n0)) | (load<i32>(n1, 12) ^ i32(n1)) | (load<i32>(n2, 12) ^ i32(n2)) | (load<i32>(n3, 12) ^ i32(n3)) | (load<i32>(n4, 12) ^ i32(n4)) | (load<i32>(n5, 12) ^ i32(n5)) | (load<i32>(n6, 12) ^ i32(n6)) | (load<i32>(n7, 12) ^ i32(n7))
        if (moving == 0) break
      }
      for (let e = 0; e < 4; e++) {
        if (category) {
          n0 = stepCategory(n0, row)
          n1 = stepCategory(n1, row + 1 * rowBytes)
          n2 = stepCategory(n2, row + 2 * rowBytes)
          n3 = stepCategory(n3, row + 3 * rowBytes)
          n4 = stepCategory(n4, row + 4 * rowBytes)
          n5 = stepCategory(n5, row + 5 * rowBytes)
          n6 = stepCategory(n6, row + 6 * rowBytes)
          n7 = stepCategory(n7, row + 7 * rowBytes)
        } else {
          n0 = step(n0, row)
          n1 = step(n1, row + 1 * rowBytes)
          n2 = step(n2, row + 2 * rowBytes)
          n3 = step(n3, row + 3 * rowBytes)
          n4 = step(n4, row + 4 * rowBytes)
          n5 = step(n5, row + 5 * rowBytes)
          n6 = step(n6, row + 6 * rowBytes)
          n7 = step(n7, row + 7 * rowBytes)
        }
      }
    }
    addLeaf(n0, values, leafWidth, score)
    addLeaf(n1, values, leafWidth, score + 1 * scoreBytes)
    addLeaf(n2, values, leafWidth, score + 2 * scoreBytes)
    addLeaf(n3, values, leafWidth, score + 3 * scoreBytes)
    addLeaf(n4, values, leafWidth, score + 4 * scoreBytes)
    addLeaf(n5, values, leafWidth, score + 5 * scoreBytes)
    addLeaf(n6, values, leafWidth, score + 6 * scoreBytes)
    addLeaf(n7, values, leafWidth, score + 7 * scoreBytes)
    row += rowBytes << 3
    score += scoreBytes << 3
  }
}

/**
 * All trees over a block of rows.
 * @param rows float64 cells, `rowBytes` a row; the last cell of each is −∞.
 * @param count rows, a multiple of 8.
 * @param scores float64, `width` a row; added to.
 */
export function scoreRows(
  trees: usize, treeCount: i32,
  rows: usize, rowBytes: usize, count: i32,
  values: usize, leafWidth: i32, scores: usize, width: i32
): void {
  const scoreBytes = usize(width) << 3
  let tree = trees
  let slot = 0
  for (let t = 0; t < treeCount; t++) {
    const root = usize(load<i32>(tree))
    const depth = load<i32>(tree, 4)
    const score = scores + (usize(slot) << 3)
    if (load<i32>(tree, 8)) walkRows(root, depth, true, rows, rowBytes, count, values, leafWidth, score, scoreBytes)
    else walkRows(root, depth, false, rows, rowBytes, count, values, leafWidth, score, scoreBytes)
    if (leafWidth == 1 && ++slot == width) slot = 0
    tree += TREE
  }
}

/** Eight trees at a time, one row. */
@inline
function walkTrees(
  trees: usize, treeCount: i32, category: bool, row: usize, values: usize, leafWidth: i32, scores: usize, width: i32
): void {
  let slot = 0
  for (let t = 0; t < treeCount; t += 8) {
    const at = trees + usize(t) * TREE
    let depth = 0
    for (let k: usize = 0; k < 8 * TREE; k += TREE) depth = max(depth, load<i32>(at + k, 4))
    let n0 = usize(load<i32>(at, 0))
    let n1 = usize(load<i32>(at, 12))
    let n2 = usize(load<i32>(at, 24))
    let n3 = usize(load<i32>(at, 36))
    let n4 = usize(load<i32>(at, 48))
    let n5 = usize(load<i32>(at, 60))
    let n6 = usize(load<i32>(at, 72))
    let n7 = usize(load<i32>(at, 84))
    for (let d = 0; d < depth; d += 4) {
      if (d >= 8) {
        // Uneven trees: most walks arrive long before the deepest one could.
        const moving = (load<i32>(n0, 12) ^ i32(n0)) | (load<i32>(n1, 12) ^ i32(n1)) | (load<i32>(n2, 12) ^ i32(n2)) | (load<i32>(n3, 12) ^ i32(n3)) | (load<i32>(n4, 12) ^ i32(n4)) | (load<i32>(n5, 12) ^ i32(n5)) | (load<i32>(n6, 12) ^ i32(n6)) | (load<i32>(n7, 12) ^ i32(n7))
        if (moving == 0) break
      }
      for (let e = 0; e < 4; e++) {
        if (category) {
          n0 = stepCategory(n0, row)
          n1 = stepCategory(n1, row)
          n2 = stepCategory(n2, row)
          n3 = stepCategory(n3, row)
          n4 = stepCategory(n4, row)
          n5 = stepCategory(n5, row)
          n6 = stepCategory(n6, row)
          n7 = stepCategory(n7, row)
        } else {
          n0 = step(n0, row)
          n1 = step(n1, row)
          n2 = step(n2, row)
          n3 = step(n3, row)
          n4 = step(n4, row)
          n5 = step(n5, row)
          n6 = step(n6, row)
          n7 = step(n7, row)
        }
      }
    }
    const left = treeCount - t
    if (left > 0) {
      addLeaf(n0, values, leafWidth, scores + (usize(slot) << 3))
      if (leafWidth == 1 && ++slot == width) slot = 0
    }
    if (left > 1) {
      addLeaf(n1, values, leafWidth, scores + (usize(slot) << 3))
      if (leafWidth == 1 && ++slot == width) slot = 0
    }
    if (left > 2) {
      addLeaf(n2, values, leafWidth, scores + (usize(slot) << 3))
      if (leafWidth == 1 && ++slot == width) slot = 0
    }
    if (left > 3) {
      addLeaf(n3, values, leafWidth, scores + (usize(slot) << 3))
      if (leafWidth == 1 && ++slot == width) slot = 0
    }
    if (left > 4) {
      addLeaf(n4, values, leafWidth, scores + (usize(slot) << 3))
      if (leafWidth == 1 && ++slot == width) slot = 0
    }
    if (left > 5) {
      addLeaf(n5, values, leafWidth, scores + (usize(slot) << 3))
      if (leafWidth == 1 && ++slot == width) slot = 0
    }
    if (left > 6) {
      addLeaf(n6, values, leafWidth, scores + (usize(slot) << 3))
      if (leafWidth == 1 && ++slot == width) slot = 0
    }
    if (left > 7) {
      addLeaf(n7, values, leafWidth, scores + (usize(slot) << 3))
      if (leafWidth == 1 && ++slot == width) slot = 0
    }
  }
}

/** All trees over one row. The table goes on to a multiple of 8 with trees that exist; they do not count. */
export function scoreRow(
  trees: usize, treeCount: i32, category: bool, row: usize, values: usize, leafWidth: i32, scores: usize, width: i32
): void {
  if (category) walkTrees(trees, treeCount, true, row, values, leafWidth, scores, width)
  else walkTrees(trees, treeCount, false, row, values, leafWidth, scores, width)
}
