/** The reason with which a fit is ended whose time is up. */
export class TimeUp extends Error {
  constructor() {
    super('The time is up.')
    this.name = 'TimeUp'
  }
}

/** Time, told by the caller's clock alone. All in milliseconds since the start. */
export type Budget = {
  total: number
  elapsed(): number
  left(): number
  /** Rejects with the caller's reason, when it has aborted. */
  check(): void
  /** True when the caller wants the best so far, now. */
  finishing(): boolean
  /**
   * Runs work that is ended when the clock passes `until`: whoever asks the given clock for the time lets the deadline be noticed.
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
