import { createRequire } from 'node:module'
import type { OnnxValue, Tensor } from 'onnxruntime-node'
import type * as Native from 'onnxruntime-node/dist/binding.js'
import { EngineError } from '../../../errors.ts'

export type Feed = {
  type: 'float32' | 'float64' | 'int32' | 'int64' | 'string' | 'bool'
  data: Tensor['data']
  shape: number[]
}

export type OnnxSession = {
  /** Runs the graph; returns one of its outputs. @throws EngineError `onnx-run` with the runtime's message, `onnx-memory`. */
  run(feeds: Record<string, Feed>, output: string): { data: ArrayLike<number | bigint>; shape: readonly number[] }
}

type Runtime = { native: typeof Native; tensor: typeof Tensor }
let runtime: Runtime | undefined

/** Loaded on first use: the library has 30 MB. */
function loadRuntime(): Runtime {
  if (runtime) return runtime
  const require = createRequire(import.meta.url)
  try {
    // `InferenceSession.run` wraps this same synchronous call in a promise; results here are needed synchronously.
    const native = require('onnxruntime-node/dist/binding.js') as typeof Native
    native.initOrt()
    runtime = { native, tensor: (require('onnxruntime-node') as { Tensor: typeof Tensor }).Tensor }
    return runtime
  } catch (error) {
    throw new EngineError(
      'onnx-runtime',
      `ONNX Runtime does not load here: ${String((error as Error).message).split('\n')[0]}`,
      'It needs Linux, macOS or Windows on x64 or arm64; install FlexiML again.',
    )
  }
}

/**
 * Opens a session with one thread, so that a model gives the same numbers everywhere. Check the file first (`checkOnnx`).
 * @throws EngineError `onnx-file` if the runtime rejects it, `onnx-memory`.
 */
export function openSession(file: Uint8Array): OnnxSession {
  const { native, tensor } = loadRuntime()
  const session = new native.binding.InferenceSession()
  try {
    session.loadModel(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Memory is returned after each run, and what is used is what the model needs.
      enableCpuMemArena: false,
      enableMemPattern: false,
      // The error is reported anyway.
      logSeverityLevel: 4,
      extra: { session: { load_model_format: 'ONNX' } },
    })
  } catch (error) {
    if (isMemoryRefused(error)) throw memoryRefused()
    throw new EngineError(
      'onnx-file',
      `ONNX Runtime does not take the file: ${describeError(error)}`,
      'Export the model again.',
    )
  }
  return {
    run(feeds, output) {
      const given: Record<string, OnnxValue> = {}
      for (const [name, { type, data, shape }] of Object.entries(feeds)) {
        given[name] = new tensor(type, data as Float32Array, shape) as Tensor
      }
      let result: Tensor
      try {
        result = session.run(given, { [output]: null }, {})[output] as Tensor
      } catch (error) {
        if (isMemoryRefused(error)) throw memoryRefused()
        throw new EngineError(
          'onnx-run',
          `The ONNX model fails: ${describeError(error)}`,
          'Check what the model expects.',
        )
      }
      return { data: result.data as ArrayLike<number | bigint>, shape: result.dims }
    },
  }
}

const isMemoryRefused = (error: unknown) =>
  /Failed to allocate memory for requested buffer|std::bad_alloc|bad allocation$/.test(String((error as Error).message))

const memoryRefused = () =>
  new EngineError(
    'onnx-memory',
    'The ONNX model asks for more memory than it may use.',
    'Use a smaller model or fewer rows.',
  )

const describeError = (error: unknown) => {
  const first = String((error as Error).message ?? error).split('\n')[0]!
  return first.length > 300 ? `${first.slice(0, 300)}…` : first
}
