import type * as TensorFlow from '@tensorflow/tfjs'

/** Linear algebra of a network. Matrices are row-major float32. */
export type Products = {
  /** a·b of rows × inner by inner × cols. */
  multiply(a: Float32Array, b: Float32Array, rows: number, inner: number, cols: number): Float32Array
  /** aᵀ·b of inner × rows by inner × cols. */
  multiplyTransposedLeft(a: Float32Array, b: Float32Array, rows: number, inner: number, cols: number): Float32Array
  /** a·bᵀ of rows × inner by cols × inner. */
  multiplyTransposedRight(a: Float32Array, b: Float32Array, rows: number, inner: number, cols: number): Float32Array
}

/**
 * With fewer multiplications a plain loop is faster than one TensorFlow.js call (20 to 40 µs). A vector has no gain either: each number is
 * used
 * once.
 */
const SMALL = 20_000
const isSmall = (rows: number, inner: number, cols: number) =>
  rows * inner * cols <= SMALL || rows === 1 || inner === 1 || cols === 1

/**
 * Matrix products by TensorFlow.js. They are nearly all of a network's arithmetic; the rest is done in typed loops, since each operation of
 * TensorFlow.js costs 10 to 40 µs before it computes anything, and its autograd makes a dozen of them per layer.
 * @param isNative the native library multiplies transposed matrices at full speed; WebAssembly needs them transposed before.
 */
export function createProducts(tf: typeof TensorFlow, isNative: boolean): Products {
  const engine = tf.engine()
  const run = (
    a: Float32Array,
    shapeA: [number, number],
    b: Float32Array,
    shapeB: [number, number],
    transposeA = false,
    transposeB = false,
  ): Float32Array => {
    engine.startScope()
    try {
      const product = tf.matMul(tf.tensor2d(a, shapeA), tf.tensor2d(b, shapeB), transposeA, transposeB)
      return product.dataSync() as Float32Array
    } finally {
      engine.endScope()
    }
  }
  return {
    multiply(a, b, rows, inner, cols) {
      if (isSmall(rows, inner, cols)) return plainProduct(a, b, rows, inner, cols)
      return run(a, [rows, inner], b, [inner, cols])
    },
    multiplyTransposedLeft(a, b, rows, inner, cols) {
      if (isSmall(rows, inner, cols)) return plainProductLeft(a, b, rows, inner, cols)
      if (isNative) return run(a, [inner, rows], b, [inner, cols], true, false)
      return run(transpose(a, inner, rows), [rows, inner], b, [inner, cols])
    },
    multiplyTransposedRight(a, b, rows, inner, cols) {
      if (isSmall(rows, inner, cols)) return plainProduct(a, transpose(b, cols, inner), rows, inner, cols)
      if (isNative) return run(a, [rows, inner], b, [cols, inner], false, true)
      return run(a, [rows, inner], transpose(b, cols, inner), [inner, cols])
    },
  }
}

/** rows × cols → cols × rows, in tiles that stay in the cache. */
export function transpose(a: Float32Array, rows: number, cols: number): Float32Array {
  const result = new Float32Array(rows * cols)
  const tile = 32
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile)
    for (let left = 0; left < cols; left += tile) {
      const right = Math.min(cols, left + tile)
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) result[j * rows + i] = a[i * cols + j]!
    }
  }
  return result
}

function plainProduct(a: Float32Array, b: Float32Array, rows: number, inner: number, cols: number): Float32Array {
  const result = new Float32Array(rows * cols)
  if (cols === 1) {
    for (let i = 0; i < rows; i++) {
      let sum = 0
      for (let k = 0; k < inner; k++) sum += a[i * inner + k]! * b[k]!
      result[i] = sum
    }
    return result
  }
  for (let i = 0; i < rows; i++) {
    const to = i * cols
    for (let k = 0; k < inner; k++) {
      const value = a[i * inner + k]!
      const from = k * cols
      for (let j = 0; j < cols; j++) result[to + j]! += value * b[from + j]!
    }
  }
  return result
}

function plainProductLeft(a: Float32Array, b: Float32Array, rows: number, inner: number, cols: number): Float32Array {
  const result = new Float32Array(rows * cols)
  if (cols === 1) {
    for (let k = 0; k < inner; k++) {
      const value = b[k]!
      for (let i = 0; i < rows; i++) result[i]! += value * a[k * rows + i]!
    }
    return result
  }
  for (let k = 0; k < inner; k++) {
    const from = k * cols
    for (let i = 0; i < rows; i++) {
      const value = a[k * rows + i]!
      const to = i * cols
      for (let j = 0; j < cols; j++) result[to + j]! += value * b[from + j]!
    }
  }
  return result
}
