/** Public interface of monitoring for other domains, workers and serve: no caller, no authorization. */
export { completeCheck, failCheck } from './complete-check.ts'
export { ensureSchedule } from './ensure-schedule.ts'
export { checkEndpointJob } from './jobs.ts'
export { decideVerdict, RULES_VERSION } from './rules/decide-verdict.ts'
export {
  type DayCount,
  type MeasuredWindow,
  planWindows,
  type WindowBasis,
  type WindowPlan,
  type WindowSummaries,
} from './rules/plan-windows.ts'
export {
  countTraffic,
  exportTraffic,
  listAnsweringVersions,
  listBases,
  listWindows,
  newestChecks,
  type Report,
  type TrafficRow,
  touchCheck,
} from './store.ts'
