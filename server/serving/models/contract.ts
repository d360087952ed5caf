/** Why a model gets no requests, with the facts that its message needs. Memory in MB, times in milliseconds. */
export interface OutageFacts {
  'out-of-memory': { limitMb: number }
  'deadline-exceeded': { limitMs: number; rows: number }
  'start-timeout': { limitMs: number }
  'process-crashed': { times: number; detail: string }
  'over-budget': { neededMb: number; budgetMb: number }
  'start-failed': { detail: string }
}
export type OutageCode = keyof OutageFacts
export const OUTAGE_CODES = [
  'out-of-memory',
  'deadline-exceeded',
  'start-timeout',
  'process-crashed',
  'over-budget',
  'start-failed',
] as const satisfies readonly OutageCode[]

export type Outage = { [C in OutageCode]: { code: C; facts: OutageFacts[C]; at: string } }[OutageCode]

/** `out`: taken out of traffic. `unloaded`: loaded again by the next request. */
export const LOAD_STATES = ['loaded', 'loading', 'unloaded', 'out'] as const
export type LoadState = (typeof LOAD_STATES)[number]

/** A model of an endpoint in one serve process. */
export interface ServedModel {
  model: string
  version: number
  state: LoadState
  /** True: in a process of its own, because code of others runs it. */
  isolated: boolean
  /** Memory in use: of its process, or estimated by the size of the model in the server's own. 0: not loaded. */
  memoryBytes: number
  lastUsedAt: string | null
  outage: Outage | null
}

/** What a serve process reports of an endpoint. */
export interface ModelReport {
  /** The revision that could not be loaded; null: none. */
  failedRevision: number | null
  /** Of all models of the process, whatever their endpoint. */
  loadedBytes: number
  budgetBytes: number
  models: ServedModel[]
}

export interface ShownModel extends ServedModel {
  /** Why it is out of traffic, as a clause; null: it is not. */
  reason: string | null
}

/** A report with the process that made it. */
export interface ServerModels extends Omit<ModelReport, 'failedRevision' | 'models'> {
  models: ShownModel[]
  host: string
  pid: number
}
