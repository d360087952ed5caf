/** States of all work: jobs, runs, ingestions, evaluations, checks. `waiting`: for an approval, a timer or input. */
export const WORK_STATES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'skipped'] as const
export type WorkState = (typeof WORK_STATES)[number]

/** True while the work can still change its state by itself. */
export const isActive = (state: string | null | undefined): boolean =>
  state === 'queued' || state === 'running' || state === 'waiting'

/** True when the work has ended, for better or worse. */
export const isTerminal = (state: string | null | undefined): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'skipped'

/** Accepts `done`, the word for `succeeded` in links and files written by earlier versions. */
export const readState = (state: string): string => (state === 'done' ? 'succeeded' : state)
