import type { Direction } from '../../metrics/types.ts'
import type { Trial } from '../types.ts'
import { least, valuesByStep } from './reports.ts'

/** Returns whether a trial has not improved by more than `minDelta` over its last `patience` + 1 reports. */
export function isStuck(
  trial: Trial,
  direction: Direction,
  { patience, minDelta = 0 }: { patience: number; minDelta?: number },
): boolean {
  const sign = direction === 'minimize' ? 1 : -1
  const reports = [...valuesByStep(trial.reports)].sort(([a], [b]) => a - b).map(([, value]) => sign * value)
  if (reports.length <= patience + 1) return false
  const before = least(reports.slice(0, -patience - 1))
  const after = least(reports.slice(-patience - 1))
  return before + minDelta < after
}
