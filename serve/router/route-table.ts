import type { Logger } from '#server/kernel/log.ts'
import type { DesiredEndpoint, DesiredTarget } from '#server/serving/contract.ts'
import type { ModelReport, Outage, ServedModel as ReportedModel } from '#server/serving/models/contract.ts'
import { describeOutage } from '#server/serving/models/messages.ts'
import { EndpointStats } from '../http/endpoint-stats.ts'
import { judgeStart } from '../models/judge-failure.ts'
import type { ModelPool } from '../models/model-pool.ts'
import type { ServedModel } from '../models/served-model.ts'

export interface LiveTarget {
  desired: DesiredTarget
  loaded: ServedModel
}

/** An endpoint with its targets. Replaced as a whole: a request keeps the one that it started with. */
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
  models: ModelReport
}

/** A model of an endpoint that was taken out of traffic. */
export interface TargetOutage {
  desired: DesiredEndpoint
  target: DesiredTarget
  outage: Outage
}

/** A revision that could not be put in force. `final`: another try gives the same. */
interface Failed {
  projectId: string
  revision: number
  attempt: string
  error: string
  final: boolean
}

const keyOf = (project: string, endpoint: string) => `${project}/${endpoint}`
/** A revision is tried once, and once more for each request of a person. */
const attemptOf = ({ revision, retries = 0 }: DesiredEndpoint) => `${revision}.${retries}`

/** The endpoints by path, with their models. A switch disturbs no request. */
export class RouteTable {
  readonly #pool: ModelPool
  readonly #log: Logger
  #live = new Map<string, LiveEndpoint>()
  readonly #stats = new Map<string, EndpointStats>()
  /** By endpoint id. */
  readonly #failed = new Map<string, Failed>()
  /** Revisions whose models start in processes of their own. */
  readonly #starting = new Map<string, { attempt: string; targets: LiveEndpoint['targets'] }>()
  /** Started ones that the next `apply` puts in force. */
  readonly #ready = new Map<string, LiveEndpoint>()
  /** Called when something changed without `apply`. */
  onChange: () => void = () => undefined
  onOutage: (outage: TargetOutage) => void = () => undefined
  /** Until the server listens, endpoints come into force before their processes have started: their first requests wait. */
  listening = false

  constructor(pool: ModelPool, log: Logger) {
    this.#pool = pool
    this.#log = log
    pool.onOutage = (model, outage) => this.#reportOutage(model, outage)
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

  /** The revisions in force with their models, and the errors of those that could not be loaded. */
  observed(): Observed[] {
    const seen: Observed[] = this.all.map(({ desired: d, targets }) => ({
      projectId: d.projectId,
      endpointId: d.endpointId,
      observedRevision: d.revision,
      error: this.#failed.get(d.endpointId)?.error ?? null,
      models: this.#describe(d.endpointId, targets),
    }))
    const live = new Set(seen.map(s => s.endpointId))
    for (const [endpointId, { projectId, error }] of this.#failed)
      if (!live.has(endpointId))
        seen.push({ projectId, endpointId, observedRevision: 0, error, models: this.#describe(endpointId, []) })
    return seen
  }

  #describe(endpointId: string, targets: readonly LiveTarget[]): ModelReport {
    return {
      failedRevision: this.#failed.get(endpointId)?.revision ?? null,
      loadedBytes: this.#pool.loadedBytes,
      budgetBytes: this.#pool.limits.budgetMb * 2 ** 20,
      models: targets.map(
        ({ desired, loaded }): ReportedModel => ({
          model: desired.model,
          version: desired.version,
          state: loaded.state,
          isolated: loaded.isolated,
          memoryBytes: loaded.memoryBytes,
          lastUsedAt: loaded.lastUsedMs > 0 ? new Date(loaded.lastUsedMs).toISOString() : null,
          outage: loaded.outage ?? null,
        }),
      ),
    }
  }

  /**
   * Loads and warms up the changed revisions, then swaps them in. Models with a process of their own start beside it: a later call swaps
   * them in, and `onChange` reports when. Returns true if anything changed.
   */
  async apply(desired: readonly DesiredEndpoint[]): Promise<boolean> {
    this.#pool.trim()
    let changed = false
    const next = new Map<string, LiveEndpoint>()
    for (const d of desired) {
      const key = keyOf(d.slug, d.endpoint)
      const now = this.#live.get(key)
      if (now) next.set(key, now)
      const same = now?.desired.endpointId === d.endpointId && attemptOf(now.desired) === attemptOf(d)
      if (same && now.desired.policy !== d.policy) {
        next.set(key, { ...now, desired: d })
        changed = true
      }
      const failed = this.#failed.get(d.endpointId)
      if (same || (failed?.final && failed.attempt === attemptOf(d))) continue
      try {
        const live = this.#takeReady(d) ?? (await this.#prepare(d, now))
        if (!live) continue
        next.set(key, live)
        // Immediately: other endpoints may still take long to load.
        this.#live.set(key, live)
        this.#failed.delete(d.endpointId)
        changed = true
      } catch (error) {
        changed = this.#fail(d, error) || changed
      }
    }
    changed = this.#forgetRemoved(desired) || this.#live.size !== next.size || changed
    this.#live = next
    if (changed) this.#forgetUnused()
    return changed
  }

  #takeReady(d: DesiredEndpoint): LiveEndpoint | undefined {
    const ready = this.#ready.get(d.endpointId)
    this.#ready.delete(d.endpointId)
    return ready && attemptOf(ready.desired) === attemptOf(d) ? ready : undefined
  }

  /** The endpoint, to be put in force now; undefined while its processes start. */
  async #prepare(d: DesiredEndpoint, now: LiveEndpoint | undefined): Promise<LiveEndpoint | undefined> {
    if (this.#starting.get(d.endpointId)?.attempt === attemptOf(d)) return undefined
    const targets = await this.#openTargets(d)
    const live: LiveEndpoint = { desired: d, targets, stats: this.#statsOf(d) }
    const models = targets.map(({ loaded }) => loaded)
    for (const model of models) model.retry()
    // The same revision again: it is in force, whether or not its models start.
    const inForce = now?.desired.endpointId === d.endpointId && now.desired.revision === d.revision
    if (inForce || !this.listening) {
      for (const model of models) if (this.#pool.hasRoom(model)) await this.#loadInForce(model)
      return live
    }
    await Promise.all(models.filter(model => !model.isolated).map(model => model.load()))
    if (!models.some(model => model.isolated)) return live
    this.#starting.set(d.endpointId, { attempt: attemptOf(d), targets })
    void this.#start(live)
    return undefined
  }

  async #loadInForce(model: ServedModel): Promise<void> {
    if (!model.isolated) return model.load()
    const changed = () => this.onChange()
    void model.ensureLoaded().then(changed, changed)
  }

  async #start(live: LiveEndpoint): Promise<void> {
    const { desired: d, targets } = live
    try {
      await Promise.all(targets.map(({ loaded }) => loaded.load()))
      if (this.#starting.get(d.endpointId)?.attempt === attemptOf(d)) this.#ready.set(d.endpointId, live)
    } catch (error) {
      this.#fail(d, error)
    } finally {
      if (this.#starting.get(d.endpointId)?.attempt === attemptOf(d)) this.#starting.delete(d.endpointId)
      this.onChange()
    }
  }

  /** Keeps why a revision is not in force. Returns true if that is new. */
  #fail(d: DesiredEndpoint, thrown: unknown): boolean {
    const before = this.#failed.get(d.endpointId)
    const outage = judgeStart(thrown, this.#pool.limits, 0)
    const error = outage ? describeOutage(outage) : (thrown as Error).message
    const attempt = attemptOf(d)
    if (before?.attempt !== attempt)
      this.#log.error(
        { err: thrown, endpoint: keyOf(d.slug, d.endpoint), revision: d.revision },
        'a version could not be loaded',
      )
    this.#failed.set(d.endpointId, {
      projectId: d.projectId,
      revision: d.revision,
      attempt,
      error,
      final: outage !== undefined,
    })
    return before?.error !== error || before.attempt !== attempt
  }

  #forgetRemoved(desired: readonly DesiredEndpoint[]): boolean {
    const wanted = new Set(desired.map(d => d.endpointId))
    let changed = false
    for (const map of [this.#failed, this.#ready, this.#starting])
      for (const endpointId of map.keys()) if (!wanted.has(endpointId)) changed = map.delete(endpointId) || changed
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
  async #openTargets(d: DesiredEndpoint): Promise<LiveEndpoint['targets']> {
    const [champion, ...others] = await Promise.all(
      d.targets.map(async desired => ({ desired, loaded: await this.#open(desired.servable) })),
    )
    if (champion?.desired.role !== 'champion') throw new Error(`Revision ${d.revision} has no champion.`)
    return [champion, ...others]
  }

  async #open(servable: DesiredTarget['servable']): Promise<ServedModel> {
    if (servable.kind === 'none') throw new Error(servable.reason)
    return this.#pool.get(servable.digest)
  }

  #reportOutage(model: ServedModel, outage: Outage): void {
    for (const { desired, targets } of this.all)
      for (const { desired: target, loaded } of targets) {
        if (loaded !== model) continue
        const endpoint = keyOf(desired.slug, desired.endpoint)
        this.#log.error(
          { endpoint, model: target.model, version: target.version, code: outage.code, facts: outage.facts },
          'a model was taken out of traffic',
        )
        this.onOutage({ desired, target, outage })
      }
    this.onChange()
  }

  #forgetUnused(): void {
    const inUse = [...this.all, ...this.#starting.values(), ...this.#ready.values()]
    this.#pool.keepOnly(new Set(inUse.flatMap(({ targets }) => targets.map(({ loaded }) => loaded.digest))))
  }
}
