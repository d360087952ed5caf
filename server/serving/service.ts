/** Public interface of serving for other domains, workers and serve: no caller, no authorization. */
export { describeEndpoint, describeEndpoints, describeHistory } from './describe-endpoints.ts'
export { predictDatasetJob } from './jobs.ts'
export { recordOutage } from './models/record-outage.ts'
export { latencyBucket } from './rules/read-latency.ts'
export { resolveInstant } from './rules/resolve-instant.ts'
export { readTryIt } from './rules/try-it-token.ts'
export { saveFeedback } from './save-feedback.ts'
export {
  deleteDeadInstances,
  insertPredictionLines,
  listDesired,
  type NamedEndpoint,
  nameEndpointSubjects,
  nameEndpoints,
  type StatsRow,
  upsertInstances,
  upsertStats,
} from './store.ts'
export {
  countTraffic,
  type DayCount,
  exportTraffic,
  listAnsweringVersions,
  type TrafficRow,
} from './traffic/store.ts'
