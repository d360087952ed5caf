import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Handle, Tx } from '#db/client.ts'
import { events } from '#db/schema/platform.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Actor } from '#server/kernel/scope.ts'
import type { EventDefinition, PayloadOf } from './define-event.ts'

export interface NewEvent<E extends EventDefinition> {
  projectId: string
  /** Id of the event's subject. */
  id: string
  reason?: string
  payload: z.input<E['payload']>
}

export interface StoredEvent {
  /** Unique; use it to make effects of an event idempotent. */
  seq: number
  xid: string
  at: Date
  projectId: string
  type: string
  subjectKind: string
  subjectId: string
  actorKind: string
  actorId: string
  reason?: string
  payload: Record<string, unknown>
}

export interface EventCursor {
  xid: string
  seq: number
}

/** Writes an event in the transaction of its change. Use `Change.record`, which also notifies readers. */
export async function writeEvent<E extends EventDefinition>(
  tx: Tx,
  actor: Actor,
  event: E,
  { projectId, id, reason, payload }: NewEvent<E>,
): Promise<void> {
  const checked = event.payload.safeParse(payload)
  if (!checked.success)
    throw new AppError('internal', `The payload of event ${event.name} is invalid: ${checked.error.message}`)
  await tx.insert(events).values({
    projectId,
    type: event.name,
    subjectKind: event.subject,
    subjectId: id,
    reason,
    payload: checked.data,
    actorKind: actor.kind,
    actorId: actor.id,
  })
}

/** Parses the payload of a stored event; undefined if it is another event. Throws `invalid` if the payload does not match the schema. */
export function payloadOf<E extends EventDefinition>(event: E, stored: StoredEvent): PayloadOf<E> | undefined {
  if (stored.type !== event.name) return undefined
  const payload = event.payload.safeParse(stored.payload)
  if (!payload.success)
    throw new AppError(
      'invalid',
      `The payload of event ${stored.seq} (${event.name}) is invalid: ${payload.error.message}`,
    )
  return payload.data as PayloadOf<E>
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
 * Reads events after `cursor` in commit-safe order. Only rows of transactions older than every running one are returned, ordered by
 * (xid, seq), so that a transaction that commits late is never skipped.
 */
export async function readEvents(db: Handle, cursor: EventCursor, limit = 500): Promise<StoredEvent[]> {
  const rows = (await db.execute(sql`
    SELECT seq, xid::text AS xid, at, project_id, type, subject_kind, subject_id, actor_kind, actor_id, reason, payload
    FROM events
    WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) AND (xid, seq) > (${cursor.xid}::xid8, ${cursor.seq}::bigint)
    ORDER BY events.xid, events.seq LIMIT ${limit}`)) as unknown as Row[]
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

/** Returns the position after all visible events, where a reader of only future events starts. */
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
