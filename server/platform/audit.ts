import { and, desc, eq, gte, ilike, isNull, lt, or, sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { auditLog } from '#db/schema/platform.ts'
import { currentRequestId } from '#server/kernel/log.ts'
import type { Actor, ProjectScope } from '#server/kernel/scope.ts'
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

export type AuditRow = typeof auditLog.$inferSelect

export interface AuditFilter {
  /** Only entries before this one. */
  cursor?: number
  limit: number
  action?: string
  outcome?: string
  /** As `user:…`, `token:…` or `system:…`. */
  actor?: string
  from?: Date
  /** Exclusive. */
  to?: Date
  /** Text in the action, subject, reason or details, or an actor of `actors`. */
  q?: string
  /** Actors whose names contain `q`. */
  actors?: readonly string[]
}

/** Selects the entries of a project, or those outside of projects. */
const ofAudit = (scope: ProjectScope | null) =>
  scope ? eq(auditLog.projectId, scope.projectId) : isNull(auditLog.projectId)

/** `100%` is a text, not a pattern. */
const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

function matching({ q, actors = [] }: AuditFilter) {
  if (!q) return undefined
  const pattern = containing(q)
  // Actions are shown with spaces, and stored with hyphens and a dot.
  const action = containing(q.replaceAll(' ', '-'))
  return or(
    ilike(auditLog.action, action),
    ilike(auditLog.subjectId, pattern),
    ilike(auditLog.subjectKind, action),
    ilike(auditLog.reason, pattern),
    sql`${auditLog.details}::text ILIKE ${pattern}`,
    actors.length > 0
      ? sql`${auditLog.actorKind} || ':' || ${auditLog.actorId} IN (${sql.join(
          actors.map(key => sql`${key}`),
          sql`, `,
        )})`
      : undefined,
  )
}

export async function listAuditRows(db: Handle, scope: ProjectScope | null, input: AuditFilter): Promise<AuditRow[]> {
  const colon = input.actor?.indexOf(':') ?? -1
  return db
    .select()
    .from(auditLog)
    .where(
      and(
        ofAudit(scope),
        input.cursor === undefined ? undefined : lt(auditLog.id, input.cursor),
        input.action ? eq(auditLog.action, input.action) : undefined,
        input.outcome ? eq(auditLog.outcome, input.outcome) : undefined,
        input.from ? gte(auditLog.at, input.from) : undefined,
        input.to ? lt(auditLog.at, input.to) : undefined,
        matching(input),
        input.actor
          ? and(eq(auditLog.actorKind, input.actor.slice(0, colon)), eq(auditLog.actorId, input.actor.slice(colon + 1)))
          : undefined,
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(input.limit + 1)
}

/** Lists the actions and actors of the newest entries, as filter options. */
export async function listAuditFacets(
  db: Handle,
  scope: ProjectScope | null,
): Promise<{ actorKind: string; actorId: string; action: string }[]> {
  const recent = db
    .select({ action: auditLog.action, actorKind: auditLog.actorKind, actorId: auditLog.actorId })
    .from(auditLog)
    .where(ofAudit(scope))
    .orderBy(desc(auditLog.id))
    .limit(5000)
    .as('recent')
  return db.selectDistinct().from(recent)
}
