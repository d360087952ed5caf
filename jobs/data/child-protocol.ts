import type { ErrorCode, ErrorDetail } from '#server/kernel/errors.ts'

export type ToDataChild = { type: 'run'; name: string; input: unknown }

export type FromDataChild =
  | { type: 'progress'; done: number; note?: string }
  | { type: 'line'; level: 'info' | 'warn' | 'error'; text: string }
  | { type: 'done'; output: unknown }
  /** `code` set: an `AppError`, in words for the person; trying again gives the same. */
  | { type: 'failed'; code?: ErrorCode; reasonCode?: string; message: string; hint?: string; details?: ErrorDetail[] }
