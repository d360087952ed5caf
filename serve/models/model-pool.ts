import { availableParallelism } from 'node:os'
import { peekManifest, runsForeignCode } from '#ml/predict.ts'
import { systemClock } from '#server/kernel/clock.ts'
import type { Outage } from '#server/serving/models/contract.ts'
import type { StateFolder } from '../router/saved-state.ts'
import type { ModelLimits } from './judge-failure.ts'
import { type ModelSurroundings, ServedModel } from './served-model.ts'

const MB = 2 ** 20
/** Models outside of every revision that stay loaded: a rollback may need them. */
const KEPT_UNUSED = 8
/** Processes that start at the same time. */
const STARTING = Math.max(2, availableParallelism())

/** The models of this process within one budget of memory: the least recently used idle ones are unloaded. */
export class ModelPool {
  readonly limits: ModelLimits
  readonly #state: StateFolder
  readonly #models = new Map<string, ServedModel>()
  readonly #surroundings: ModelSurroundings
  readonly #turns: (() => void)[] = []
  #starting = 0
  /** Called after a model was taken out of traffic. */
  onOutage: (model: ServedModel, outage: Outage) => void = () => undefined
  /** Models unloaded because the budget was used up. */
  unloads = 0

  constructor(state: StateFolder, limits: ModelLimits) {
    this.#state = state
    this.limits = limits
    this.#surroundings = {
      limits,
      read: digest => state.bundle(digest),
      pathOf: digest => state.bundlePath(digest),
      takeTurn: start => this.#takeTurn(start),
      makeRoom: (bytes, model) => this.#makeRoom(bytes, model),
      onOutage: (model, outage) => this.onOutage(model, outage),
      now: () => systemClock.now(),
    }
  }

  get loadedBytes(): number {
    let bytes = 0
    for (const model of this.#models.values()) bytes += model.memoryBytes
    return bytes
  }

  /** The model of a bundle, described but not loaded. Throws `BundleError` for a bundle that cannot be read. */
  async get(digest: string): Promise<ServedModel> {
    const known = this.#models.get(digest)
    if (known) return known
    const { read, bytes, close } = await this.#state.openBundle(digest)
    try {
      const manifest = await peekManifest(read)
      const { signature, classes } = manifest
      const model = new ServedModel(
        { digest, signature, ...(classes ? { classes } : {}), isolated: runsForeignCode(manifest), bundleBytes: bytes },
        this.#surroundings,
      )
      // Another request may have described it meanwhile.
      const first = this.#models.get(digest) ?? model
      this.#models.set(digest, first)
      return first
    } finally {
      await close()
    }
  }

  /** False when loading the model would unload others. */
  hasRoom(model: ServedModel): boolean {
    return this.loadedBytes + model.expectedBytes <= this.limits.budgetMb * MB
  }

  #makeRoom(bytes: number, wanted: ServedModel): void {
    let held = this.loadedBytes + bytes
    if (held <= this.limits.budgetMb * MB) return
    const idle = [...this.#models.values()].filter(m => m !== wanted && m.idle && m.state === 'loaded')
    for (const model of idle.sort((a, b) => a.lastUsedMs - b.lastUsedMs)) {
      if (held <= this.limits.budgetMb * MB) return
      held -= model.memoryBytes
      model.unload()
      this.unloads++
    }
  }

  /** Unloads idle models when those in use have grown beyond the budget. */
  trim(): void {
    if (this.loadedBytes <= this.limits.budgetMb * MB) return
    const [newest] = [...this.#models.values()].sort((a, b) => b.lastUsedMs - a.lastUsedMs)
    if (newest) this.#makeRoom(0, newest)
  }

  async #takeTurn<T>(start: () => Promise<T>): Promise<T> {
    if (this.#starting >= STARTING) await new Promise<void>(resolve => this.#turns.push(resolve))
    this.#starting++
    try {
      return await start()
    } finally {
      this.#starting--
      this.#turns.shift()?.()
    }
  }

  /**
   * Forgets the models that are not in use: processes end at once, of models in this process the last few stay for a rollback. Removes the
   * bundles of the forgotten ones.
   */
  keepOnly(used: ReadonlySet<string>): void {
    const unused = [...this.#models.values()].filter(model => !used.has(model.digest))
    const own = unused.filter(model => !model.isolated)
    const gone = [...unused.filter(model => model.isolated), ...own.slice(0, Math.max(0, own.length - KEPT_UNUSED))]
    for (const model of gone) {
      this.#models.delete(model.digest)
      model.retire()
    }
    void this.#state.keepOnly(new Set([...used, ...this.#models.keys()])).catch(() => undefined)
  }

  /** Ends all processes. */
  close(): void {
    for (const model of this.#models.values()) model.unload()
  }
}
