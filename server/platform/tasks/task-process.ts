import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { killGroup } from './kill-group.ts'
import { measureTree, resetPeak } from './measure-memory.ts'
import type { FromTask, ToTask } from './protocol.ts'
import { outOfMemory, TaskCrash, toError } from './task-failure.ts'

const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url))
const SAMPLE_INTERVAL_MS = 200
const KEPT_LINES = 12
/** A task that may clean up after a cancel has this long before it is killed. */
const ABORT_GRACE_MS = 1_000

/** The whole environment of a task process: never a database address, never a key. */
const ALLOWED_VARIABLES = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH']

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
  const child = forkChild(options)
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
  for (const stream of [state.child.stdout, state.child.stderr] as Readable[])
    createInterface({ input: stream }).on('line', text => {
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

async function prepare(state: State, { name }: TaskRequest): Promise<void> {
  if (!state.alive) throw new TaskCrash(`The ${name} process had ended before the task started.`)
  state.tasksRun++
  state.lines.length = 0
  state.peakBytes = 0
  state.group = undefined
  keepParentAlive(state.child, true)
  if (state.child.pid) await resetPeak(state.child.pid)
}

async function runRequest(state: State, request: TaskRequest): Promise<{ output: unknown; peakBytes: number }> {
  const { signal, name, module, input } = request
  signal.throwIfAborted()
  await prepare(state, request)
  const stopSampling = startSampling(() => sampleMemory(state))
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
    await sampleMemory(state)
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

function forkChild({ heapMb }: ProcessOptions): ChildProcess {
  return fork(ENTRY, [], {
    cwd: tmpdir(),
    env: {
      NODE_ENV: 'production',
      TZ: 'UTC',
      ...Object.fromEntries(ALLOWED_VARIABLES.flatMap(k => (process.env[k] ? [[k, process.env[k]]] : []))),
    },
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${heapMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

/** Samples again only when the last sample has ended. Returns what stops it. */
function startSampling(sample: () => Promise<void>): () => void {
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    await sample().catch(() => undefined)
    busy = false
  }, SAMPLE_INTERVAL_MS)
  return () => clearInterval(timer)
}

/** An idle process must not keep its parent from ending. */
function keepParentAlive(child: ChildProcess, keep: boolean): void {
  const streams = [child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[]
  for (const handle of [child, child.channel, ...streams]) handle?.[keep ? 'ref' : 'unref']()
}

function describeExit(code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): string {
  const how = signal ? `was ended by ${signal}` : `ended with status ${code}`
  const why = signal === 'SIGKILL' ? ' (the operating system does so when memory runs out)' : ''
  const last = lines.length > 0 ? ` Last output: ${lines.slice(-3).join(' / ').slice(0, 500)}` : ''
  return `${how}${why}.${last}`
}
