/** States of all work: jobs, runs, ingestions, evaluations, checks. `waiting`: for an approval, a timer or input. */
export const WORK_STATES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'skipped'] as const
export type WorkState = (typeof WORK_STATES)[number]

/** Returns true while the work can still change its state by itself. */
export const isActive = (state: string | null | undefined): boolean =>
  state === 'queued' || state === 'running' || state === 'waiting'

/** Returns true if the work has ended, successfully or not. */
export const isTerminal = (state: string | null | undefined): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'skipped'

/** Maps `done` to `succeeded`: links and files of earlier versions contain the old name. */
export const readState = (state: string): string => (state === 'done' ? 'succeeded' : state)
