/** The door for people: use cases that authorize their caller first. */
export { checkEndpoint } from './check-endpoint.ts'
export type { CheckResult } from './complete-check.ts'
export { listMonitors, readStatus } from './read-status.ts'
export type { VerdictInput } from './rules/decide-verdict.ts'
export type { Traffic, TrafficRow } from './store.ts'
