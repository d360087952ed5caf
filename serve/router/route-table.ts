import type { Logger } from '#server/kernel/log.ts'
import type { DesiredEndpoint, DesiredTarget } from '#server/serving/contract.ts'
import { EndpointStats } from '../http/endpoint-stats.ts'
import { type LoadedModel, loadModel } from './load-model.ts'
import type { StateFolder } from './saved-state.ts'

export interface LiveTarget {
  desired: DesiredTarget
  loaded: LoadedModel
}

/** An endpoint with its loaded targets. Replaced as a whole: a request keeps the one that it started with. */
export interface LiveEndpoint {
  desired: DesiredEndpoint
  /** The champion first. */
  targets: readonly [LiveTarget, ...LiveTarget[]]
  stats: EndpointStats
}

export interface Observed {
  projectId: string
  endpointId: string
  observedRevision: number
  error: string | null
}

const keyOf = (project: string, endpoint: string) => `${project}/${endpoint}`

/** The endpoints by path, with their loaded models. A switch disturbs no request. */
export class RouteTable {
  readonly #state: StateFolder
  readonly #log: Logger
  #live = new Map<string, LiveEndpoint>()
  readonly #stats = new Map<string, EndpointStats>()
  /** Loaded models by digest; a rollback finds the previous one still loaded. */
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

  /** The revisions in force, with the errors of those that could not be loaded. */
  observed(): Observed[] {
    const seen = this.all.map(({ desired: d }) => ({
      projectId: d.projectId,
      endpointId: d.endpointId,
      observedRevision: d.revision,
      error: this.#failed.get(d.endpointId)?.error ?? null,
    }))
    const live = new Set(seen.map(s => s.endpointId))
    for (const [endpointId, { projectId, error }] of this.#failed)
      if (!live.has(endpointId)) seen.push({ projectId, endpointId, observedRevision: 0, error })
    return seen
  }

  /** Loads and warms up the changed revisions, then swaps them in. Returns true if anything changed. */
  async apply(desired: readonly DesiredEndpoint[]): Promise<boolean> {
    let changed = false
    const next = new Map<string, LiveEndpoint>()
    for (const d of desired) {
      const key = keyOf(d.slug, d.endpoint)
      const now = this.#live.get(key)
      if (now && now.desired.revision === d.revision && now.desired.endpointId === d.endpointId) {
        if (now.desired.policy === d.policy) next.set(key, now)
        else {
          next.set(key, { ...now, desired: d })
          changed = true
        }
        continue
      }
      const failed = this.#failed.get(d.endpointId)
      try {
        const live = { desired: d, targets: await this.#loadTargets(d), stats: this.#statsOf(d) }
        next.set(key, live)
        // Immediately: other endpoints may still take long to load.
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
    if (changed) this.#unloadUnused()
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

  /** A revision comes into force only with all of its targets. */
  async #loadTargets(d: DesiredEndpoint): Promise<LiveEndpoint['targets']> {
    const [champion, ...others] = await Promise.all(
      d.targets.map(async desired => ({ desired, loaded: await this.#load(desired.servable) })),
    )
    if (champion?.desired.role !== 'champion') throw new Error(`Revision ${d.revision} has no champion.`)
    return [champion, ...others]
  }

  async #load(servable: DesiredTarget['servable']): Promise<LoadedModel> {
    if (servable.kind === 'none') throw new Error(servable.reason)
    const { digest } = servable
    const known = this.#models.get(digest)
    if (known) return known
    const loaded = loadModel(await this.#state.bundle(digest))
    this.#models.set(digest, loaded)
    return loaded
  }

  /** Unloads unused models except the last eight, which a rollback may need. */
  #unloadUnused(): void {
    const used = new Set(this.all.flatMap(l => l.targets.map(t => t.loaded)))
    const idle = [...this.#models].filter(([, loaded]) => !used.has(loaded))
    for (const [digest] of idle.slice(0, Math.max(0, idle.length - 8))) this.#models.delete(digest)
    void this.#state.keepOnly(new Set(this.#models.keys())).catch(() => undefined)
  }
}
