export { choosePrimary } from './choose-primary.ts'
export { promoteVersion } from './promote-version.ts'
export {
  type History,
  listEndpoints,
  readHistory,
  readLiveStats,
  readPredictions,
  showEndpoint,
} from './read-endpoints.ts'
export { rollbackEndpoint } from './rollback-endpoint.ts'
export { latencyBucket } from './rules/read-latency.ts'
export { resolveInstant } from './rules/resolve-instant.ts'
export { mintTryIt, readTryIt, TRY_IT_SECONDS } from './rules/try-it-token.ts'
export { saveFeedback } from './save-feedback.ts'
export {
  deleteDeadInstances,
  insertPredictionLines,
  listDesired,
  listLiveTokens,
  type NamedEndpoint,
  nameEndpoints,
  type StatsRow,
  upsertInstances,
  upsertStats,
} from './store.ts'
