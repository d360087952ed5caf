import { sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'

export interface RecentEvent {
  seq: number
  at: string
  type: string
  subjectKind: string
  subjectId: string
  actorKind: string
  actorId: string
  reason: string | null
  payload: Record<string, unknown>
}

/** Lists the newest events of a project for display; readers that must not miss any use `readEvents`. */
export async function listRecentEvents(db: Handle, scope: ProjectScope, limit: number): Promise<RecentEvent[]> {
  const rows = (await db.execute(sql`
    SELECT e.seq, e.at, e.type, e.subject_kind, e.subject_id, e.actor_kind, e.actor_id, e.reason, e.payload
    FROM events e
    WHERE e.project_id = ${scope.projectId} ORDER BY e.seq DESC LIMIT ${limit}`)) as unknown as {
    seq: string
    at: string
    type: string
    subject_kind: string
    subject_id: string
    actor_kind: string
    actor_id: string
    reason: string | null
    payload: Record<string, unknown>
  }[]
  return rows.map(r => ({
    seq: Number(r.seq),
    at: new Date(r.at).toISOString(),
    type: r.type,
    subjectKind: r.subject_kind,
    subjectId: r.subject_id,
    actorKind: r.actor_kind,
    actorId: r.actor_id,
    reason: r.reason,
    payload: r.payload,
  }))
}
