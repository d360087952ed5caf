import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { MetricPoint } from '#server/training/index.ts'
import type { Stop } from '../runtime/run-attempt.ts'
import { measureTree, resetPeak, type TreeMemory } from './measure-memory.ts'
import type { FromChild, ToChild, TrainOutcome, TrainTask } from './protocol.ts'
import { outOfMemory, TrainingCrash, TrainingFailure } from './training-failure.ts'

const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url))
const SAMPLE_MS = 200
/** Asked to stop, a process has this long before it is killed. */
const ABORT_GRACE_MS = 1_000
const KEPT_LINES = 12

/** The whole environment of a training process: never a database address, never a key. */
const ALLOWED_VARIABLES = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH']

export interface Hooks {
  points(points: MetricPoint[]): void
  progress(done: number, note: string): void
  line(level: 'info' | 'warn', text: string): void
  memory(pid: number, peakBytes: number): void
}

export interface TrainingChild {
  /** The experiment it works for. */
  readonly study: string
  readonly limitBytes: number
  readonly runs: number
  /** At the last look. */
  readonly residentBytes: number
  readonly alive: boolean
  /** Throws `TrainingFailure` (refused, out of memory), `TrainingCrash`, or the signal's reason. */
  train(task: TrainTask, hooks: Hooks, signal: AbortSignal): Promise<TrainOutcome & { peakMemoryBytes: number }>
  kill(): void
}

/** What waits for the process's next word; absent while it is idle. */
interface Current {
  hooks: Hooks
  settle(end: { outcome: TrainOutcome } | { error: unknown }): void
}

export function startTrainingChild(study: string, limitBytes: number): TrainingChild {
  const child = fork(ENTRY, [], {
    cwd: tmpdir(),
    env: {
      NODE_ENV: 'production',
      TZ: 'UTC',
      ...Object.fromEntries(ALLOWED_VARIABLES.flatMap(k => (process.env[k] ? [[k, process.env[k]]] : []))),
    },
    // Typed arrays live outside of this heap; the limit of the whole process is watched from here.
    execArgv: [`--max-old-space-size=${Math.max(64, Math.floor((limitBytes / 2 ** 20) * 0.8))}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const said: string[] = []
  let current: Current | undefined
  let memory: TreeMemory | undefined
  let peakBytes = 0
  let overLimit = false
  let runs = 0
  let alive = true

  for (const stream of [child.stdout, child.stderr] as Readable[])
    createInterface({ input: stream }).on('line', text => {
      said.push(text)
      if (said.length > KEPT_LINES) said.shift()
      current?.hooks.line('warn', text)
    })
  const kill = () => void child.kill('SIGKILL')
  const end = (error: unknown) => {
    alive = false
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
        ? outOfMemory(Math.max(peakBytes, heap ? limitBytes : 0), limitBytes)
        : crash(code, signal, said),
    )
  })
  child.on('message', (message: FromChild) => {
    if (!current) return
    const { hooks, settle } = current
    if (message.type === 'points') hooks.points(message.points)
    else if (message.type === 'progress') hooks.progress(message.done, message.note)
    else if (message.type === 'line') hooks.line('info', message.text)
    else if (message.type === 'done') settle({ outcome: message.outcome })
    else if (message.type === 'aborted') settle({ error: new Error('aborted') })
    else if (message.type === 'failed')
      settle({
        error: message.engine
          ? new TrainingFailure('invalid', message.code.replaceAll('-', '_'), message.message, message.hint)
          : new TrainingCrash(message.message),
      })
  })

  const look = async () => {
    const seen = child.pid === undefined ? undefined : await measureTree(child.pid)
    if (!seen) return
    memory = seen
    peakBytes = Math.max(peakBytes, seen.peakBytes)
    if (child.pid) current?.hooks.memory(child.pid, peakBytes)
    if (seen.residentBytes <= limitBytes || overLimit) return
    overLimit = true
    kill()
  }

  const post = (message: ToChild) => {
    if (child.connected) child.send(message, () => undefined)
  }

  return {
    study,
    limitBytes,
    get runs() {
      return runs
    },
    get residentBytes() {
      return memory?.residentBytes ?? 0
    },
    get alive() {
      return alive
    },
    kill,
    async train(task, hooks, signal) {
      signal.throwIfAborted()
      if (!alive) throw new TrainingCrash('The training process had ended before the run began.')
      runs++
      said.length = 0
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
      let grace: NodeJS.Timeout | undefined
      const abort = () => {
        const { why } = signal.reason as Stop
        if (why !== 'cancelled') return kill()
        post({ type: 'abort' })
        grace = setTimeout(kill, ABORT_GRACE_MS)
      }
      try {
        const ended = new Promise<TrainOutcome>((resolve, reject) => {
          current = { hooks, settle: e => ('outcome' in e ? resolve(e.outcome) : reject(e.error)) }
        })
        if (!alive) throw new TrainingCrash('The training process ended before the run began.')
        signal.addEventListener('abort', abort, { once: true })
        post({ type: 'train', task })
        void look().catch(() => undefined)
        const outcome = await ended
        await look()
        signal.throwIfAborted()
        return { ...outcome, peakMemoryBytes: peakBytes }
      } catch (error) {
        throw signal.aborted ? signal.reason : error
      } finally {
        current = undefined
        clearInterval(sampler)
        clearTimeout(grace)
        signal.removeEventListener('abort', abort)
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

function crash(code: number | null, signal: NodeJS.Signals | null, said: readonly string[]): TrainingCrash {
  const how = signal ? `was ended by ${signal}` : `ended with status ${code}`
  const why = signal === 'SIGKILL' ? ' (the operating system does so when memory runs out)' : ''
  const last = said.length > 0 ? ` It said last: ${said.slice(-3).join(' / ').slice(0, 500)}` : ''
  return new TrainingCrash(`The training process ${how}${why}.${last}`)
}
