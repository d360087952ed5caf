import type { FailureMessage } from './task-failure.ts'

export type ToTask = { type: 'run'; module: string; function: string; nice: number; input: unknown } | { type: 'abort' }

export type FromTask =
  | { type: 'progress'; done: number; note?: string }
  | { type: 'line'; level: 'info' | 'warn' | 'error'; text: string }
  | { type: 'event'; event: unknown }
  | { type: 'group'; processGroupId: number }
  | { type: 'done'; output: unknown }
  | { type: 'aborted' }
  | FailureMessage

/** `open` once, then `call` by `call`: the next one is sent when the last one is answered. */
export type ToService =
  | { type: 'open'; module: string; function: string; nice: number; input: unknown }
  | { type: 'call'; input: unknown }

export type FromService = { type: 'answer'; output: unknown } | FailureMessage
