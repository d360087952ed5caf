import type { Handle } from '#db/client.ts'
import { auditLog } from '#db/schema/index.ts'
import { currentRequestId } from '#server/kernel/log.ts'
import type { Actor } from '#server/kernel/scope.ts'
import type { SubjectKind } from './subjects/contract.ts'

export interface AuditEntry {
  /** Null: concerns the instance. */
  projectId: string | null
  /** Name of the permission or use case, for example `registry.promote-version`. */
  action: string
  subjectKind: SubjectKind
  subjectId: string
  outcome: 'done' | 'refused' | 'failed'
  reason?: string
  details?: Record<string, unknown>
}

/** Writes an audit entry in the transaction of the change. Refusals go through the pool, so that they survive a rollback of the request. */
export async function writeAudit(db: Handle, actor: Actor, entry: AuditEntry): Promise<void> {
  await db.insert(auditLog).values({
    ...entry,
    details: entry.details ?? {},
    actorKind: actor.kind,
    actorId: actor.id,
    requestId: currentRequestId(),
  })
}
