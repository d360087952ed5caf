/** Memory layout shared with the kernels (kernels/growing/layout.as must match). Byte offsets. */
export const CONTEXT = {
  bytes: 256,
  bins: 0,
  stride: 4,
  index: 8,
  spare: 12,
  packed: 16,
  activeCount: 20,
  active: 24,
  meta: 28,
  allActive: 32,
  histBytes: 36,
  offsets: 40,
  flags: 44,
  l2: 48,
  minHessian: 56,
  l1: 64,
  minRows: 72,
  minGain: 80,
  gainScale: 88,
  valueScale: 96,
  catSmooth: 104,
  catL2: 112,
  catGroup: 120,
  catMax: 128,
  catSingle: 132,
  maxDepth: 136,
  columns: 140,
  rows: 144,
  apart: 148,
} as const

/** Value bounds apply: the tree has monotone features. */
export const CONSTRAINED = 1

/** How a column is encoded. */
export const PLAN = { bytes: 16, edges: 0, steps: 4, missing: 8, lost: 12 } as const

export const META = { bytes: 16, bins: 0, flags: 4, monotone: 8 } as const
export const CATEGORY = 1
export const MISSING = 2
export const REST = 4

export const NODE = {
  bytes: 128,
  begin: 0,
  count: 4,
  hist: 8,
  depth: 12,
  sumHessian: 16,
  sumGradient: 20,
  lower: 24,
  upper: 32,
  gain: 40,
  feature: 48,
  bin: 52,
  shown: 56,
  flags: 60,
  set: 72,
  left: 104,
  right: 108,
  value: 112,
} as const
export const MISSING_LEFT = 1
export const BY_CATEGORY = 2

/** Scratch bytes of a kernel, to sort the levels of a category. */
export const SCRATCH_BYTES = 4096
