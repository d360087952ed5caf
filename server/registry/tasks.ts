import { z } from 'zod'
import type { ServiceDefinition } from '#server/platform/tasks/define-service.ts'
import { defineTask } from '#server/platform/tasks/define-task.ts'
import { importInputSchema, type Signature } from './contract.ts'

const paths = z.object({ bundle: z.string() })
const nothing = z.undefined()
/** Made by our own code in the child process, from checked input. */
const signature = z.custom<Signature>(value => Array.isArray((value as Signature | undefined)?.columns))

const importFile = importInputSchema
  .pick({ task: true, target: true, columns: true, classes: true })
  .required({ target: true })
  .extend({ file: z.string(), output: z.string() })
export type ImportFile = z.output<typeof importFile>

/** Checks an ONNX file and writes it as a bundle. Throws `invalid` for what cannot be imported. */
export const importOnnxTask = defineTask<ImportFile, Signature>({
  name: 'import of the model',
  module: new URL('./tasks/import-onnx.ts', import.meta.url),
  input: importFile as z.ZodType<ImportFile>,
  result: signature,
  memoryMb: 4096,
  heapMb: () => 2048,
  memoryHint: 'Import a smaller model.',
})

/** Opens a bundle and describes what it takes and gives. Throws `invalid` for one that cannot be served. */
export const openBundleTask = defineTask<{ bundle: string }, Signature>({
  name: 'opening of the model',
  module: new URL('./tasks/open-bundle.ts', import.meta.url),
  input: paths,
  result: signature,
  memoryMb: 4096,
  heapMb: () => 2048,
  memoryHint: 'Register a smaller model.',
})

/** Loads a bundle and predicts generated rows when it is opened. Throws `invalid` for a model that cannot predict. */
export const TRIAL: ServiceDefinition<{ bundle: string; milliseconds: number }, undefined, never, never> = {
  name: 'model',
  module: new URL('./tasks/try-bundle.ts', import.meta.url),
  function: 'open',
  heapMb: 1024,
  nice: 5,
  memoryHint: 'Import a smaller model.',
}

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
