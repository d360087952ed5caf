/** Batch normalization (Ioffe and Szegedy 2015) of one layer's units; all arrays are float32, batches row-major. */
export type BatchNorm = {
  /** Normalizes `z` (rows × units) in place by the batch's own statistics and stores them. */
  forward(z: Float32Array, rows: number): void
  /** Backpropagates in place: gradient by the normalized values → gradient by the input; adds to the gradients of scale and shift. */
  backward(slope: Float32Array, rows: number): void
  /** By unit: after training it is z × factor + offset, with running statistics. */
  folded(): { factor: Float64Array; offset: Float64Array }
}

const EPSILON = 1e-5

/** @param scale, shift parameters of the layer. @param gradients where their gradients go. */
export function createBatchNorm(
  units: number,
  scale: Float32Array,
  shift: Float32Array,
  gradients: { scale: Float32Array; shift: Float32Array },
): BatchNorm {
  const runningMean = new Float64Array(units)
  const runningVariance = new Float64Array(units).fill(1)
  const mean = new Float64Array(units)
  const inverse = new Float64Array(units)
  let normalized = new Float32Array(0)
  let batches = 0
  return {
    forward(z, rows) {
      mean.fill(0)
      inverse.fill(0)
      for (let i = 0; i < rows; i++) for (let j = 0; j < units; j++) mean[j]! += z[i * units + j]!
      for (let j = 0; j < units; j++) mean[j]! /= rows
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < units; j++) {
          const distance = z[i * units + j]! - mean[j]!
          inverse[j]! += distance * distance
        }
      }
      // The plain average of the first batches, then the last ten or so.
      batches++
      const fresh = Math.max(0.1, 1 / batches)
      for (let j = 0; j < units; j++) {
        const variance = inverse[j]! / rows
        runningMean[j]! += fresh * (mean[j]! - runningMean[j]!)
        runningVariance[j]! += fresh * (variance - runningVariance[j]!)
        inverse[j] = 1 / Math.sqrt(variance + EPSILON)
      }
      if (normalized.length < rows * units) normalized = new Float32Array(rows * units)
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < units; j++) {
          const k = i * units + j
          const value = (z[k]! - mean[j]!) * inverse[j]!
          normalized[k] = value
          z[k] = value * scale[j]! + shift[j]!
        }
      }
    },
    backward(slope, rows) {
      const sums = new Float64Array(units)
      const products = new Float64Array(units)
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < units; j++) {
          const k = i * units + j
          sums[j]! += slope[k]!
          products[j]! += slope[k]! * normalized[k]!
        }
      }
      for (let j = 0; j < units; j++) {
        gradients.scale[j]! += products[j]!
        gradients.shift[j]! += sums[j]!
        sums[j]! /= rows
        products[j]! /= rows
      }
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < units; j++) {
          const k = i * units + j
          slope[k] = scale[j]! * inverse[j]! * (slope[k]! - sums[j]! - normalized[k]! * products[j]!)
        }
      }
    },
    folded() {
      const factor = Float64Array.from(scale, (each, j) => each / Math.sqrt(runningVariance[j]! + EPSILON))
      return { factor, offset: Float64Array.from(shift, (each, j) => each - runningMean[j]! * factor[j]!) }
    },
  }
}
