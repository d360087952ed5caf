/** Public interface of the registry for other domains, workers and serve: no caller, no authorization. */
export { type ModelVersion, versionById, versionOf } from './read-models.ts'
export { requirePromotion } from './rules/require-promotion.ts'
export { setAlias } from './set-alias.ts'
export { type NamedModelVersion, nameModels, nameModelVersions } from './store.ts'
