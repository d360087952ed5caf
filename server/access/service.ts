/** Public interface of access for other domains, workers and serve: no caller, no authorization. */
export { nameActorKeys } from './name-actors.ts'
export { type LiveToken, listLiveTokens, nameAccessSubjects, touchTokens } from './store.ts'
