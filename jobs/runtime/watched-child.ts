import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { measureTree, resetPeak } from './measure-memory.ts'

const SAMPLE_MS = 200
const KEPT_LINES = 12

/** The whole environment of a process that works on people's data: never a database address, never a key. */
const ALLOWED_VARIABLES = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH']

export interface ChildKind {
  /** Path of the module that the process runs. */
  entry: string
  /** As sentences call it: "The training process". */
  called: string
  /** Node's own heap; typed arrays, DuckDB and TensorFlow lie outside of it. */
  heapMb: number
  /** Most resident memory of it and all below it; above, it is killed. */
  limitBytes: number
  /** `heapFull`: Node gave up before the limit of the whole process was reached. */
  outOfMemory(peakBytes: number, heapFull: boolean): Error
  crashed(words: string): Error
}

/** One piece of work: what is said to the process, and what is done with what it says. */
export interface Conversation<M, T> {
  begin: unknown
  heard(message: M, settle: (end: { value: T } | { error: unknown }) => void): void
  /** A line on its standard output or error. */
  said?(text: string): void
  memory?(pid: number, peakBytes: number): void
  signal: AbortSignal
  /** What the signal does; answers with what is undone when the work has ended. */
  abort(reason: unknown): (() => void) | undefined
}

export interface WatchedChild<M> {
  /** Pieces of work it was given. */
  readonly worked: number
  /** At the last look. */
  readonly residentBytes: number
  readonly alive: boolean
  readonly overLimit: boolean
  kill(): void
  post(message: unknown): void
  /** Throws what `heard` settles with, the kind's errors when the process ends, or the signal's reason. */
  converse<T>(conversation: Conversation<M, T>): Promise<{ value: T; peakBytes: number }>
}

/** A process of ours for work that may need too much memory or end in native code: it costs its own work and nothing else. */
export function startWatchedChild<M>(kind: ChildKind): WatchedChild<M> {
  const { limitBytes, called } = kind
  const child = fork(kind.entry, [], {
    cwd: tmpdir(),
    env: {
      NODE_ENV: 'production',
      TZ: 'UTC',
      ...Object.fromEntries(ALLOWED_VARIABLES.flatMap(k => (process.env[k] ? [[k, process.env[k]]] : []))),
    },
    execArgv: [`--max-old-space-size=${kind.heapMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const lines: string[] = []
  /** What waits for the process's next word; absent while it is idle. */
  let current:
    | (Pick<Conversation<M, unknown>, 'said' | 'memory'> & { heard(message: M): void; fail(error: unknown): void })
    | undefined
  let residentBytes = 0
  let peakBytes = 0
  let overLimit = false
  let worked = 0
  let alive = true

  for (const stream of [child.stdout, child.stderr] as Readable[])
    createInterface({ input: stream }).on('line', text => {
      lines.push(text)
      if (lines.length > KEPT_LINES) lines.shift()
      current?.said?.(text)
    })
  const kill = () => void child.kill('SIGKILL')
  const end = (error: unknown) => {
    alive = false
    current?.fail(error)
  }
  child.on('error', end)
  child.on('exit', () => {
    alive = false
  })
  // Not `exit`: its last words come before `close`.
  child.on('close', (code, signal) => {
    const heap = lines.some(line => line.includes('heap out of memory'))
    end(
      overLimit || heap
        ? kind.outOfMemory(Math.max(peakBytes, heap ? kind.heapMb * 2 ** 20 : 0), heap)
        : kind.crashed(`${called} ${describeExit(code, signal, lines)}`),
    )
  })
  child.on('message', (message: M) => current?.heard(message))

  const look = async () => {
    const seen = child.pid === undefined ? undefined : await measureTree(child.pid)
    if (!seen) return
    residentBytes = seen.residentBytes
    peakBytes = Math.max(peakBytes, seen.peakBytes)
    if (child.pid) current?.memory?.(child.pid, peakBytes)
    if (seen.residentBytes <= limitBytes || overLimit) return
    overLimit = true
    kill()
  }
  const post = (message: unknown) => {
    if (child.connected) child.send(message as object, error => error && end(error))
  }

  return {
    get worked() {
      return worked
    },
    get residentBytes() {
      return residentBytes
    },
    get alive() {
      return alive
    },
    get overLimit() {
      return overLimit
    },
    kill,
    post,
    async converse<T>({ begin, heard, said, memory, signal, abort }: Conversation<M, T>) {
      signal.throwIfAborted()
      if (!alive) throw kind.crashed(`${called} had ended before the work began.`)
      worked++
      lines.length = 0
      peakBytes = 0
      hold(child, true)
      if (child.pid) await resetPeak(child.pid)
      let looking = false
      const sampler = setInterval(async () => {
        if (looking) return
        looking = true
        await look().catch(() => undefined)
        looking = false
      }, SAMPLE_MS)
      let undo: (() => void) | undefined
      const stop = () => {
        undo = abort(signal.reason)
      }
      try {
        const ended = new Promise<T>((resolve, reject) => {
          const settle = (e: { value: T } | { error: unknown }) => ('value' in e ? resolve(e.value) : reject(e.error))
          current = { said, memory, heard: message => heard(message, settle), fail: reject }
        })
        if (!alive) throw kind.crashed(`${called} ended before the work began.`)
        signal.addEventListener('abort', stop, { once: true })
        post(begin)
        void look().catch(() => undefined)
        const value = await ended
        await look()
        signal.throwIfAborted()
        return { value, peakBytes }
      } catch (error) {
        throw signal.aborted ? signal.reason : error
      } finally {
        current = undefined
        clearInterval(sampler)
        undo?.()
        signal.removeEventListener('abort', stop)
        hold(child, false)
      }
    },
  }
}

/** An idle process must not keep its worker from ending. */
function hold(child: ChildProcess, keep: boolean): void {
  const streams = [child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[]
  for (const handle of [child, child.channel, ...streams]) handle?.[keep ? 'ref' : 'unref']()
}

function describeExit(code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): string {
  const how = signal ? `was ended by ${signal}` : `ended with status ${code}`
  const why = signal === 'SIGKILL' ? ' (the operating system does so when memory runs out)' : ''
  const last = lines.length > 0 ? ` It said last: ${lines.slice(-3).join(' / ').slice(0, 500)}` : ''
  return `${how}${why}.${last}`
}
