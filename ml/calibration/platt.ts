/** p = 1 / (1 + exp(slope · score + offset)): `slope` is negative when high scores mean the positive class. */
export type Platt = { slope: number; offset: number }

/**
 * Fits Platt's sigmoid with his targets (n₊ + 1)/(n₊ + 2) and 1/(n₋ + 2) against overconfidence, by Newton's method with backtracking (Lin,
 * Lin and Weng 2007). Converges to the same minimum as scikit-learn's sigmoid calibration.
 * @param scores one per row, such as logits; @param positive 1 or 0 per row; @param weights all 1 when absent.
 */
export function fitPlatt(scores: Float64Array, positive: Float64Array, weights?: Float64Array): Platt {
  const weight = (i: number) => weights?.[i] ?? 1
  let [yes, no] = [0, 0]
  for (let i = 0; i < scores.length; i++) {
    if (positive[i] === 1) yes += weight(i)
    else no += weight(i)
  }
  const target = (i: number) => (positive[i] === 1 ? (yes + 1) / (yes + 2) : 1 / (no + 2))
  const lossOf = (slope: number, offset: number) => {
    let loss = 0
    for (let i = 0; i < scores.length; i++) {
      const z = slope * scores[i]! + offset
      // −t ln p − (1 − t) ln(1 − p), without overflow.
      loss +=
        weight(i) * (z >= 0 ? target(i) * z + Math.log1p(Math.exp(-z)) : (target(i) - 1) * z + Math.log1p(Math.exp(z)))
    }
    return loss
  }
  let [slope, offset] = [0, Math.log((no + 1) / (yes + 1))]
  let loss = lossOf(slope, offset)
  for (let step = 0; step < 100; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-12, 0, 1e-12]
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i]!
      const p = 1 / (1 + Math.exp(slope * score + offset))
      const d = weight(i) * (target(i) - p)
      const h = weight(i) * p * (1 - p)
      ga += score * d
      gb += d
      haa += score * score * h
      hab += score * h
      hbb += h
    }
    if (Math.abs(ga) + Math.abs(gb) < 1e-10 * Math.max(1, yes + no)) break
    const determinant = haa * hbb - hab * hab
    const da = -(hbb * ga - hab * gb) / determinant
    const db = -(haa * gb - hab * ga) / determinant
    let size = 1
    let next = lossOf(slope + da, offset + db)
    while (!(next <= loss + 1e-4 * size * (ga * da + gb * db)) && size > 1e-10) {
      size /= 2
      next = lossOf(slope + size * da, offset + size * db)
    }
    if (size <= 1e-10) break
    slope += size * da
    offset += size * db
    loss = next
  }
  return { slope, offset }
}

export const applyPlatt = ({ slope, offset }: Platt, score: number): number =>
  1 / (1 + Math.exp(slope * score + offset))
