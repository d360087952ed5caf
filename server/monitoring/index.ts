/** The door for people: use cases that authorize their caller first. */
export { checkEndpoint } from './check-endpoint.ts'
export { listMonitors, readStatus } from './read-status.ts'
