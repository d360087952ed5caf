import { availableParallelism } from 'node:os'
import { type ProcessOptions, startTaskProcess, type TaskProcess } from './task-process.ts'

/** A process is replaced after this many tasks, or when it kept this share of its limit: leaks must not add up. */
const DEFAULT_KEEP: KeepOptions = { idleMs: 20_000, maxTasks: 50 }
const MAX_KEPT_SHARE = 0.5
const MAX_IDLE = Math.max(2, availableParallelism())

export interface KeepOptions {
  /** An idle process ends after this time. */
  idleMs: number
  maxTasks: number
}

export interface PoolRequest extends ProcessOptions {
  /** Tasks with equal keys prefer the same process, which may have kept what they share. */
  affinity?: string
  /** Most processes of this kind, idle ones included. */
  maxProcesses?: number
  keep?: KeepOptions
}

interface IdleProcess {
  process: TaskProcess
  affinity: string | undefined
  timer: NodeJS.Timeout
}

const idle: IdleProcess[] = []
let busy = 0

function takeIdle(at: number): TaskProcess | undefined {
  const [entry] = at < 0 ? [] : idle.splice(at, 1)
  clearTimeout(entry?.timer)
  return entry?.process
}

const fits = ({ process, affinity }: IdleProcess, wanted: PoolRequest) =>
  process.alive &&
  affinity === wanted.affinity &&
  process.options.limitBytes === wanted.limitBytes &&
  process.options.heapMb === wanted.heapMb &&
  process.options.nice === wanted.nice

/** Runs `work` with a warm process that fits, else with a new one. A process whose task failed in an unknown way is not kept. */
export async function withTaskProcess<T>(
  request: PoolRequest,
  work: (process: TaskProcess) => Promise<T>,
  mayKeep: (error: unknown) => boolean,
): Promise<T> {
  const warm = takeIdle(idle.findIndex(entry => fits(entry, request)))
  if (!warm) while (idle.length > 0 && idle.length + busy >= (request.maxProcesses ?? MAX_IDLE + 1)) takeIdle(0)?.kill()
  const process = warm ?? startTaskProcess(request)
  const { idleMs, maxTasks } = request.keep ?? DEFAULT_KEEP
  busy++
  let healthy = false
  try {
    const result = await work(process)
    healthy = true
    return result
  } catch (error) {
    healthy = mayKeep(error)
    throw error
  } finally {
    busy--
    if (healthy && process.alive && process.tasksRun < maxTasks && keptLittle(process))
      keep(process, request.affinity, idleMs)
    else process.kill()
  }
}

const keptLittle = ({ residentBytes, options }: TaskProcess) => residentBytes <= options.limitBytes * MAX_KEPT_SHARE

function keep(process: TaskProcess, affinity: string | undefined, idleMs: number): void {
  const timer = setTimeout(() => takeIdle(idle.findIndex(e => e.process === process))?.kill(), idleMs)
  timer.unref()
  idle.push({ process, affinity, timer })
  if (idle.length > MAX_IDLE) takeIdle(0)?.kill()
}
