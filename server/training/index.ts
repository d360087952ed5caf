/** Public interface of training for the API: use cases that authorize their caller first. */
export { cancelRun } from './cancel-run.ts'
export { createDefaultExperiment } from './create-default-experiment.ts'
export { launchExperiment } from './launch-experiment.ts'
export { readLaunchOptions } from './launch-options.ts'
export { listTrainerDescriptions } from './list-trainers.ts'
export { listExperiments, showExperiment } from './read-experiments.ts'
export { readOverlay } from './read-overlay.ts'
export { compareRuns, readCurves, readRecentRuns, readRunLog, showRun } from './read-runs.ts'
