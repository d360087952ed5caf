/** The context of kernels/forest.as: byte offsets of its fields. */
export const FOREST = {
  bytes: 128,
  codes: 0,
  rows: 4,
  cols: 8,
  bins: 12,
  samples: 16,
  spare: 20,
  count: 24,
  classes: 28,
  tries: 32,
  minWeight: 36,
  maxDepth: 40,
  random: 44,
  seed: 48,
  order: 52,
  hist: 56,
  totals: 60,
  stack: 64,
  feature: 68,
  cut: 72,
  child: 76,
  cover: 80,
  gain: 84,
  value: 88,
} as const

/** In `bins` by feature: some cell is missing. */
export const MAY_LACK = 0x80000000
/** In `cut` by node: a missing cell goes left. */
export const CUT_MISSING_LEFT = 256
