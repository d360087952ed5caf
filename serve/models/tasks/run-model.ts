import { readFile } from 'node:fs/promises'
import type { OpenedService } from '#server/platform/tasks/define-service.ts'
import { type LoadedModel, loadModel, type ModelOutcome } from '../../router/load-model.ts'
import '#ml/onnx.ts'
import type { ModelDescription, PredictArguments } from '../isolated-model.ts'

/** Keeps one model of a bundle and predicts with it; runs in a process of its own. */
export async function open({
  bundle,
}: {
  bundle: string
}): Promise<OpenedService<ModelDescription, PredictArguments, ModelOutcome>> {
  const model: LoadedModel = loadModel(await readFile(bundle))
  const { signature, classes } = model
  return {
    ready: { signature, ...(classes ? { classes } : {}) },
    answer: args => model.predict(...args),
  }
}
