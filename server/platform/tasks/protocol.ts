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
