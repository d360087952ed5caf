/** Abort reason of a fit that ran out of time. */
export class TimeUp extends Error {
  constructor() {
    super('The time is up.')
    this.name = 'TimeUp'
  }
}

/** Measures time by the caller's clock only. All values in milliseconds since the start. */
export type Budget = {
  total: number
  elapsed(): number
  left(): number
  /** Throws the caller's abort reason, if aborted. */
  check(): void
  /** Returns true when the caller wants the best result so far, now. */
  finishing(): boolean
  /**
   * Runs work and aborts it when the clock passes `until`. The deadline is checked when the work reads the given clock.
   * @throws TimeUp
   */
  within<T>(until: number, work: (signal: AbortSignal, now: () => number) => Promise<T>): Promise<T>
}

export function createBudget(
  total: number,
  now: () => number,
  signal: AbortSignal | undefined,
  finish: AbortSignal | undefined,
): Budget {
  const start = now()
  const elapsed = () => now() - start
  return {
    total,
    elapsed,
    left: () => total - elapsed(),
    check: () => signal?.throwIfAborted(),
    finishing: () => finish?.aborted === true,
    async within(until, work) {
      signal?.throwIfAborted()
      const controller = new AbortController()
      const stop = () => controller.abort(signal!.reason)
      const hurry = () => controller.abort(new TimeUp())
      signal?.addEventListener('abort', stop)
      finish?.addEventListener('abort', hurry)
      try {
        return await work(controller.signal, () => {
          const time = now()
          if (time - start > until) controller.abort(new TimeUp())
          return time
        })
      } finally {
        signal?.removeEventListener('abort', stop)
        finish?.removeEventListener('abort', hurry)
      }
    },
  }
}
