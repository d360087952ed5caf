export const TASKS = ['regression', 'binary', 'multiclass'] as const
export const SPLITS = ['random', 'stratified', 'time', 'group'] as const
export const RUN_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type RunState = (typeof RUN_STATES)[number]

/** What may be done with a run, by its state. Pages show a button only when its action is here. */
export const RUN_ACTIONS = {
  queued: ['cancel'],
  running: ['cancel'],
  succeeded: ['register', 'evaluate', 'clone'],
  failed: ['clone'],
  cancelled: ['clone'],
} as const satisfies Record<RunState, readonly string[]>

export const MAX_TRIALS = 200
export const MAX_COMPARED = 50
/** Of more runs only the metrics are compared, without the intervals and curves of each. */
export const MAX_OVERLAID = 12
