import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { AppError } from '#server/kernel/errors.ts'
import { measureTree, resetPeak } from '../training/measure-memory.ts'
import type { FromDataChild, ToDataChild } from './child-protocol.ts'
import { DataCrash, DataFailure, outOfMemory } from './data-failure.ts'
import type { RunTaskOptions } from './task-report.ts'

const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url))
const SAMPLE_MS = 200
const KEPT_LINES = 12
/** Node's own heap: plain JSON in and out. DuckDB's memory lies outside of it. */
const HEAP_MB = 512

/** The whole environment of a data process: never a database address, never a key. */
const ALLOWED_VARIABLES = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH']

export interface DataChild {
  readonly limitBytes: number
  readonly tasks: number
  /** At the last look. */
  readonly residentBytes: number
  readonly alive: boolean
  /** Its last task ended by its own word. */
  readonly healthy: boolean
  /** Throws the task's `AppError`, `DataFailure` (out of memory), `DataCrash`, or the signal's reason. */
  run(name: string, input: unknown, options: RunTaskOptions): Promise<unknown>
  kill(): void
}

/** What waits for the process's next word; absent while it is idle. */
interface Current {
  options: RunTaskOptions
  settle(end: { output: unknown } | { error: unknown }): void
}

export function startDataChild(limitBytes: number): DataChild {
  const child = fork(ENTRY, [], {
    cwd: tmpdir(),
    env: {
      NODE_ENV: 'production',
      TZ: 'UTC',
      ...Object.fromEntries(ALLOWED_VARIABLES.flatMap(k => (process.env[k] ? [[k, process.env[k]]] : []))),
    },
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const said: string[] = []
  let current: Current | undefined
  let residentBytes = 0
  let peakBytes = 0
  let overLimit = false
  let tasks = 0
  let alive = true
  let healthy = true

  for (const stream of [child.stdout, child.stderr] as Readable[])
    createInterface({ input: stream }).on('line', text => {
      said.push(text)
      if (said.length > KEPT_LINES) said.shift()
    })
  const kill = () => void child.kill('SIGKILL')
  const end = (error: unknown) => {
    alive = false
    healthy = false
    current?.settle({ error })
  }
  child.on('error', end)
  child.on('exit', () => {
    alive = false
  })
  // Not `exit`: its last words come before `close`.
  child.on('close', (code, signal) => {
    const heap = said.some(line => line.includes('heap out of memory'))
    end(
      overLimit || heap
        ? outOfMemory(Math.max(peakBytes, heap ? HEAP_MB * 2 ** 20 : 0), limitBytes)
        : crash(code, signal, said),
    )
  })
  child.on('message', (message: FromDataChild) => {
    if (!current) return
    const { options, settle } = current
    if (message.type === 'progress') options.progress(message.done, message.note)
    else if (message.type === 'line') options.line(message.level, message.text)
    else if (message.type === 'done') settle({ output: message.output })
    else settle({ error: errorOf(message) })
  })

  const look = async () => {
    const seen = child.pid === undefined ? undefined : await measureTree(child.pid)
    if (!seen) return
    residentBytes = seen.residentBytes
    peakBytes = Math.max(peakBytes, seen.peakBytes)
    if (child.pid) current?.options.memory?.(child.pid, peakBytes)
    if (seen.residentBytes <= limitBytes || overLimit) return
    overLimit = true
    kill()
  }

  return {
    limitBytes,
    get tasks() {
      return tasks
    },
    get residentBytes() {
      return residentBytes
    },
    get alive() {
      return alive
    },
    get healthy() {
      return alive && healthy
    },
    kill,
    async run(name, input, options) {
      const { signal } = options
      signal.throwIfAborted()
      tasks++
      said.length = 0
      peakBytes = 0
      healthy = false
      hold(child, true)
      if (child.pid) await resetPeak(child.pid)
      let looking = false
      const sampler = setInterval(async () => {
        if (looking) return
        looking = true
        await look().catch(() => undefined)
        looking = false
      }, SAMPLE_MS)
      try {
        const ended = new Promise<unknown>((resolve, reject) => {
          current = { options, settle: e => ('output' in e ? resolve(e.output) : reject(e.error)) }
        })
        if (!alive) throw new DataCrash('The data process ended before the work began.')
        signal.addEventListener('abort', kill, { once: true })
        child.send({ type: 'run', name, input } satisfies ToDataChild, error => error && end(error))
        void look().catch(() => undefined)
        const output = await ended
        await look()
        healthy = true
        signal.throwIfAborted()
        return output
      } catch (error) {
        if (error instanceof AppError && alive && !overLimit) healthy = true
        throw signal.aborted ? signal.reason : error
      } finally {
        current = undefined
        clearInterval(sampler)
        signal.removeEventListener('abort', kill)
        hold(child, false)
      }
    },
  }
}

function errorOf({ code, reasonCode, message, hint, details }: FromDataChild & { type: 'failed' }): Error {
  if (!code) return new DataCrash(message)
  return reasonCode ? new DataFailure(code, reasonCode, message, hint) : new AppError(code, message, { hint, details })
}

/** An idle process must not keep its worker from ending. */
function hold(child: ChildProcess, keep: boolean): void {
  const streams = [child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[]
  for (const handle of [child, child.channel, ...streams]) handle?.[keep ? 'ref' : 'unref']()
}

function crash(code: number | null, signal: NodeJS.Signals | null, said: readonly string[]): DataCrash {
  const how = signal ? `was ended by ${signal}` : `ended with status ${code}`
  const why = signal === 'SIGKILL' ? ' (the operating system does so when memory runs out)' : ''
  const last = said.length > 0 ? ` It said last: ${said.slice(-3).join(' / ').slice(0, 500)}` : ''
  return new DataCrash(`The data process ${how}${why}.${last}`)
}
