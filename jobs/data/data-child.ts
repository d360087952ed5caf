import { fileURLToPath } from 'node:url'
import { AppError } from '#server/kernel/errors.ts'
import { startWatchedChild } from '../runtime/watched-child.ts'
import type { FromDataChild, ToDataChild } from './child-protocol.ts'
import { DataCrash, DataFailure, outOfMemory } from './data-failure.ts'
import type { RunTaskOptions } from './task-report.ts'

const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url))
/** Plain JSON in and out; DuckDB's memory lies outside of it. */
const HEAP_MB = 512

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

export function startDataChild(limitBytes: number): DataChild {
  const child = startWatchedChild<FromDataChild>({
    entry: ENTRY,
    called: 'The data process',
    heapMb: HEAP_MB,
    limitBytes,
    outOfMemory: peakBytes => outOfMemory(peakBytes, limitBytes),
    crashed: words => new DataCrash(words),
  })
  let healthy = true
  return {
    limitBytes,
    get tasks() {
      return child.worked
    },
    get residentBytes() {
      return child.residentBytes
    },
    get alive() {
      return child.alive
    },
    get healthy() {
      return child.alive && healthy
    },
    kill: child.kill,
    async run(name, input, options) {
      healthy = false
      try {
        const { value } = await child.converse<unknown>({
          begin: { type: 'run', name, input } satisfies ToDataChild,
          heard(message, settle) {
            if (message.type === 'progress') options.progress(message.done, message.note)
            else if (message.type === 'line') options.line(message.level, message.text)
            else if (message.type === 'done') settle({ value: message.output })
            else settle({ error: errorOf(message) })
          },
          memory: options.memory,
          signal: options.signal,
          abort: () => void child.kill(),
        })
        healthy = true
        return value
      } catch (error) {
        if (error instanceof AppError && child.alive && !child.overLimit && !options.signal.aborted) healthy = true
        throw error
      }
    },
  }
}

function errorOf({ code, reasonCode, message, hint, details }: FromDataChild & { type: 'failed' }): Error {
  if (!code) return new DataCrash(message)
  return reasonCode ? new DataFailure(code, reasonCode, message, hint) : new AppError(code, message, { hint, details })
}
