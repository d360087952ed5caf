/** Access to the clock and the system's randomness; tests pass their own. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

export const nowDate = (clock: Clock = systemClock): Date => new Date(clock.now())
