/** The door for other domains, workers and the inference server: no caller, no authorization. */
export { nameActorKeys } from './name-actors.ts'
