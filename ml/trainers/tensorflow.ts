import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import type * as TensorFlow from '@tensorflow/tfjs'
import { EngineError } from '../errors.ts'
import type { Backend } from '../format/bundle.ts'

type Loaded = { tf: typeof TensorFlow; backend: Backend }
type WasmModule = { setWasmPaths(folder: string): void; version_wasm: string }

let loading: Promise<Loaded> | undefined

/**
 * Loads TensorFlow.js with the fastest available backend: the native library if its binary is installed (`npm run tensorflow-native`),
 * otherwise
 * WebAssembly (SIMD, one thread). FLEXIML_TENSORFLOW=native or wasm forces one. Loaded once, on first use, without console output.
 * @throws EngineError `backend` when none loads.
 */
export function loadTensorFlow(): Promise<Loaded> {
  loading ??= load()
  return loading
}

/** Returns the backend that trains networks here, its version, and why it is not the native one. */
export async function backend(): Promise<Backend> {
  return (await loadTensorFlow()).backend
}

async function load(): Promise<Loaded> {
  const require = createRequire(import.meta.url)
  const wanted = process.env.FLEXIML_TENSORFLOW
  let reason = 'FLEXIML_TENSORFLOW=wasm is set'
  if (wanted !== 'wasm') {
    try {
      const tf = requireNative(require)
      await tf.ready()
      return { tf, backend: { name: 'tensorflow', version: tf.version['tfjs-node'] ?? tf.version.tfjs } }
    } catch (error) {
      const missing = /can not be found|Cannot find module/.test(String(error))
      reason = missing
        ? 'the native TensorFlow library is not installed'
        : `the native TensorFlow library does not load: ${String((error as Error).message).split('\n')[0]}`
    }
  }
  if (wanted === 'native') {
    loading = undefined
    throw new EngineError(
      'backend',
      `FLEXIML_TENSORFLOW=native, but ${reason}.`,
      'Run `npm run tensorflow-native`, or leave FLEXIML_TENSORFLOW out.',
    )
  }
  try {
    const tf = require('@tensorflow/tfjs') as typeof TensorFlow
    tf.enableProdMode()
    const name = '@tensorflow/tfjs-backend-wasm'
    const wasm = require(name) as WasmModule
    // One thread keeps sums in the same order; processes share the machine by jobs, not by threads.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
    wasm.setWasmPaths(dirname(require.resolve(name)) + sep)
    if (!(await tf.setBackend('wasm'))) throw new Error('the backend refused to start')
    await tf.ready()
    return { tf, backend: { name: 'wasm', version: wasm.version_wasm, reason } }
  } catch (error) {
    loading = undefined
    throw new EngineError(
      'backend',
      `TensorFlow.js cannot start: ${reason}, and neither does WebAssembly (${(error as Error).message}).`,
      'Install FlexiML’s packages again, or train with another trainer.',
    )
  }
}

type NativeTensorFlow = typeof TensorFlow & { version: Record<string, string> & { tfjs: string } }

function requireNative(require: NodeJS.Require): NativeTensorFlow {
  // tfjs-node 4.22 calls a helper that Node removed in version 23.
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean }
  util.isNullOrUndefined ??= value => value === null || value === undefined
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  // One thread per operation: sums keep their order, so that training is reproducible bit for bit.
  process.env.TF_NUM_INTRAOP_THREADS ??= '1'
  const tf = require('@tensorflow/tfjs-node') as NativeTensorFlow
  tf.enableProdMode()
  return tf
}
