export interface Range {
  from: number
  to: number
}

/** A range around the middle of `now`, `factor` times as wide, within `whole`. */
export function zoomed(now: Range, factor: number, whole: Range): Range {
  const middle = now.from / 2 + now.to / 2
  const half = ((now.to - now.from) * factor) / 2
  // Narrower than this, floating point has no numbers left to count.
  const least = Math.max(Math.abs(middle) * 1e-12, Number.MIN_VALUE * 1e3)
  if (half < least) return now
  const from = Math.max(whole.from, middle - half)
  const to = Math.min(whole.to, middle + half)
  return { from, to }
}

/** Moved by a share of its width, staying within `whole`. */
export function moved(now: Range, share: number, whole: Range): Range {
  const step = (now.to - now.from) * share
  const by = step < 0 ? Math.max(step, whole.from - now.from) : Math.min(step, whole.to - now.to)
  return { from: now.from + by, to: now.to + by }
}
