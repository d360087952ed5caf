import { AppError } from '#server/kernel/errors.ts'
import type { Task } from './define-task.ts'
import { runTask } from './run-task.ts'

export interface LaneLimits {
  /** Tasks that run at the same time. */
  running: number
  /** Of these, tasks of one project: the others stay free for other projects. */
  runningPerProject: number
  waiting: number
  waitingPerProject: number
  /** A task that runs longer is stopped. */
  milliseconds: number
}

export const LANE_LIMITS: LaneLimits = {
  running: 3,
  runningPerProject: 2,
  waiting: 24,
  waitingPerProject: 8,
  milliseconds: 30_000,
}

export interface LaneRequest {
  projectId: string
  /** Of the caller: when it goes away, its task stops. */
  signal?: AbortSignal
  /** What was asked for, as the subject of a message: `Sorting and filtering the rows`. */
  what: string
  /** What to do when it takes too long. */
  hint: string
}

export interface InteractiveLane {
  /**
   * Runs a task in a warm child process while a person waits. Throws `too_many_requests` when too many wait, `too_large` after the time
   * limit, and what `runTask` throws.
   */
  run<I, O>(task: Task<I, O>, input: I, request: LaneRequest): Promise<O>
}

interface Waiting {
  projectId: string
  start(): void
}

const RETRY_AFTER_SECONDS = 3
/** A child process that a person may need again soon is kept warm. */
const WARM = { idleMs: 300_000, maxTasks: 500 }
const AFFINITY = 'interactive'

/** Thrown inside only: the limit of time is reached. */
class TooLong extends Error {}

export function createInteractiveLane(limits: LaneLimits = LANE_LIMITS): InteractiveLane {
  const running = new Map<string, number>()
  const waiting: Waiting[] = []
  const runningNow = () => [...running.values()].reduce((sum, n) => sum + n, 0)
  const mayRun = (projectId: string) =>
    runningNow() < limits.running && (running.get(projectId) ?? 0) < limits.runningPerProject

  const take = (projectId: string) => running.set(projectId, (running.get(projectId) ?? 0) + 1)
  const free = (projectId: string) => {
    const left = running.get(projectId)! - 1
    if (left === 0) running.delete(projectId)
    else running.set(projectId, left)
    const next = waiting.findIndex(w => mayRun(w.projectId))
    if (next >= 0) waiting.splice(next, 1)[0]!.start()
  }

  const enter = (projectId: string, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      if (mayRun(projectId)) {
        take(projectId)
        return resolve()
      }
      const own = waiting.filter(w => w.projectId === projectId).length
      if (waiting.length >= limits.waiting || own >= limits.waitingPerProject) return reject(tooMany())
      const leave = () => {
        waiting.splice(waiting.indexOf(entry), 1)
        reject(signal!.reason)
      }
      const entry: Waiting = {
        projectId,
        start() {
          signal?.removeEventListener('abort', leave)
          take(projectId)
          resolve()
        },
      }
      waiting.push(entry)
      signal?.addEventListener('abort', leave, { once: true })
    })

  return {
    async run(task, input, { projectId, signal, what, hint }) {
      signal?.throwIfAborted()
      await enter(projectId, signal)
      const clock = new AbortController()
      const timer = setTimeout(() => clock.abort(new TooLong()), limits.milliseconds)
      try {
        const stop = signal ? AbortSignal.any([clock.signal, signal]) : clock.signal
        return await runTask(task, input, { signal: stop, affinity: AFFINITY, keep: WARM, quick: true })
      } catch (error) {
        if (!(error instanceof TooLong)) throw error
        throw new AppError('too_large', `${what} took longer than ${limits.milliseconds / 1000} s and was stopped.`, {
          hint,
        })
      } finally {
        clearTimeout(timer)
        free(projectId)
      }
    },
  }
}

const tooMany = () =>
  new AppError('too_many_requests', 'Too many requests for table data are waiting.', {
    hint: 'Wait a few seconds, then try again.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })

/** The lane of this process. */
export const interactiveLane = createInteractiveLane()
