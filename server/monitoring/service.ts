/** Public interface of monitoring for other domains, workers and serve: no caller, no authorization. */
export { completeCheck, failCheck } from './complete-check.ts'
export { ensureSchedule } from './ensure-schedule.ts'
export { checkEndpointJob } from './jobs.ts'
export { decideVerdict, manyFailed, RULES_VERSION } from './rules/decide-verdict.ts'
export {
  type MeasuredWindow,
  planWindows,
  type WindowBasis,
  type WindowPlan,
  type WindowSummaries,
} from './rules/plan-windows.ts'
export {
  listBases,
  listWindows,
  newestChecks,
  type Report,
  touchCheck,
} from './store.ts'
