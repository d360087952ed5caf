import { and, eq } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { runs } from '#db/schema/index.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'

export interface RunToRegister {
  id: string
  name: string
  number: number
  trainer: string
  state: string
  modelDigest: string | null
  metrics: Record<string, number | null>
}

/** A run of the project by id, whatever its state: the registry says what it needs of it. */
export async function findDoneRun(db: Handle, scope: ProjectScope, runId: string): Promise<RunToRegister | undefined> {
  const [row] = await db
    .select({
      id: runs.id,
      name: runs.name,
      number: runs.number,
      trainer: runs.trainer,
      state: runs.state,
      modelDigest: runs.modelDigest,
      metrics: runs.metrics,
    })
    .from(runs)
    .where(and(eq(runs.projectId, scope.projectId), eq(runs.id, runId)))
  return row
}
