// Where things lie in memory. ml/trees/layout.ts says the same to TypeScript; both change together.

// ── The context of one growing session, read by every kernel.
export const C_BINS: usize = 0 // u32 address: rows × stride bytes, row-major
export const C_STRIDE: usize = 4 // u32
export const C_INDEX: usize = 8 // u32 address: row numbers, those of a node side by side
export const C_SPARE: usize = 12 // u32 address: as large as the index, for partitions
export const C_PACKED: usize = 16 // u32 address: by row gradient << 32 | hessian, whole numbers
export const C_ACTIVE_COUNT: usize = 20 // u32: features this tree may use
export const C_ACTIVE: usize = 24 // u32 address: their numbers, ascending
export const C_META: usize = 28 // u32 address: META_BYTES by feature
export const C_ALL_ACTIVE: usize = 32 // u32: 1 when no feature is left out
export const C_HIST_BYTES: usize = 36 // u32: size of one histogram of all features
export const C_OFFSETS: usize = 40 // u32 address: by feature, where its bins begin in a histogram (bytes)
export const C_FLAGS: usize = 44 // u32: CONSTRAINED
export const C_L2: usize = 48 // f64, in units of whole hessians; so are the next two
export const C_MIN_HESSIAN: usize = 56 // f64
export const C_L1: usize = 64 // f64, in units of whole gradients
export const C_MIN_ROWS: usize = 72 // f64
export const C_MIN_GAIN: usize = 80 // f64, in real units
export const C_GAIN_SCALE: usize = 88 // f64: gains of whole numbers → real units
export const C_VALUE_SCALE: usize = 96 // f64: gradient over hessian, of whole numbers → real units
export const C_CAT_SMOOTH: usize = 104 // f64, rows
export const C_CAT_L2: usize = 112 // f64, in units of whole hessians
export const C_CAT_GROUP: usize = 120 // f64, rows
export const C_CAT_MAX: usize = 128 // u32
export const C_CAT_SINGLE: usize = 132 // u32
export const C_MAX_DEPTH: usize = 136 // u32
export const C_COLUMNS: usize = 140 // u32 address: the same bins column by column, 0: not kept
export const C_ROWS: usize = 144 // u32
export const C_APART: usize = 148 // u32 address: as large as the index, for partitions by several threads

export const CONSTRAINED: u32 = 1

// ── By feature.
export const META_BYTES: usize = 16
export const M_BINS: usize = 0 // u32: bins with values; the bin of missing cells, if any, follows
export const M_FLAGS: usize = 4 // u32: CATEGORY, MISSING, REST
export const M_MONOTONE: usize = 8 // i32: −1, 0, 1

export const CATEGORY: u32 = 1
export const MISSING: u32 = 2
export const REST: u32 = 4 // the last bin with values stands for all rare levels

// ── By node of the tree that grows.
export const NODE_BYTES: usize = 128
export const N_BEGIN: usize = 0 // u32: its rows in the index
export const N_COUNT: usize = 4 // u32
export const N_HIST: usize = 8 // u32 address, 0: none
export const N_DEPTH: usize = 12 // u32
export const N_SUM: usize = 16 // i64 packed
export const N_LOWER: usize = 24 // f64: bounds of what its leaves may say
export const N_UPPER: usize = 32 // f64
export const N_GAIN: usize = 40 // f64: of the best split, 0: none
export const N_FEATURE: usize = 48 // i32
export const N_BIN: usize = 52 // i32: bins up to this one go left
export const N_SHOWN: usize = 56 // i32: the bin whose edge becomes the threshold (middle of the gap)
export const N_FLAGS: usize = 60 // u32: MISSING_LEFT, BY_CATEGORY
export const N_LEFT_SUM: usize = 64 // i64 packed
export const N_SET: usize = 72 // 8 × u32: bins that go left
export const N_LEFT: usize = 104 // u32 address of the children, 0 in a leaf
export const N_RIGHT: usize = 108 // u32
export const N_VALUE: usize = 112 // f64: what the leaf says, shrunk by the learning rate

export const MISSING_LEFT: u32 = 1
export const BY_CATEGORY: u32 = 2
export const UNDECIDED: u32 = 4 // no cell is missing here: the larger child shall take those to come

// @ts-ignore: decorator
@inline export function gradientOf(packed: i64): f64 { return <f64>(packed >> 32) }
// @ts-ignore: decorator
@inline export function hessianOf(packed: i64): f64 { return <f64>(packed & 0xffffffff) }
