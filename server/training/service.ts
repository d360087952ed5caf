/** Public interface of training for other domains, workers and serve: no caller, no authorization. */
export { COMMAND_TRAINER, readCommand } from './command.ts'
export { trainRunJob } from './jobs.ts'
export { appendPoints, type MetricPoint } from './points/store.ts'
export { completeRun, type RunToTrain, settleRun, startRun } from './progress-run.ts'
export { describeRun } from './read-runs.ts'
export { chooseColumns, toEngineSchema } from './rules/choose-columns.ts'
export type { RunResult } from './run-result.ts'
export { findRunById, listMeasured, type NamedRun, nameExperiments, nameRuns } from './store.ts'
