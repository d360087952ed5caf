import { type DataChild, startDataChild } from './data-child.ts'

/** A process is replaced after this many tasks, or when it has kept this share of its limit: what leaks must not add up. */
const MOST_TASKS = 50
const KEPT_SHARE = 0.5
const IDLE_MS = 20_000
const MOST_IDLE = 2

const idle: { child: DataChild; timer: NodeJS.Timeout }[] = []

function takeIdle(at: number): DataChild | undefined {
  const [entry] = at < 0 ? [] : idle.splice(at, 1)
  clearTimeout(entry?.timer)
  return entry?.child
}

/** Lends a data process to `work`: a warm one when there is one, else a new one. One whose task did not end well is kept out. */
export async function withDataChild<T>(limitBytes: number, work: (child: DataChild) => Promise<T>): Promise<T> {
  const child =
    takeIdle(idle.findIndex(e => e.child.alive && e.child.limitBytes === limitBytes)) ?? startDataChild(limitBytes)
  try {
    return await work(child)
  } finally {
    if (!child.healthy || child.tasks >= MOST_TASKS || child.residentBytes > limitBytes * KEPT_SHARE) child.kill()
    else {
      const timer = setTimeout(() => takeIdle(idle.findIndex(e => e.child === child))?.kill(), IDLE_MS)
      timer.unref()
      idle.push({ child, timer })
      if (idle.length > MOST_IDLE) takeIdle(0)?.kill()
    }
  }
}
