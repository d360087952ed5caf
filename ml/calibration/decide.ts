import { EngineError } from '../errors.ts'
import type { Task } from '../trainers/types.ts'
import type { OutOfFold } from '../validation/cross-validate.ts'
import { type Calibration, compileCalibration, fitCalibration } from './calibration.ts'
import { chooseThreshold, type Threshold, type ThresholdChoice } from './threshold.ts'

export type Decisions = {
  calibration?: Calibration
  threshold?: Threshold
  /** Notes about the decisions. */
  words: string[]
}

/**
 * Fits calibration and threshold of a model on out-of-fold predictions. Calibration first, because the threshold applies to calibrated
 * probabilities.
 * @param outOfFold called only if needed.
 * @throws EngineError for tasks that have no calibration or threshold.
 */
export async function decide(
  outOfFold: () => Promise<OutOfFold>,
  { task, classCount }: { task: Task; classCount: number },
  wanted: { calibration?: 'none' | Calibration['method']; threshold?: ThresholdChoice },
): Promise<Decisions> {
  const method = wanted.calibration ?? 'none'
  if (method === 'none' && !wanted.threshold) return { words: [] }
  if (task === 'regression') {
    throw new EngineError('calibration', 'A model of numbers has no probabilities to calibrate.', 'Leave it out.')
  }
  if (wanted.threshold && task !== 'binary') {
    throw new EngineError('threshold', 'Only a yes/no model has a threshold.', 'Leave it out.')
  }
  const { truth, predicted } = await outOfFold()
  if (truth.length === 0) return { words: ['There were too few rows to calibrate by or to choose a threshold.'] }
  const decisions: Decisions = { words: [] }
  if (method !== 'none') {
    decisions.calibration = fitCalibration(method, truth, predicted, classCount)
    compileCalibration(decisions.calibration, classCount)(predicted)
    const how = method === 'platt' ? 'a sigmoid (Platt)' : 'a rising step function (isotonic)'
    decisions.words.push(
      `Probabilities were calibrated by ${how} on predictions of ${truth.length.toLocaleString('en')} rows by models that had not seen them.`,
    )
  }
  if (wanted.threshold) {
    const probability = Float64Array.from(truth, (_, i) => predicted[2 * i + 1]!)
    decisions.threshold = chooseThreshold(truth, probability, wanted.threshold)
    decisions.words.push(decisions.threshold.words)
  }
  return decisions
}
