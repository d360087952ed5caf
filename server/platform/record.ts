import type { z } from 'zod'
import type { Tx } from '#db/client.ts'
import type { Actor } from '#server/kernel/scope.ts'
import { writeAudit } from './audit.ts'
import type { EventDefinition } from './define-event.ts'
import { writeEvent } from './events.ts'
import { type Link, type Ref, writeLinks } from './links.ts'
import type { Signal } from './notifier.ts'
import { type LiveTopic, subjectOf } from './subjects/contract.ts'

interface AuditPart {
  /** Name of the permission or use case, for example `registry.promote-version`. */
  action: string
  /** Absent: the payload of the event. */
  details?: Record<string, unknown>
  /** Absent: the subject of the record. */
  subject?: Ref
}

interface RecordBase {
  links?: Link[]
  /** The reason that a person entered. */
  reason?: string
  /** Other subjects whose pages show the change. */
  wakes?: readonly Ref[]
}

/** A change of one subject, with the event that consumers react to. */
export interface EventRecord<E extends EventDefinition> extends RecordBase {
  projectId: string
  event: E
  subject: { kind: E['subject']; id: string }
  payload: z.input<E['payload']>
  audit?: AuditPart
}

/** A change of one subject that no consumer reacts to. */
export interface AuditRecord extends RecordBase {
  /** Null: concerns the instance. */
  projectId: string | null
  subject: Ref
  audit: AuditPart
  /** Published live under this topic instead of the subject's own. */
  topic?: LiveTopic
}

/**
 * Writes event, audit entry and links of one subject in the transaction of its change, and signals the pages that show it after the commit.
 */
export interface Recorder {
  <E extends EventDefinition>(entry: EventRecord<E>): Promise<void>
  (entry: AuditRecord): Promise<void>
}

type AnyRecord = Omit<AuditRecord, 'audit'> &
  Partial<Pick<AuditRecord, 'audit'>> &
  Partial<Pick<EventRecord<EventDefinition>, 'event' | 'payload'>>

export function createRecorder(tx: Tx, actor: Actor, signals: Signal[]): Recorder {
  const wake = (projectId: string | null, { kind, id }: Ref, topic = subjectOf(kind)?.topic) => {
    if (topic) signals.push(projectId === null ? { topic } : { topic, projectId, id })
  }
  return async (entry: AnyRecord) => {
    const { projectId, subject, event, payload, audit, reason } = entry
    if (projectId !== null && entry.links) await writeLinks(tx, projectId, entry.links)
    if (projectId !== null && event) {
      await writeEvent(tx, actor, event, { projectId, id: subject.id, reason, payload })
      signals.push({ topic: 'events' })
    }
    if (audit) {
      const { kind, id } = audit.subject ?? subject
      const details = audit.details ?? payload
      await writeAudit(tx, actor, {
        projectId,
        action: audit.action,
        subjectKind: kind,
        subjectId: id,
        outcome: 'done',
        reason,
        details,
      })
    }
    wake(projectId, subject, event?.topic ?? entry.topic)
    for (const ref of entry.wakes ?? []) wake(projectId, ref)
  }
}
