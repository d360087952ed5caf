import { ServiceEnded } from '#server/platform/tasks/service-failure.ts'
import { TaskCrash } from '#server/platform/tasks/task-failure.ts'
import type { LoadState, Outage } from '#server/serving/models/contract.ts'
import { type CompiledModel, type LoadedModel, loadModel, type ModelOutcome } from '../router/load-model.ts'
import { type ModelDescription, type ModelProcess, type PredictArguments, startModelProcess } from './isolated-model.ts'
import {
  judgeFailure,
  judgeStart,
  type ModelLimits,
  outOfTraffic,
  processEnded,
  StartRefused,
  tooSlow,
} from './judge-failure.ts'

const MB = 2 ** 20
/** A model in process holds its bundle's tensors, the trees compiled from them, and what reading leaves to the collector. */
const OWN_BYTES_PER_BUNDLE_BYTE = 2
/** Node and ONNX Runtime, before any model. */
const PROCESS_BYTES = 100 * MB
/** A slow answer of more rows than this is not yet the fault of the model. */
const FEW_ROWS = 10
/** Failures of one kind that take a model out of traffic, within the period. */
const MAX_SLOW = 3
const MAX_CRASHES = 5
const PERIOD_MS = 600_000

/** What a model needs from the pool that holds it. */
export interface ModelSurroundings {
  limits: ModelLimits
  read(digest: string): Promise<Uint8Array>
  /** A local file with the bundle. */
  pathOf(digest: string): Promise<string>
  /** Waits for a free slot among the starting processes. */
  takeTurn<T>(start: () => Promise<T>): Promise<T>
  /** Unloads idle models until so much fits. */
  makeRoom(bytes: number, model: ServedModel): void
  onOutage(model: ServedModel, outage: Outage): void
  now(): number
}

/**
 * A model of the pool, loaded or not: it loads itself when it is needed. Own models answer in this process, those that run foreign code in
 * a process of their own, which a broken limit ends.
 */
export class ServedModel implements LoadedModel {
  readonly digest: string
  readonly signature: ModelDescription['signature']
  readonly classes?: string[]
  readonly isolated: boolean
  readonly #around: ModelSurroundings
  readonly #bundleBytes: number
  #compiled: CompiledModel | undefined
  #process: ModelProcess | undefined
  #loading: Promise<void> | undefined
  #outage: Outage | undefined
  #calls = 0
  #retired = false
  #slow: number[] = []
  #crashes: number[] = []
  lastUsedMs = 0

  constructor(
    given: ModelDescription & { digest: string; isolated: boolean; bundleBytes: number },
    around: ModelSurroundings,
  ) {
    this.digest = given.digest
    this.signature = given.signature
    if (given.classes) this.classes = given.classes
    this.isolated = given.isolated
    this.#bundleBytes = given.bundleBytes
    this.#around = around
  }

  get state(): LoadState {
    if (this.#outage) return 'out'
    if (this.#compiled || this.#process) return 'loaded'
    return this.#loading ? 'loading' : 'unloaded'
  }
  get outage(): Outage | undefined {
    return this.#outage
  }
  get pid(): number | undefined {
    return this.#process?.pid
  }
  get memoryBytes(): number {
    if (this.#process) return this.#process.residentBytes
    return this.#compiled ? this.#bundleBytes * OWN_BYTES_PER_BUNDLE_BYTE : 0
  }
  /** Needed when it is loaded, as far as known before. */
  get expectedBytes(): number {
    return this.isolated ? PROCESS_BYTES + this.#bundleBytes * 2 : this.#bundleBytes * OWN_BYTES_PER_BUNDLE_BYTE
  }
  get idle(): boolean {
    return this.#calls === 0 && !this.#loading
  }

  predict(...args: PredictArguments): ModelOutcome | Promise<ModelOutcome> {
    const compiled = this.#compiled
    if (compiled === undefined) return this.#predictLater(args)
    this.lastUsedMs = this.#around.now()
    return compiled.predict(...args)
  }

  async #predictLater(args: PredictArguments): Promise<ModelOutcome> {
    this.lastUsedMs = this.#around.now()
    this.#calls++
    try {
      // A process that ended is replaced once: it may have been gone before the call reached it.
      return await this.#tryPredict(args).catch(error => {
        const crashed = error instanceof TaskCrash && this.#countOften(this.#crashes) < MAX_CRASHES
        if (crashed || error instanceof ServiceEnded) return this.#tryPredict(args)
        throw error
      })
    } catch (error) {
      throw this.#explain(error, args[0].length)
    } finally {
      this.#calls--
      if (this.#retired && this.idle) this.unload()
    }
  }

  async #tryPredict(args: PredictArguments): Promise<ModelOutcome> {
    await this.ensureLoaded()
    if (this.#compiled) return this.#compiled.predict(...args)
    if (!this.#process) throw new ServiceEnded('model')
    return this.#process.call(args)
  }

  /** As `load`, for a model in force: one that cannot be loaded is taken out of traffic. */
  async ensureLoaded(): Promise<void> {
    try {
      await this.load()
    } catch (error) {
      if (this.#outage) throw outOfTraffic(this.#outage, error)
      const outage = judgeStart(error, this.#around.limits, this.#around.now())
      if (!outage) throw error
      this.#takeOut(outage)
      throw outOfTraffic(outage, error)
    }
  }

  /** The failure of a request in words for its caller; a broken limit takes the model out of traffic. */
  #explain(error: unknown, rows: number): unknown {
    if (this.#outage) return outOfTraffic(this.#outage, error)
    const { limits, now } = this.#around
    const outage = judgeFailure(error, limits, rows, now())
    if (outage?.code === 'deadline-exceeded' && rows > FEW_ROWS && this.#countOften(this.#slow) < MAX_SLOW)
      return tooSlow(rows, limits.deadlineMs, error)
    if (outage) {
      this.#takeOut(outage)
      return outOfTraffic(outage, error)
    }
    if (!(error instanceof TaskCrash)) return error
    const times = this.#countOften(this.#crashes)
    if (times < MAX_CRASHES) return processEnded(error)
    const facts = { times, detail: error.message }
    const crashed: Outage = { code: 'process-crashed', facts, at: new Date(now()).toISOString() }
    this.#takeOut(crashed)
    return outOfTraffic(crashed, error)
  }

  /** Adds now to the times and returns how many are in the period. */
  #countOften(times: number[]): number {
    const now = this.#around.now()
    times.push(now)
    while (times.length > 0 && times[0]! < now - PERIOD_MS) times.shift()
    return times.length
  }

  /** Loads and warms up unless it is loaded. Throws `unavailable` while it is out of traffic. */
  async load(): Promise<void> {
    if (this.#outage) throw outOfTraffic(this.#outage)
    if (this.#compiled || this.#process) return
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined
      if (this.#retired && this.idle) this.unload()
    })
    await this.#loading
  }

  async #load(): Promise<void> {
    const { limits, makeRoom } = this.#around
    if (!this.isolated) {
      this.#requireBudget(this.expectedBytes)
      const bytes = await this.#around.read(this.digest)
      makeRoom(this.expectedBytes, this)
      this.#compiled = loadModel(bytes)
      return
    }
    const path = await this.#around.pathOf(this.digest)
    const started = await this.#around.takeTurn(() => {
      makeRoom(this.expectedBytes, this)
      return startModelProcess(path, {
        memoryMb: limits.memoryMb,
        startMs: limits.startMs,
        callMs: limits.deadlineMs,
      })
    })
    this.#process = started
    void started.gone.then(cause => this.#forget(started, cause))
    this.#requireBudget(started.residentBytes)
    makeRoom(0, this)
  }

  /** A process that ended by itself: what it used may be seen only after its last answer. */
  #forget(process: ModelProcess, cause: Error): void {
    if (this.#process !== process) return
    this.#process = undefined
    const outage = judgeFailure(cause, this.#around.limits, 0, this.#around.now())
    if (outage?.code === 'out-of-memory' && this.#calls === 0) this.#takeOut(outage)
  }

  #requireBudget(bytes: number): void {
    const { budgetMb } = this.#around.limits
    if (bytes <= budgetMb * MB) return
    this.unload()
    const facts = { neededMb: Math.ceil(bytes / MB), budgetMb }
    const outage: Outage = { code: 'over-budget', facts, at: new Date(this.#around.now()).toISOString() }
    throw new StartRefused(outage)
  }

  /** Frees its memory; the next request loads it again. */
  unload(): void {
    this.#compiled = undefined
    const process = this.#process
    this.#process = undefined
    process?.stop()
  }

  /** Frees its memory for good when its last request is answered: requests keep the revision that they began with. */
  retire(): void {
    this.#retired = true
    if (this.idle) this.unload()
  }

  /** Puts it back into traffic: the next request, or `load`, tries it again. */
  retry(): void {
    this.#outage = undefined
    this.#slow = []
    this.#crashes = []
  }

  #takeOut(outage: Outage): void {
    this.#outage = outage
    this.unload()
    this.#around.onOutage(this, outage)
  }
}
