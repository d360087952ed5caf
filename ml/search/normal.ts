/** The normal distribution to double precision, including its tails. */

const horner = (z: number, coefficients: readonly number[]) => {
  let sum = 0
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * z + coefficients[i]!
  return sum
}

// Rational approximations of W. J. Cody's kind, coefficients of Sun's FDLIBM (s_erf.c), lowest power first.
const SMALL = [
  [0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -2.3763016656650163e-5],
  [1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -3.960228278775368e-6],
]
const NEAR_ONE = [
  [
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668,
    0.035478304325618236, -0.002166375594868791,
  ],
  [
    1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
    0.011984499846799107,
  ],
]
const MIDDLE = [
  [
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
    -184.60509290671104, -81.2874355063066, -9.814329344169145,
  ],
  [
    1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
    108.63500554177944, 6.570249770319282, -0.0604244152148581,
  ],
]
const FAR = [
  [
    -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
    -1025.0951316110772, -483.5191916086514,
  ],
  [
    1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
    474.52854120695537, -22.44095244658582,
  ],
]
const ERF_ONE = 0.8450629115104675

/** log erfc(x) for x ≥ 1.25, finite however large x is. */
function logErfcTail(x: number): number {
  const [p, q] = x < 1 / 0.35 ? MIDDLE : FAR
  const s = 1 / (x * x)
  return -x * x - 0.5625 + horner(s, p!) / horner(s, q!) - Math.log(x)
}

/** Complementary error function. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x)
  if (x < 0.84375) return 1 - (x + (x * horner(x * x, SMALL[0]!)) / horner(x * x, SMALL[1]!))
  if (x < 1.25) return 1 - ERF_ONE - horner(x - 1, NEAR_ONE[0]!) / horner(x - 1, NEAR_ONE[1]!)
  return x > 28 ? 0 : Math.exp(logErfcTail(x))
}

/** Φ(x) = P(X ≤ x). */
export const normalCdf = (x: number): number => 0.5 * erfc(-x / Math.SQRT2)

/** log Φ(x), finite far to the left as well. */
function logNormalCdf(x: number): number {
  const z = -x / Math.SQRT2
  return (z < 1.25 ? Math.log(erfc(z)) : logErfcTail(z)) - Math.LN2
}

/** log P(a ≤ X ≤ b), a < b. Right of the mean it is mirrored: differences of numbers near 1 lose all digits. */
export function logNormalMass(a: number, b: number): number {
  if (a > 0) return logNormalMass(-b, -a)
  if (b > 0) return Math.log1p(-normalCdf(a) - normalCdf(-b))
  const upper = logNormalCdf(b)
  return upper + Math.log1p(-Math.exp(logNormalCdf(a) - upper))
}

const TAIL = [
  [
    2.938163982698783, 4.374664141464968, -2.549732539343734, -2.400758277161838, -0.3223964580411365,
    -0.007784894002430293,
  ],
  [1, 3.754408661907416, 2.445134137142996, 0.3224671290700398, 0.007784695709041462],
]
const CENTRE = [
  [2.506628277459239, -30.66479806614716, 138.357751867269, -275.9285104469687, 220.9460984245205, -39.69683028665376],
  [1, -13.28068155288572, 66.80131188771972, -155.6989798598866, 161.5858368580409, -54.47609879822406],
]

/** Φ⁻¹(p), relative error below 1.2e-09 (P. J. Acklam, 2003). */
export function normalQuantile(p: number): number {
  if (p < 0.02425) {
    if (p <= 0) return Number.NEGATIVE_INFINITY
    const q = Math.sqrt(-2 * Math.log(p))
    return horner(q, TAIL[0]!) / horner(q, TAIL[1]!)
  }
  if (p > 1 - 0.02425) return -normalQuantile(1 - p)
  const q = p - 0.5
  return (q * horner(q * q, CENTRE[0]!)) / horner(q * q, CENTRE[1]!)
}
