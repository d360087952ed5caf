import { BundleError } from '../errors.ts'
import { logit } from '../trainers/ensemble.ts'
import { applyIsotonic, fitIsotonic, type Isotonic } from './isotonic.ts'
import { applyPlatt, fitPlatt, type Platt } from './platt.ts'

/** By class (of two classes only the second): maps a probability to a calibrated one. Plain JSON, stored in the bundle. */
export type Calibration = { method: 'platt'; classes: Platt[] } | { method: 'isotonic'; classes: Isotonic[] }

/**
 * @param truth class codes of rows the model has not seen.
 * @param predicted rows × classCount probabilities. Platt works on their logits.
 */
export function fitCalibration(
  method: Calibration['method'],
  truth: Float64Array,
  predicted: Float64Array,
  classCount: number,
  weights?: Float64Array,
): Calibration {
  const codes = classCount === 2 ? [1] : Array.from({ length: classCount }, (_, k) => k)
  const column = (k: number, map: (p: number) => number) =>
    Float64Array.from(truth, (_, i) => map(predicted[i * classCount + k]!))
  const isClass = (k: number) => Float64Array.from(truth, code => (code === k ? 1 : 0))
  return method === 'platt'
    ? { method, classes: codes.map(k => fitPlatt(column(k, logit), isClass(k), weights)) }
    : { method, classes: codes.map(k => fitIsotonic(column(k, Number), isClass(k), weights)) }
}

/**
 * Calibrates rows × classCount probabilities in place; each row sums to 1 again. A row of zeros becomes equal shares, as in scikit-learn.
 */
export function compileCalibration(
  calibration: Calibration,
  classCount: number,
): (probabilities: Float64Array) => void {
  requireSound(calibration, classCount)
  const map =
    calibration.method === 'platt'
      ? calibration.classes.map(each => (p: number) => applyPlatt(each, logit(p)))
      : calibration.classes.map(each => (p: number) => applyIsotonic(each, p))
  if (classCount === 2) {
    return probabilities => {
      for (let i = 0; i < probabilities.length; i += 2) {
        const p = map[0]!(probabilities[i + 1]!)
        probabilities[i] = 1 - p
        probabilities[i + 1] = p
      }
    }
  }
  return probabilities => {
    for (let i = 0; i < probabilities.length; i += classCount) {
      let sum = 0
      for (let k = 0; k < classCount; k++) sum += probabilities[i + k] = map[k]!(probabilities[i + k]!)
      for (let k = 0; k < classCount; k++) {
        probabilities[i + k] = sum > 0 ? probabilities[i + k]! / sum : 1 / classCount
      }
    }
  }
}

const inside = (p: unknown) => typeof p === 'number' && p >= 0 && p <= 1

/** @throws BundleError for an invalid calibration. */
function requireSound(calibration: Calibration, classCount: number): void {
  const { method, classes } = calibration
  const count = classCount === 2 ? 1 : classCount
  const sound =
    Array.isArray(classes) &&
    classes.length === count &&
    (method === 'platt'
      ? classes.every(each => Number.isFinite(each?.slope) && Number.isFinite(each.offset))
      : method === 'isotonic' && classes.every(isRising))
  if (!sound) throw new BundleError('manifest', 'The calibration of the model is damaged.')
}

function isRising({ x, y }: Isotonic): boolean {
  return (
    Array.isArray(x) &&
    Array.isArray(y) &&
    x.length > 0 &&
    x.length === y.length &&
    x.every((value, k) => Number.isFinite(value) && (k === 0 || value > x[k - 1]!)) &&
    y.every((value, k) => inside(value) && (k === 0 || value >= y[k - 1]!))
  )
}
