import type { ServiceDefinition, ServiceLimits } from '#server/platform/tasks/define-service.ts'
import { type ServiceProcess, startService } from '#server/platform/tasks/service-process.ts'
import type { LoadedModel, ModelOutcome } from '../router/load-model.ts'

export type PredictArguments = Parameters<LoadedModel['predict']>
export type ModelDescription = Pick<LoadedModel, 'signature' | 'classes'>

const MODEL: ServiceDefinition<{ bundle: string }, ModelDescription, PredictArguments, ModelOutcome> = {
  name: 'model',
  module: new URL('./tasks/run-model.ts', import.meta.url),
  function: 'open',
  heapMb: 512,
  // Own models and the health of the server come first.
  nice: 10,
  memoryHint: 'Use a smaller model.',
}

export type ModelProcess = ServiceProcess<PredictArguments, ModelOutcome>

/** Loads and warms up a model in a process of its own. Throws `TaskFailure`, `TaskCrash`, or the `AppError` of the model. */
export const startModelProcess = async (bundle: string, limits: ServiceLimits): Promise<ModelProcess> =>
  (await startService(MODEL, { bundle }, limits)).process
