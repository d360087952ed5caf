/** How failed sign-ins of one key (an account or an address) are slowed down. */
export interface ThrottleRule {
  /** Failures without a delay. */
  free: number
  firstWaitSeconds: number
  longestWaitSeconds: number
  /** Failures older than this no longer count. */
  forgetSeconds: number
}

export const ACCOUNT_RULE: ThrottleRule = {
  free: 5,
  firstWaitSeconds: 15,
  longestWaitSeconds: 900,
  forgetSeconds: 3600,
}
/** Higher limits: many people may share one address. */
export const ADDRESS_RULE: ThrottleRule = {
  free: 30,
  firstWaitSeconds: 15,
  longestWaitSeconds: 900,
  forgetSeconds: 3600,
}

export interface Throttle {
  failures: number
  blockedUntil: Date | null
  updatedAt: Date
}

/**
 * Decides about an attempt at `now`: refused with the seconds to wait, or counted as a failure in advance, so that parallel attempts cannot
 * pass the limit together (success takes the count back). Each failure beyond the free ones doubles the delay.
 */
export function decideAttempt(
  rule: ThrottleRule,
  before: Throttle,
  now: Date,
): { waitSeconds: number } | { next: Throttle } {
  if (before.blockedUntil && before.blockedUntil > now)
    return { waitSeconds: Math.ceil((before.blockedUntil.getTime() - now.getTime()) / 1000) }
  const forgotten = now.getTime() - before.updatedAt.getTime() > rule.forgetSeconds * 1000
  const failures = (forgotten ? 0 : before.failures) + 1
  const beyond = failures - rule.free
  const wait = beyond < 0 ? 0 : Math.min(rule.longestWaitSeconds, rule.firstWaitSeconds * 2 ** Math.min(beyond, 20))
  return {
    next: { failures, blockedUntil: wait === 0 ? null : new Date(now.getTime() + wait * 1000), updatedAt: now },
  }
}
