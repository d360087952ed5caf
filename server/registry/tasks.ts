import { z } from 'zod'
import { defineTask } from '#server/platform/tasks/define-task.ts'

const paths = z.object({ bundle: z.string() })
const nothing = z.undefined()

/** Loads a bundle and predicts generated rows. Throws `invalid` for a model that cannot predict. */
export const tryBundleTask = defineTask<{ bundle: string }, undefined>({
  name: 'trial of the model',
  module: new URL('./tasks/try-bundle.ts', import.meta.url),
  input: paths,
  result: nothing,
  memoryMb: 2048,
  heapMb: () => 1024,
  memoryHint: 'Import a smaller model.',
})

/** Writes a bundle as an ONNX file. Throws `invalid` if the model cannot be expressed in ONNX. */
export const exportOnnxTask = defineTask<{ bundle: string; output: string }, undefined>({
  name: 'export',
  module: new URL('./tasks/export-onnx.ts', import.meta.url),
  input: paths.extend({ output: z.string() }),
  result: nothing,
  memoryMb: 4096,
  heapMb: () => 2048,
  memoryHint: 'Export the model in its own format.',
})
