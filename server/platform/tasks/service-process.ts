import type { ChildProcess } from 'node:child_process'
import { getPriority } from 'node:os'
import type { ServiceDefinition, ServiceLimits } from './define-service.ts'
import { describeExit, followLines, forkChild, keepParentAlive, startSampling } from './fork-child.ts'
import { measureTree } from './measure-memory.ts'
import type { FromService, ToService } from './protocol.ts'
import { callTimeout, ServiceEnded, serviceBusy, startTimeout } from './service-failure.ts'
import { outOfMemory, TaskCrash, toError } from './task-failure.ts'

const ENTRY = new URL('./service-child.ts', import.meta.url)
/** While it works: native code can ask for gigabytes in a second. */
const BUSY_SAMPLE_MS = 50
const IDLE_SAMPLE_MS = 2000
/** Room for what Node reserves without using it. */
const HARD_LIMIT_EXTRA_BYTES = 2 ** 30
const KEPT_LINES = 12
const MAX_WAITING = 64

interface Pending {
  message: ToService
  limitMs: number
  timeout(): Error
  resolve(output: unknown): void
  reject(error: unknown): void
  timer?: NodeJS.Timeout
}

/** The priority value of a child that is this much nicer than its parent. */
const niceBelow = (nice: number) => Math.min(19, getPriority() + nice)

/** A child process that answers calls one after another, within limits of memory and time. */
export class ServiceProcess<Call, Answer> {
  readonly #child: ChildProcess
  readonly #name: string
  readonly #memoryHint: string
  readonly #limits: ServiceLimits
  readonly #waiting: Pending[] = []
  readonly #lines: string[] = []
  readonly #stopIdleSampling: () => void
  #stopSampling: (() => void) | undefined
  #running: Pending | undefined
  /** Why it was or will be killed. */
  #cause: Error | undefined
  #overLimitBytes: number | undefined
  #ended = false
  /** At the last sample. */
  residentBytes = 0
  peakBytes = 0
  /** Resolves when the process is gone, with the cause. */
  readonly gone: Promise<Error>
  #setGone: (cause: Error) => void = () => undefined

  constructor(definition: ServiceDefinition<never, unknown, Call, Answer>, limits: ServiceLimits) {
    this.#name = definition.name
    this.#memoryHint = definition.memoryHint
    this.#limits = limits
    this.gone = new Promise(resolve => {
      this.#setGone = resolve
    })
    const limitBytes = limits.memoryMb * 2 ** 20
    this.#child = forkChild({
      entry: ENTRY,
      heapMb: definition.heapMb,
      hardLimitBytes: limitBytes + HARD_LIMIT_EXTRA_BYTES,
    })
    followLines(this.#child, text => {
      this.#lines.push(text)
      if (this.#lines.length > KEPT_LINES) this.#lines.shift()
    })
    this.#child.on('message', (message: FromService) => this.#receive(message))
    this.#child.on('error', error => this.#end(error))
    // Not `exit`: the last lines of output arrive before `close`.
    this.#child.on('close', (code, signal) => this.#end(this.#describeEnd(code, signal)))
    this.#stopIdleSampling = startSampling(IDLE_SAMPLE_MS, () => this.#sample())
    keepParentAlive(this.#child, false)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }
  get alive(): boolean {
    return !this.#ended && this.#cause === undefined
  }
  get busy(): boolean {
    return this.#running !== undefined || this.#waiting.length > 0
  }

  /** Loads the module and opens the service. Throws its `AppError`, `TaskFailure` (`out_of_memory`, `start_timeout`) or `TaskCrash`. */
  open(
    { module, function: name, nice }: ServiceDefinition<never, unknown, Call, Answer>,
    input: unknown,
  ): Promise<unknown> {
    const { startMs } = this.#limits
    return this.#enqueue(
      { type: 'open', module: module.href, function: name, nice: niceBelow(nice), input },
      startMs,
      () => startTimeout(this.#name, startMs),
    )
  }

  /**
   * Answers one call after those before it. Throws the `AppError` of the service, `TaskFailure` (`out_of_memory`, `deadline_exceeded`; the
   * process is ended), `TaskCrash`, `ServiceEnded` when it had not begun, or `unavailable` when it waited too long.
   */
  call(input: Call): Promise<Answer> {
    const { callMs } = this.#limits
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(serviceBusy(this.#name))
    return this.#enqueue({ type: 'call', input }, callMs, () => callTimeout(this.#name, callMs)) as Promise<Answer>
  }

  /** Ends the process; calls in flight fail. */
  stop(cause: Error = new TaskCrash(`The ${this.#name} process was stopped.`)): void {
    if (this.#ended) return
    this.#cause ??= cause
    this.#child.kill('SIGKILL')
  }

  #enqueue(message: ToService, limitMs: number, timeout: () => Error): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.alive) return reject(new ServiceEnded(this.#name, this.#cause))
      const pending: Pending = { message, limitMs, timeout, resolve, reject }
      this.#waiting.push(pending)
      if (this.#running)
        pending.timer = setTimeout(() => {
          this.#waiting.splice(this.#waiting.indexOf(pending), 1)
          reject(serviceBusy(this.#name))
        }, limitMs)
      this.#next()
    })
  }

  #next(): void {
    if (this.#running || !this.alive) return
    const pending = this.#waiting.shift()
    if (!pending) {
      this.#rest()
      return
    }
    clearTimeout(pending.timer)
    this.#running = pending
    pending.timer = setTimeout(() => this.stop(pending.timeout()), pending.limitMs)
    this.#stopSampling ??= startSampling(BUSY_SAMPLE_MS, () => this.#sample())
    keepParentAlive(this.#child, true)
    this.#child.send(pending.message, error => error && this.#undelivered(pending, error))
  }

  /** The process had ended, and did not see the message. */
  #undelivered(pending: Pending, error: Error): void {
    if (this.#running === pending) {
      this.#running = undefined
      clearTimeout(pending.timer)
      pending.reject(new ServiceEnded(this.#name, error))
    }
    this.stop(new TaskCrash(`The ${this.#name} process cannot be reached: ${error.message}`))
  }

  #rest(): void {
    this.#stopSampling?.()
    this.#stopSampling = undefined
    keepParentAlive(this.#child, false)
  }

  #receive(message: FromService): void {
    const pending = this.#running
    if (!pending || this.#cause) return
    this.#running = undefined
    clearTimeout(pending.timer)
    if (message.type === 'answer') pending.resolve(message.output)
    else if (message.reasonCode === 'out_of_memory') {
      const limitBytes = this.#limits.memoryMb * 2 ** 20
      const cause = outOfMemory(this.#name, this.peakBytes, limitBytes, this.#memoryHint)
      pending.reject(cause)
      this.stop(cause)
    } else pending.reject(toError(message))
    this.#next()
  }

  async #sample(): Promise<void> {
    const { pid } = this.#child
    const seen = pid === undefined || this.#ended ? undefined : await measureTree(pid)
    if (!seen) return
    this.residentBytes = seen.residentBytes
    this.peakBytes = Math.max(this.peakBytes, seen.peakBytes)
    const limitBytes = this.#limits.memoryMb * 2 ** 20
    if (seen.residentBytes <= limitBytes || this.#overLimitBytes !== undefined) return
    this.#overLimitBytes = seen.residentBytes
    this.stop(outOfMemory(this.#name, seen.residentBytes, limitBytes, this.#memoryHint))
  }

  /** Measures now, for example after it was opened. */
  async measure(): Promise<number> {
    await this.#sample().catch(() => undefined)
    return this.residentBytes
  }

  #describeEnd(code: number | null, signal: NodeJS.Signals | null): Error {
    const limitBytes = this.#limits.memoryMb * 2 ** 20
    if (this.#lines.some(line => line.includes('heap out of memory')))
      return outOfMemory(this.#name, Math.max(this.peakBytes, limitBytes), limitBytes, this.#memoryHint)
    return new TaskCrash(`The ${this.#name} process ${describeExit(code, signal, this.#lines)}`)
  }

  #end(found: Error): void {
    if (this.#ended) return
    this.#ended = true
    const cause = this.#cause ?? found
    this.#cause = cause
    this.residentBytes = 0
    this.#stopIdleSampling()
    this.#rest()
    clearTimeout(this.#running?.timer)
    this.#running?.reject(cause)
    this.#running = undefined
    for (const pending of this.#waiting.splice(0)) {
      clearTimeout(pending.timer)
      pending.reject(new ServiceEnded(this.#name, cause))
    }
    this.#setGone(cause)
  }
}

/** Starts a service process and opens it; its `ready` value. The process is ended when it cannot be opened. */
export async function startService<Input, Ready, Call, Answer>(
  definition: ServiceDefinition<Input, Ready, Call, Answer>,
  input: Input,
  limits: ServiceLimits,
): Promise<{ process: ServiceProcess<Call, Answer>; ready: Ready }> {
  const process = new ServiceProcess<Call, Answer>(
    definition as ServiceDefinition<never, unknown, Call, Answer>,
    limits,
  )
  try {
    const ready = (await process.open(definition as ServiceDefinition<never, unknown, Call, Answer>, input)) as Ready
    await process.measure()
    return { process, ready }
  } catch (error) {
    process.stop()
    throw error
  }
}
