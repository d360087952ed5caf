import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** The whole environment of a child process: never a database address, never a key. */
const ALLOWED_VARIABLES = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH']
const SHELL = '/bin/sh'

export interface ChildOptions {
  entry: URL
  /** Heap of V8. */
  heapMb: number
  /**
   * The kernel refuses writable memory beyond this, however fast it is asked for: a second line behind the sampled limit. It counts what
   * Node reserves, so it must be about 1 GiB above that limit. Linux only.
   */
  hardLimitBytes?: number
}

/** Starts a child process with an IPC channel. */
export function forkChild({ entry, heapMb, hardLimitBytes }: ChildOptions): ChildProcess {
  const node = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${heapMb}`,
    fileURLToPath(entry),
  ] as const
  const limited = hardLimitBytes !== undefined && process.platform === 'linux' && existsSync(SHELL)
  // The shell becomes Node by `exec`: same process id, same channel.
  const [command, ...rest] = limited
    ? [SHELL, '-c', 'ulimit -d "$0"; exec "$@"', String(Math.ceil(hardLimitBytes / 1024)), ...node]
    : node
  return spawn(command, rest, {
    cwd: tmpdir(),
    env: {
      NODE_ENV: 'production',
      TZ: 'UTC',
      ...Object.fromEntries(ALLOWED_VARIABLES.flatMap(k => (process.env[k] ? [[k, process.env[k]]] : []))),
    },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

/** Calls `line` for each line that the child prints. */
export function followLines(child: ChildProcess, line: (text: string) => void): void {
  for (const stream of [child.stdout, child.stderr] as Readable[]) createInterface({ input: stream }).on('line', line)
}

/** Samples again only when the last sample has ended. Returns what stops it. */
export function startSampling(intervalMs: number, sample: () => Promise<void>): () => void {
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    await sample().catch(() => undefined)
    busy = false
  }, intervalMs)
  return () => clearInterval(timer)
}

/** An idle process must not keep its parent from ending. */
export function keepParentAlive(child: ChildProcess, keep: boolean): void {
  const streams = [child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[]
  for (const handle of [child, child.channel, ...streams]) handle?.[keep ? 'ref' : 'unref']()
}

export function describeExit(code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): string {
  const how = signal ? `was ended by ${signal}` : `ended with status ${code}`
  const why = signal === 'SIGKILL' ? ' (the operating system does so when memory runs out)' : ''
  const last = lines.length > 0 ? ` Last output: ${lines.slice(-3).join(' / ').slice(0, 500)}` : ''
  return `${how}${why}.${last}`
}
