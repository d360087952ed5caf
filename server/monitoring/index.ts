export { checkEndpoint } from './check-endpoint.ts'
export { type CheckResult, completeCheck, failCheck } from './complete-check.ts'
export { ensureSchedule } from './ensure-schedule.ts'
export { checkEndpointJob } from './jobs.ts'
export { listMonitors, readStatus } from './read-status.ts'
export { decideVerdict, RULES_VERSION, type VerdictInput } from './rules/decide-verdict.ts'
export {
  measureTraffic,
  newestChecks,
  type Report,
  streamTraffic,
  type Traffic,
  type TrafficRow,
  touchCheck,
  type WindowRow,
} from './store.ts'
