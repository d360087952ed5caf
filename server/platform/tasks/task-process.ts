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

/** What the process at work reports to; absent while it is idle. */
interface Current {
  request: TaskRequest
  resolve(output: unknown): void
  reject(error: unknown): void
}

export function startTaskProcess(options: ProcessOptions): TaskProcess {
  const child = forkChild(options)
  const lines: string[] = []
  let current: Current | undefined
  let group: number | undefined
  let [residentBytes, peakBytes, tasksRun] = [0, 0, 0]
  let [alive, overLimit] = [true, false]

  for (const stream of [child.stdout, child.stderr] as Readable[])
    createInterface({ input: stream }).on('line', text => {
      lines.push(text)
      if (lines.length > KEPT_LINES) lines.shift()
      current?.request.output?.(text)
    })
  const kill = () => void child.kill('SIGKILL')
  const end = (error: unknown) => {
    alive = false
    current?.reject(error)
  }
  child.on('error', end)
  child.on('exit', () => {
    alive = false
  })
  // Not `exit`: the last lines of output arrive before `close`.
  child.on('close', (code, signal) => {
    const heapFull = lines.some(line => line.includes('heap out of memory'))
    const name = current?.request.name ?? 'task'
    if (!overLimit && !heapFull) return end(new TaskCrash(`The ${name} process ${describeExit(code, signal, lines)}`))
    // A full heap has used what there is, whatever the last sample saw.
    const peak = heapFull ? Math.max(peakBytes, options.limitBytes) : peakBytes
    end(outOfMemory(name, peak, options.limitBytes, current?.request.memoryHint ?? ''))
  })
  child.on('message', (message: FromTask) => {
    if (!current) return
    const { request, resolve, reject } = current
    if (message.type === 'progress') request.progress(message.done, message.note)
    else if (message.type === 'line') request.line(message.level, message.text)
    else if (message.type === 'event') request.event(message.event)
    else if (message.type === 'group') group = message.processGroupId
    else if (message.type === 'done') resolve(message.output)
    else reject(message.type === 'aborted' ? new Error('aborted') : toError(message))
  })

  const sample = async () => {
    const seen = child.pid === undefined ? undefined : await measureTree(child.pid)
    if (!seen) return
    residentBytes = seen.residentBytes
    peakBytes = Math.max(peakBytes, seen.peakBytes)
    if (child.pid) current?.request.memory?.(child.pid, peakBytes)
    if (seen.residentBytes <= options.limitBytes || overLimit) return
    overLimit = true
    kill()
  }
  const send = (message: ToTask) => {
    if (child.connected) child.send(message, error => error && end(error))
  }

  return {
    options,
    get tasksRun() {
      return tasksRun
    },
    get residentBytes() {
      return residentBytes
    },
    get alive() {
      return alive
    },
    kill,
    async run(request) {
      const { signal, name, module, input } = request
      const work = { module, function: request.function, nice: options.nice, input }
      signal.throwIfAborted()
      if (!alive) throw new TaskCrash(`The ${name} process had ended before the task started.`)
      tasksRun++
      lines.length = 0
      peakBytes = 0
      group = undefined
      keepParentAlive(child, true)
      if (child.pid) await resetPeak(child.pid)
      const stopSampling = startSampling(sample)
      let grace: NodeJS.Timeout | undefined
      const stop = () => {
        const cancelled = (signal.reason as { why?: string } | undefined)?.why === 'cancelled'
        if (request.abort !== 'signal' || !cancelled) return kill()
        send({ type: 'abort' })
        grace = setTimeout(kill, ABORT_GRACE_MS)
      }
      try {
        const ended = new Promise<unknown>((resolve, reject) => {
          current = { request, resolve, reject }
        })
        if (!alive) throw new TaskCrash(`The ${name} process ended before the task started.`)
        signal.addEventListener('abort', stop, { once: true })
        send({ type: 'run', ...work })
        void sample().catch(() => undefined)
        const output = await ended
        await sample()
        signal.throwIfAborted()
        return { output, peakBytes }
      } catch (error) {
        throw signal.aborted ? signal.reason : error
      } finally {
        current = undefined
        stopSampling()
        clearTimeout(grace)
        signal.removeEventListener('abort', stop)
        // A process that was killed could not end what it had started.
        if (group !== undefined) killGroup(group)
        keepParentAlive(child, false)
      }
    },
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
