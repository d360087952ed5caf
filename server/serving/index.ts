/** Public interface of serving for the API: use cases that authorize their caller first. */
export { changeRowPolicy } from './change-policy.ts'
export { choosePrimary } from './choose-primary.ts'
export { predictDataset } from './predict-dataset.ts'
export { promoteVersion } from './promote-version.ts'
export {
  listEndpoints,
  readHistory,
  readLiveStats,
  readPredictions,
  showEndpoint,
} from './read-endpoints.ts'
export { retryModel } from './retry-model.ts'
export { rollbackEndpoint } from './rollback-endpoint.ts'
export { mintTryIt, TRY_IT_SECONDS } from './rules/try-it-token.ts'
