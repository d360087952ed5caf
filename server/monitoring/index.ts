/** Public interface of monitoring for the API: use cases that authorize their caller first. */
export { checkEndpoint } from './check-endpoint.ts'
export { listMonitors, readStatus } from './read-status.ts'
