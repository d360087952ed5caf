/** The door for other domains, workers and the inference server: no caller, no authorization. */
export { completeCheck, failCheck } from './complete-check.ts'
export { ensureSchedule } from './ensure-schedule.ts'
export { checkEndpointJob } from './jobs.ts'
export { decideVerdict, RULES_VERSION } from './rules/decide-verdict.ts'
export { measureTraffic, newestChecks, type Report, streamTraffic, touchCheck, type WindowRow } from './store.ts'
