import { eq, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { events, projects } from '#db/schema/index.ts'
import { type Actor, type ProjectScope, scopeOf } from '#server/kernel/scope.ts'

export interface NewEvent {
  projectId: string
  /** `<domain>.<thing>-<past participle>`, as `registry.version-promoted`. */
  type: string
  subjectKind: string
  subjectId: string
  reason?: string
  payload?: Record<string, unknown>
}

export interface StoredEvent extends NewEvent {
  seq: number
  xid: string
  at: Date
  actorKind: string
  actorId: string
}

export interface EventCursor {
  xid: string
  seq: number
}

/** Writes the event in the transaction of the change it tells of. */
export async function writeEvent(tx: Tx, actor: Actor, event: NewEvent): Promise<void> {
  await tx.insert(events).values({ ...event, payload: event.payload ?? {}, actorKind: actor.kind, actorId: actor.id })
}

type Row = {
  seq: string
  xid: string
  at: string
  project_id: string
  type: string
  subject_kind: string
  subject_id: string
  actor_kind: string
  actor_id: string
  reason: string | null
  payload: Record<string, unknown>
}

/**
 * Events after `cursor` in commit-safe order. Only rows of transactions older than every running one are returned, ordered by
 * (xid, seq), so that a transaction that commits late is never skipped.
 */
export async function readEvents(db: Handle, cursor: EventCursor, limit = 500): Promise<StoredEvent[]> {
  const rows = (await db.execute(sql`
    SELECT seq, xid::text AS xid, at, project_id, type, subject_kind, subject_id, actor_kind, actor_id, reason, payload
    FROM events
    WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) AND (xid, seq) > (${cursor.xid}::xid8, ${cursor.seq}::bigint)
    ORDER BY xid, seq LIMIT ${limit}`)) as unknown as Row[]
  return rows.map(r => ({
    seq: Number(r.seq),
    xid: r.xid,
    at: new Date(r.at),
    projectId: r.project_id,
    type: r.type,
    subjectKind: r.subject_kind,
    subjectId: r.subject_id,
    actorKind: r.actor_kind,
    actorId: r.actor_id,
    reason: r.reason ?? undefined,
    payload: r.payload,
  }))
}

/** The position after everything that is visible now: where a reader starts that only wants what comes. */
export async function currentCursor(db: Handle): Promise<EventCursor> {
  const [row] = (await db.execute(sql`SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid`)) as unknown as [
    { xid: string },
  ]
  return { xid: row.xid, seq: -1 }
}

export async function loadCursor(db: Handle, reader: string): Promise<EventCursor> {
  const rows = (await db.execute(
    sql`SELECT xid::text AS xid, seq FROM event_cursors WHERE reader = ${reader}`,
  )) as unknown as { xid: string; seq: string }[]
  return rows[0] ? { xid: rows[0].xid, seq: Number(rows[0].seq) } : { xid: '0', seq: 0 }
}

export async function saveCursor(db: Handle, reader: string, cursor: EventCursor): Promise<void> {
  await db.execute(sql`
    INSERT INTO event_cursors (reader, xid, seq) VALUES (${reader}, ${cursor.xid}::xid8, ${cursor.seq})
    ON CONFLICT (reader) DO UPDATE SET xid = excluded.xid, seq = excluded.seq, updated_at = now()`)
}

/** A reader that reacts works in the project of the event; undefined when it is gone. */
export async function eventScope(db: Handle, event: Pick<StoredEvent, 'projectId'>): Promise<ProjectScope | undefined> {
  const [project] = await db.select().from(projects).where(eq(projects.id, event.projectId))
  return project && scopeOf(project)
}
