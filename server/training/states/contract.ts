export const TASKS = ['regression', 'binary', 'multiclass'] as const
export const SPLITS = ['random', 'stratified', 'time', 'group'] as const
export const RUN_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type RunState = (typeof RUN_STATES)[number]

/** Allowed actions on a run by its state. Pages show a button only for these. */
export const RUN_ACTIONS = {
  queued: ['cancel'],
  running: ['cancel'],
  succeeded: ['register', 'evaluate', 'clone'],
  failed: ['clone'],
  cancelled: ['clone'],
} as const satisfies Record<RunState, readonly string[]>

export const MAX_TRIALS = 200
export const MAX_COMPARED = 50
/** For more runs only the metrics are compared, without intervals and curves. */
export const MAX_OVERLAID = 12
