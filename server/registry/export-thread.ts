/** A thread that writes a bundle as ONNX: a forest of many megabytes would hold up everybody else's requests for seconds. */
import { parentPort, workerData } from 'node:worker_threads'
import { bundleToOnnx, EngineError } from '#ml/index.ts'

export type Exported = { bytes: Uint8Array } | { message: string; hint: string }

function write(bundle: Uint8Array): Exported {
  try {
    return { bytes: bundleToOnnx(bundle) }
  } catch (error) {
    if (error instanceof EngineError) return { message: error.message, hint: error.hint }
    throw error
  }
}

parentPort?.postMessage(write(workerData as Uint8Array))
