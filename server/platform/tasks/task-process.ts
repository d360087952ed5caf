import type { ChildProcess } from 'node:child_process'
import { describeExit, followLines, forkChild, keepParentAlive, startSampling } from './fork-child.ts'
import { killGroup } from './kill-group.ts'
import { measureTree, resetPeak } from './measure-memory.ts'
import type { FromTask, ToTask } from './protocol.ts'
import { outOfMemory, TaskCrash, toError } from './task-failure.ts'

const ENTRY = new URL('./child.ts', import.meta.url)
const SAMPLE_INTERVAL_MS = 200
const KEPT_LINES = 12
/** A task that may clean up after a cancel has this long before it is killed. */
const ABORT_GRACE_MS = 1_000

/** Properties of a process that cannot change while it lives. */
export interface ProcessOptions {
  heapMb: number
  limitBytes: number
  nice: number
}

export interface TaskRequest {
  name: string
  module: string
  function: string
  input: unknown
  memoryHint: string
  abort: 'kill' | 'signal'
  signal: AbortSignal
  /** A person waits: memory is limited as ever, but its peak is not measured before the answer is given. */
  quick?: boolean
  progress(done: number, note?: string): void
  line(level: 'info' | 'warn' | 'error', text: string): void
  event(event: unknown): void
  /** A line on the standard output or error of the process. */
  output?(text: string): void
  /** Called several times a second. */
  memory?(pid: number, peakBytes: number): void
}

export interface TaskProcess {
  readonly options: ProcessOptions
  readonly tasksRun: number
  /** At the last sample. */
  readonly residentBytes: number
  readonly alive: boolean
  kill(): void
  /** Runs one task. Throws its `AppError` or `TaskFailure`, `TaskCrash` when the process ends, or the reason of the signal. */
  run(request: TaskRequest): Promise<{ output: unknown; peakBytes: number }>
}

/** Where the messages of the running task go; absent while the process is idle. */
interface Current {
  request: TaskRequest
  resolve(output: unknown): void
  reject(error: unknown): void
}

interface State {
  readonly child: ChildProcess
  readonly options: ProcessOptions
  /** The last lines of output of the running task. */
  readonly lines: string[]
  current?: Current
  /** Process group that must not outlive the running task. */
  group?: number
  residentBytes: number
  peakBytes: number
  tasksRun: number
  alive: boolean
  overLimit: boolean
}

export function startTaskProcess(options: ProcessOptions): TaskProcess {
  const child = forkChild({ entry: ENTRY, heapMb: options.heapMb })
  const state: State = {
    child,
    options,
    lines: [],
    residentBytes: 0,
    peakBytes: 0,
    tasksRun: 0,
    alive: true,
    overLimit: false,
  }
  followOutput(state)
  followEnd(state)
  child.on('message', (message: FromTask) => receive(state, message))
  return {
    options,
    get tasksRun() {
      return state.tasksRun
    },
    get residentBytes() {
      return state.residentBytes
    },
    get alive() {
      return state.alive
    },
    kill: () => kill(state),
    run: request => runRequest(state, request),
  }
}

const kill = ({ child }: State) => void child.kill('SIGKILL')

function end(state: State, error: unknown): void {
  state.alive = false
  state.current?.reject(error)
}

function followOutput(state: State): void {
  followLines(state.child, text => {
    state.lines.push(text)
    if (state.lines.length > KEPT_LINES) state.lines.shift()
    state.current?.request.output?.(text)
  })
}

function followEnd(state: State): void {
  const { child, options, lines } = state
  child.on('error', error => end(state, error))
  child.on('exit', () => {
    state.alive = false
  })
  // Not `exit`: the last lines of output arrive before `close`.
  child.on('close', (code, signal) => {
    const heapFull = lines.some(line => line.includes('heap out of memory'))
    const { name = 'task', memoryHint = '' } = state.current?.request ?? {}
    if (!state.overLimit && !heapFull)
      return end(state, new TaskCrash(`The ${name} process ${describeExit(code, signal, lines)}`))
    // A full heap has reached the limit, even if the last sample was lower.
    const peak = heapFull ? Math.max(state.peakBytes, options.limitBytes) : state.peakBytes
    end(state, outOfMemory(name, peak, options.limitBytes, memoryHint))
  })
}

function receive(state: State, message: FromTask): void {
  if (!state.current) return
  const { request, resolve, reject } = state.current
  if (message.type === 'progress') request.progress(message.done, message.note)
  else if (message.type === 'line') request.line(message.level, message.text)
  else if (message.type === 'event') request.event(message.event)
  else if (message.type === 'group') state.group = message.processGroupId
  else if (message.type === 'done') resolve(message.output)
  else reject(message.type === 'aborted' ? new Error('aborted') : toError(message))
}

function send(state: State, message: ToTask): void {
  if (state.child.connected) state.child.send(message, error => error && end(state, error))
}

/** Measures the process tree once, and kills the process when it is over its limit. */
async function sampleMemory(state: State): Promise<void> {
  const { pid } = state.child
  const seen = pid === undefined ? undefined : await measureTree(pid)
  if (!pid || !seen) return
  state.residentBytes = seen.residentBytes
  state.peakBytes = Math.max(state.peakBytes, seen.peakBytes)
  state.current?.request.memory?.(pid, state.peakBytes)
  if (seen.residentBytes <= state.options.limitBytes || state.overLimit) return
  state.overLimit = true
  kill(state)
}

async function prepare(state: State, { name, quick }: TaskRequest): Promise<void> {
  if (!state.alive) throw new TaskCrash(`The ${name} process had ended before the task started.`)
  state.tasksRun++
  state.lines.length = 0
  state.peakBytes = 0
  state.group = undefined
  keepParentAlive(state.child, true)
  if (state.child.pid && !quick) await resetPeak(state.child.pid)
}

async function runRequest(state: State, request: TaskRequest): Promise<{ output: unknown; peakBytes: number }> {
  const { signal, name, module, input } = request
  signal.throwIfAborted()
  await prepare(state, request)
  const stopSampling = startSampling(SAMPLE_INTERVAL_MS, () => sampleMemory(state))
  let grace: NodeJS.Timeout | undefined
  const stop = () => {
    const cancelled = (signal.reason as { why?: string } | undefined)?.why === 'cancelled'
    if (request.abort !== 'signal' || !cancelled) return kill(state)
    send(state, { type: 'abort' })
    grace = setTimeout(() => kill(state), ABORT_GRACE_MS)
  }
  try {
    const ended = new Promise<unknown>((resolve, reject) => {
      state.current = { request, resolve, reject }
    })
    if (!state.alive) throw new TaskCrash(`The ${name} process ended before the task started.`)
    signal.addEventListener('abort', stop, { once: true })
    send(state, { type: 'run', module, function: request.function, nice: state.options.nice, input })
    void sampleMemory(state).catch(() => undefined)
    const output = await ended
    const measured = sampleMemory(state)
    if (request.quick) measured.catch(() => undefined)
    else await measured
    signal.throwIfAborted()
    return { output, peakBytes: state.peakBytes }
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    state.current = undefined
    stopSampling()
    clearTimeout(grace)
    signal.removeEventListener('abort', stop)
    // A process that was killed could not end what it had started.
    if (state.group !== undefined) killGroup(state.group)
    keepParentAlive(state.child, false)
  }
}
