import { SCRATCH_BYTES } from './layout.ts'
import { type Arena, kernelModule } from './memory.ts'

/** Task kinds; must match kernels/growing/tasks.as. */
export const TASK = {
  expand: 0,
  accumulate: 1,
  partition: 2,
  gradients: 3,
  softmax: 4,
  classGradients: 5,
  quantize: 6,
  addToRows: 7,
  walkIndex: 8,
  walkRows: 9,
  code: 10,
  sort: 11,
  transpose: 12,
  copy: 13,
} as const

const CONTROL = { bytes: 64, tasks: 16 } as const
const TASK_BYTES = 64
const TASKS = 4096

/** Starts worker threads. Each instantiates the kernels on the memory and calls `serve(control, scratch)` until the pool is closed. */
export type StartThreads = (work: {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  control: number
  /** One address per worker thread. */
  scratches: number[]
}) => void

let startThreads: StartThreads | undefined

/** Registers how threads are started; without it the calling thread does all work. */
export function registerTreeThreads(given: StartThreads): void {
  startThreads = given
}

export type ThreadPool = {
  threads: number
  /** Scratch address of the calling thread. */
  scratch: number
  /** Adds a task to the batch. `reals`: indices of floating-point arguments. */
  add(kind: number, args: readonly number[], reals?: readonly number[]): void
  /** Runs all added tasks, in any order, on all threads. */
  run(): void
  close(): void
}

/** Creates the thread pool of one fit. Workers may start late or never; the calling thread then does the work. */
export function createThreadPool(arena: Arena, threads: number): ThreadPool {
  const helpers = startThreads ? Math.max(0, Math.min(64, Math.floor(threads)) - 1) : 0
  const control = arena.allocate(CONTROL.bytes)
  const tasks = arena.allocate(TASK_BYTES * TASKS)
  const scratch = arena.allocate(SCRATCH_BYTES)
  arena.u32[(control + CONTROL.tasks) / 4] = tasks
  let batch = 0
  let count = 0
  if (helpers > 0) {
    const scratches = Array.from({ length: helpers }, () => arena.allocate(SCRATCH_BYTES))
    startThreads!({ module: kernelModule(), memory: arena.memory, control, scratches })
  }
  const run = () => {
    if (count > 0 && !arena.kernels.share(control, ++batch, count, scratch)) {
      throw new Error('A tree training thread failed.')
    }
    count = 0
  }
  return {
    threads: helpers + 1,
    scratch,
    add(kind, args, reals = []) {
      if (count === TASKS) run()
      const at = (tasks + count++ * TASK_BYTES) / 4
      arena.u32[at] = kind
      for (let k = 0; k < args.length; k++) arena.u32[at + 1 + k] = args[k]!
      for (const k of reals) arena.f32[at + 1 + k] = args[k]!
    },
    run,
    close: () => arena.kernels.dismiss(control),
  }
}
