import type { Logger } from '#server/kernel/log.ts'
import type { DesiredEndpoint } from '#server/serving/contract.ts'
import { EndpointStats } from '../http/endpoint-stats.ts'
import { type LoadedModel, loadModel } from './load-model.ts'
import type { StateFolder } from './saved-state.ts'

/** One endpoint as this process answers it. Replaced as a whole: a request keeps the one it began with. */
export interface LiveEndpoint {
  desired: DesiredEndpoint
  loaded: LoadedModel
  stats: EndpointStats
}

export interface Observed {
  projectId: string
  endpointId: string
  observedRevision: number
  error: string | null
}

const keyOf = (project: string, endpoint: string) => `${project}/${endpoint}`

/** Which model answers below which path, moved to what is desired without a request noticing. */
export class RouteTable {
  readonly #state: StateFolder
  readonly #log: Logger
  #live = new Map<string, LiveEndpoint>()
  readonly #stats = new Map<string, EndpointStats>()
  /** Models by digest and version, so that going back finds the one before still loaded. */
  readonly #models = new Map<string, LoadedModel>()
  readonly #failed = new Map<string, { projectId: string; revision: number; error: string }>()

  constructor(state: StateFolder, log: Logger) {
    this.#state = state
    this.#log = log
  }

  find(project: string, endpoint: string): LiveEndpoint | undefined {
    return this.#live.get(keyOf(project, endpoint))
  }

  get all(): LiveEndpoint[] {
    return [...this.#live.values()]
  }
  get allStats(): EndpointStats[] {
    return [...this.#stats.values()]
  }

  /** What is answered with now, and what could not be loaded. */
  observed(): Observed[] {
    const seen = this.all.map(({ desired: d }) => ({
      projectId: d.projectId,
      endpointId: d.endpointId,
      observedRevision: d.revision,
      error: this.#failed.get(d.endpointId)?.error ?? null,
    }))
    const answering = new Set(seen.map(s => s.endpointId))
    for (const [endpointId, { projectId, error }] of this.#failed)
      if (!answering.has(endpointId)) seen.push({ projectId, endpointId, observedRevision: 0, error })
    return seen
  }

  /** Loads what changed, fully and warmed up, then swaps it in. Tells whether anything did. */
  async apply(desired: readonly DesiredEndpoint[]): Promise<boolean> {
    let changed = false
    const next = new Map<string, LiveEndpoint>()
    for (const d of desired) {
      const key = keyOf(d.slug, d.endpoint)
      const now = this.#live.get(key)
      if (now && now.desired.revision === d.revision && now.desired.endpointId === d.endpointId) {
        next.set(key, now)
        continue
      }
      const failed = this.#failed.get(d.endpointId)
      try {
        const loaded = await this.#load(d)
        const live = { desired: d, loaded, stats: this.#statsOf(d) }
        next.set(key, live)
        // At once, not after the other endpoints have loaded theirs.
        this.#live.set(key, live)
        this.#failed.delete(d.endpointId)
        changed = true
      } catch (error) {
        const message = (error as Error).message
        if (failed?.revision !== d.revision)
          this.#log.error({ err: error, endpoint: key, revision: d.revision }, 'a version could not be loaded')
        this.#failed.set(d.endpointId, { projectId: d.projectId, revision: d.revision, error: message })
        if (now) next.set(key, now)
        changed = failed?.error !== message || changed
      }
    }
    const wanted = new Set(desired.map(d => d.endpointId))
    for (const endpointId of this.#failed.keys()) if (!wanted.has(endpointId)) this.#failed.delete(endpointId)
    if (this.#live.size !== next.size) changed = true
    this.#live = next
    if (changed) this.#forgetUnused()
    return changed
  }

  #statsOf(d: DesiredEndpoint): EndpointStats {
    let stats = this.#stats.get(d.endpointId)
    if (!stats) {
      stats = new EndpointStats(d.projectId, d.endpointId)
      this.#stats.set(d.endpointId, stats)
    }
    return stats
  }

  async #load(d: DesiredEndpoint): Promise<LoadedModel> {
    if (d.servable.kind === 'none') throw new Error(d.servable.reason)
    const { digest } = d.servable
    const known = this.#models.get(digest)
    if (known) return known
    const loaded = loadModel(await this.#state.bundle(digest))
    this.#models.set(digest, loaded)
    return loaded
  }

  /** Keeps what is answered with and the few loaded last, which a rollback may want. */
  #forgetUnused(): void {
    const used = new Set(this.all.map(l => l.loaded))
    const idle = [...this.#models].filter(([, loaded]) => !used.has(loaded))
    for (const [digest] of idle.slice(0, Math.max(0, idle.length - 8))) this.#models.delete(digest)
    void this.#state.keepOnly(new Set(this.#models.keys())).catch(() => undefined)
  }
}
