import { startTrainingChild, type TrainingChild } from './training-child.ts'

/** A process is replaced after this many runs, or when it has kept this share of its limit: what leaks must not add up. */
const MOST_RUNS = 50
const KEPT_SHARE = 0.5
const IDLE_MS = 15_000

let busy = 0
const idle: { child: TrainingChild; timer: NodeJS.Timeout }[] = []

function takeIdle(at: number): TrainingChild | undefined {
  const [entry] = at < 0 ? [] : idle.splice(at, 1)
  clearTimeout(entry?.timer)
  return entry?.child
}

/**
 * Lends a training process to `work`: the warm one of this experiment when there is one, which has its frame already, else a new one; idle
 * ones of other experiments make room, so that there are never more processes than slots. One whose run did not end well is not kept.
 */
export async function withTrainingChild<T>(
  options: { study: string; limitBytes: number; slots: number },
  work: (child: TrainingChild) => Promise<T>,
): Promise<T> {
  const { study, limitBytes, slots } = options
  const warm = takeIdle(
    idle.findIndex(e => e.child.study === study && e.child.limitBytes === limitBytes && e.child.alive),
  )
  if (!warm) while (idle.length > 0 && idle.length + busy >= slots) takeIdle(0)?.kill()
  const child = warm ?? startTrainingChild(study, limitBytes)
  busy++
  let good = false
  try {
    const result = await work(child)
    good = true
    return result
  } finally {
    busy--
    if (!good || !child.alive || child.runs >= MOST_RUNS || child.residentBytes > limitBytes * KEPT_SHARE) child.kill()
    else {
      const timer = setTimeout(() => takeIdle(idle.findIndex(e => e.child === child))?.kill(), IDLE_MS)
      timer.unref()
      idle.push({ child, timer })
    }
  }
}
