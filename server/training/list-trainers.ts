import { automl, listTrainers, type ParameterDescriptor, type Task } from '#ml/node.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'

export interface TrainerDescription {
  id: string
  label: string
  description: string
  tasks: Task[]
  parameters: ParameterDescriptor[]
}

/** Lists the trainers with the parameters that forms are generated from. */
export async function listTrainerDescriptions(
  kernel: Kernel,
  caller: Caller,
): Promise<{ items: TrainerDescription[] }> {
  await authorize(kernel, caller, 'training:read')
  const items = [...listTrainers(), automl].map(({ id, label, summary, tasks, parameters }) => ({
    id,
    label,
    description: summary,
    tasks,
    parameters,
  }))
  return { items }
}
