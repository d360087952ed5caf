import { fileURLToPath } from 'node:url'
import type { MetricPoint } from '#server/training/service.ts'
import type { Stop } from '../runtime/run-attempt.ts'
import { startWatchedChild } from '../runtime/watched-child.ts'
import { endGroup } from './command/run-process.ts'
import type { FromChild, ToChild, TrainOutcome, TrainTask } from './protocol.ts'
import { outOfMemory, TrainingCrash, TrainingFailure } from './training-failure.ts'

const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url))
/** Asked to stop, a process has this long before it is killed. */
const ABORT_GRACE_MS = 1_000

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

export function startTrainingChild(study: string, limitBytes: number): TrainingChild {
  const child = startWatchedChild<FromChild>({
    entry: ENTRY,
    called: 'The training process',
    // Typed arrays live outside of this heap; the limit of the whole process is watched from here.
    heapMb: Math.max(64, Math.floor((limitBytes / 2 ** 20) * 0.8)),
    limitBytes,
    // A heap that is full has used what there is, whatever the last look saw.
    outOfMemory: (peakBytes, heapFull) =>
      outOfMemory(heapFull ? Math.max(peakBytes, limitBytes) : peakBytes, limitBytes),
    crashed: words => new TrainingCrash(words),
  })
  return {
    study,
    limitBytes,
    get runs() {
      return child.worked
    },
    get residentBytes() {
      return child.residentBytes
    },
    get alive() {
      return child.alive
    },
    kill: child.kill,
    async train(task, hooks, signal) {
      let group: number | undefined
      const { value, peakBytes } = await child
        .converse<TrainOutcome>({
          begin: { type: 'train', task } satisfies ToChild,
          heard(message, settle) {
            if (message.type === 'points') hooks.points(message.points)
            else if (message.type === 'progress') hooks.progress(message.done, message.note)
            else if (message.type === 'line') hooks.line('info', message.text)
            else if (message.type === 'command') group = message.pid
            else if (message.type === 'done') settle({ value: message.outcome })
            else if (message.type === 'aborted') settle({ error: new Error('aborted') })
            else settle({ error: errorOf(message) })
          },
          said: text => hooks.line('warn', text),
          memory: hooks.memory,
          signal,
          abort(reason) {
            if ((reason as Stop).why !== 'cancelled') return void child.kill()
            child.post({ type: 'abort' } satisfies ToChild)
            const grace = setTimeout(child.kill, ABORT_GRACE_MS)
            return () => clearTimeout(grace)
          },
        })
        // A process that was killed could not end what it had started.
        .finally(() => group !== undefined && endGroup(group))
      return { ...value, peakMemoryBytes: peakBytes }
    },
  }
}

const errorOf = ({ engine, code, message, hint }: FromChild & { type: 'failed' }): Error =>
  engine ? new TrainingFailure('invalid', code.replaceAll('-', '_'), message, hint) : new TrainingCrash(message)
