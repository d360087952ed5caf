import type { Handle } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'

export interface RunToRegister {
  id: string
  name: string
  number: number
  trainer: string
  state: string
  /** SHA-256 of the packed bundle. */
  modelDigest: string | null
  metrics: Record<string, number | null>
}

/** A run of the project by id, whatever its state: the registry says what it needs of it. */
export const findDoneRun = (db: Handle, scope: ProjectScope, runId: string): Promise<RunToRegister | undefined> =>
  db.query.runs.findFirst({
    columns: { id: true, name: true, number: true, trainer: true, state: true, modelDigest: true, metrics: true },
    where: (run, { and, eq }) => and(eq(run.projectId, scope.projectId), eq(run.id, runId)),
  })
