/** Public interface of the registry for the API: use cases that authorize their caller first. */
export { describeModel } from './describe-model.ts'
export { exportVersion } from './export-version.ts'
export { importVersion } from './import-version.ts'
export { listModels, showModel } from './read-models.ts'
export { type Registered, registerVersion } from './register-version.ts'
