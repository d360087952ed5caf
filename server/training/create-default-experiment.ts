import type { Tx } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { insertExperiment } from './store.ts'

/** Creates experiment 0 with its project: for runs that clients log without an experiment. */
export async function createDefaultExperiment(tx: Tx, scope: ProjectScope, createdBy: string): Promise<void> {
  await insertExperiment(tx, scope, { name: 'Default', settings: { v: 1 }, createdBy }, 0)
}
