import type { Matrix } from '../matrix.ts'

export type Task = 'regression' | 'binary' | 'multiclass'

export type ParameterValue = number | string | boolean | number[]
export type Parameters = Record<string, ParameterValue>

type ParameterBase = {
  name: string
  label: string
  help: string
  /** Values that are no amount but mean something, such as 0 for “unlimited”. */
  special?: { value: number | string; label: string }[]
  /** Absent: always applies. A parameter that does not apply is neither stored nor shown. */
  applies?: { tasks?: Task[]; when?: { parameter: string; is: ParameterValue } }
}
/** Plain JSON from which forms and search spaces are generated. `search` = the range worth searching. */
export type ParameterDescriptor = ParameterBase &
  (
    | {
        kind: 'number' | 'integer'
        default: number
        min: number
        max: number
        scale?: 'linear' | 'log'
        search?: { low: number; high: number }
      }
    | {
        kind: 'choice'
        default: string
        options: { value: string; label: string }[]
        search?: { choices: string[] }
      }
    | { kind: 'boolean'; default: boolean; search?: { choices: boolean[] } }
    /** A list of whole numbers, such as layer sizes. */
    | {
        kind: 'list'
        default: number[]
        min: number
        max: number
        maxLength: number
        search?: { choices: number[][] }
      }
    /** Free text, such as names of features. Never searched. */
    | { kind: 'text'; default: string; maxLength: number; search?: undefined }
  )

export type Setting = { name: string; parameters: Parameters }

export type TensorType = 'F32' | 'F64' | 'I32' | 'U8'
export type Tensor = { dtype: TensorType; shape: number[]; data: Float32Array | Float64Array | Int32Array | Uint8Array }

/** A trained model as data. `config` is plain JSON. */
export type Model = {
  trainer: string
  task: Task
  /** 0 for regression. */
  classCount: number
  /** Features expected. */
  cols: number
  tensors: Record<string, Tensor>
  config: Record<string, unknown>
}

/** Inference, portable: the same numbers in worker, server and browser. */
export type Predictor = {
  /** Regression: one value per row. Classification: rows × classes probabilities, row-major, each row summing to 1. */
  predict(matrix: Matrix): Float64Array
  /** One row: reads `cols` features of `x` from `offset`, writes 1 or `classCount` numbers to `out`. */
  predictRow(x: ArrayLike<number>, offset: number, out: Float64Array): void
}

export type LabeledData = {
  x: Matrix
  /** Regression: the target. Classification: class codes 0 … classCount − 1. Never NaN. */
  y: Float64Array
  /** One non-negative weight per row; all 1 when absent. */
  weights?: Float64Array
}

export type FitContext = LabeledData & {
  validation?: LabeledData
  task: Task
  classCount: number
  /** Missing ones take their defaults; unknown or out of range ones are rejected. */
  parameters: Parameters
  seed: number
  /** Maximum number of threads; the result does not depend on it. */
  threads: number
  /** Progress: `step` counts up (epochs, sweeps), metrics have stable names such as `loss`, `validation_loss`. */
  report(step: number, metrics: Record<string, number>): void
  /** Fit rejects with the signal's reason soon after it is aborted. */
  signal: AbortSignal
  /** Milliseconds; only used to decide when to yield to the event loop, never for results. */
  now(): number
}

/**
 * Feature format of a trainer. `numeric`: no cell missing, numbers scaled, categories one-hot. `native`: numbers unchanged, NaN where
 * missing, categories as codes (trees). `embedded`: no number missing, numbers scaled, categories as codes (networks with embeddings).
 */
export type FeatureKind = 'numeric' | 'native' | 'embedded'

export type Trainer = {
  id: string
  label: string
  summary: string
  tasks: Task[]
  features: FeatureKind
  parameters: ParameterDescriptor[]
  /** Several good settings to start from, best first. */
  defaultSettings(task: Task, shape: { rows: number; cols: number }): Setting[]
  fit(context: FitContext): Promise<Model>
}

/** Yields to the event loop about every 20 ms, so that an abort can arrive; throws the reason when aborted. */
export function createYielder(context: Pick<FitContext, 'signal' | 'now'>): () => Promise<void> | undefined {
  let last = context.now()
  return () => {
    context.signal.throwIfAborted()
    if (context.now() - last < 20) return undefined
    return new Promise<void>(resolve => setTimeout(resolve, 0)).then(() => {
      last = context.now()
      context.signal.throwIfAborted()
    })
  }
}

/** Runs `predictRow` over a matrix. */
export function predictByRow(
  matrix: Matrix,
  outputs: number,
  predictRow: (x: ArrayLike<number>, offset: number, out: Float64Array) => void,
): Float64Array {
  const result = new Float64Array(matrix.rows * outputs)
  const out = new Float64Array(outputs)
  for (let i = 0; i < matrix.rows; i++) {
    predictRow(matrix.data, i * matrix.cols, out)
    result.set(out, i * outputs)
  }
  return result
}
