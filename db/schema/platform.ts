import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId, xid8 } from '../columns.ts'
import { projects } from './access.ts'

/** One row with the identity of the instance, checked by each process at its start. */
export const instance = pgTable('instance', {
  id: integer('id').primaryKey(),
  keyCheck: text('key_check').notNull(),
  blobStoreId: text('blob_store_id').notNull(),
  minCode: integer('min_code').notNull(),
  sampleState: text('sample_state'),
  createdAt: createdAt(),
})

/** The outbox: partitioned by day (hand-written SQL). Read in (xid, seq) order below the oldest running transaction. */
export const events = pgTable(
  'events',
  {
    seq: bigint('seq', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
    at: instant('at').notNull().defaultNow(),
    projectId: projectId(),
    type: text('type').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    reason: text('reason'),
    payload: json<Record<string, unknown>>('payload').notNull().default({}),
  },
  t => [
    primaryKey({ columns: [t.at, t.seq] }),
    index('events_order_idx').on(t.xid, t.seq),
    index('events_project_idx').on(t.projectId, t.seq),
  ],
)

export const eventCursors = pgTable('event_cursors', {
  reader: text('reader').primaryKey(),
  xid: xid8('xid').notNull(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
})

/** Events that a consumer has not handled yet, in commit order per consumer and subject. Deleted when handled. */
export const eventDeliveries = pgTable(
  'event_deliveries',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    consumer: text('consumer').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    xid: xid8('xid').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    event: json<Record<string, unknown>>('event').notNull(),
    /** pending: waits for an earlier one of its subject | sent: has a job | dead: its job failed for good */
    state: text('state').notNull().default('pending'),
    jobId: uuid('job_id'),
    createdAt: createdAt(),
  },
  t => [
    primaryKey({ name: 'event_deliveries_pkey', columns: [t.consumer, t.seq] }),
    index('event_deliveries_subject_idx').on(t.consumer, t.subjectKind, t.subjectId, t.xid, t.seq),
    index('event_deliveries_job_idx').on(t.projectId, t.jobId),
  ],
)

/** Jobs and their permanent record. pg-boss delivers the job of the same id to a worker. */
export const jobs = pgTable(
  'jobs',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    name: text('name').notNull(),
    lane: text('lane').notNull(),
    title: text('title').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: uuid('subject_id').notNull(),
    payload: json<Record<string, unknown>>('payload').notNull(),
    /** queued | running | succeeded | failed | cancelled */
    state: text('state').notNull().default('queued'),
    reasonCode: text('reason_code'),
    reason: text('reason'),
    /** Progress, 0 to 1. */
    progress: json<{ done: number; note?: string; etaSeconds?: number }>('progress'),
    attemptsMade: integer('attempts_made').notNull().default(0),
    attemptsAllowed: integer('attempts_allowed').notNull(),
    cancelRequestedAt: instant('cancel_requested_at'),
    /** When pg-boss had no retry left. */
    deadLetteredAt: instant('dead_lettered_at'),
    runAfter: instant('run_after').notNull().defaultNow(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    startedAt: instant('started_at'),
    endedAt: instant('ended_at'),
  },
  t => [
    unique('jobs_project_key').on(t.projectId, t.id),
    index('jobs_state_idx').on(t.state, t.lane, t.runAfter),
    index('jobs_subject_idx').on(t.subjectKind, t.subjectId),
    index('jobs_project_created_idx').on(t.projectId, t.createdAt),
    index('jobs_project_ended_idx').on(t.projectId, t.endedAt),
    index('jobs_dead_letter_idx').on(t.projectId, t.deadLetteredAt).where(sql`dead_lettered_at IS NOT NULL`),
  ],
)

/** An attempt at a job and the fence of its writes: only the newest running attempt may write. */
export const attempts = pgTable(
  'attempts',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    jobId: uuid('job_id').notNull(),
    number: integer('number').notNull(),
    workerId: uuid('worker_id').notNull(),
    /** running | succeeded | failed | cancelled | lost */
    state: text('state').notNull(),
    reasonCode: text('reason_code'),
    reason: text('reason'),
    startedAt: instant('started_at').notNull().defaultNow(),
    endedAt: instant('ended_at'),
    childPid: integer('child_pid'),
    peakMemoryBytes: bigint('peak_memory_bytes', { mode: 'number' }),
  },
  t => [
    unique('attempts_number_key').on(t.jobId, t.number),
    unique('attempts_project_key').on(t.projectId, t.id),
    foreignKey({
      name: 'attempts_job_fk',
      columns: [t.projectId, t.jobId],
      foreignColumns: [jobs.projectId, jobs.id],
    }).onDelete('cascade'),
  ],
)

export const blobs = pgTable('blobs', {
  /** SHA-256, hex. */
  digest: text('digest').primaryKey(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  createdAt: createdAt(),
  tombstonedAt: instant('tombstoned_at'),
})

/** Visibility: a project sees a blob only through its own row. */
export const blobOwners = pgTable(
  'blob_owners',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    digest: text('digest')
      .notNull()
      .references(() => blobs.digest),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    createdAt: createdAt(),
  },
  t => [primaryKey({ columns: [t.projectId, t.digest] })],
)

/** Uses across domains, read by lineage, "used by" lists and purge. */
export const links = pgTable(
  'links',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    fromKind: text('from_kind').notNull(),
    fromId: text('from_id').notNull(),
    relation: text('relation').notNull(),
    toKind: text('to_kind').notNull(),
    toId: text('to_id').notNull(),
    createdAt: createdAt(),
  },
  t => [
    primaryKey({ columns: [t.projectId, t.fromKind, t.fromId, t.relation, t.toKind, t.toId] }),
    index('links_to_idx').on(t.projectId, t.toKind, t.toId),
  ],
)

export const schedules = pgTable(
  'schedules',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    name: text('name').notNull(),
    cron: text('cron').notNull(),
    zone: text('zone').notNull(),
    job: text('job').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: uuid('subject_id').notNull(),
    payload: json<Record<string, unknown>>('payload').notNull(),
    enabled: boolean('enabled').notNull().default(true),
    nextAt: instant('next_at'),
    lastAt: instant('last_at'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [unique('schedules_project_key').on(t.projectId, t.id), unique('schedules_name_key').on(t.projectId, t.name)],
)

/** Live processes of the instance on all machines. */
export const processes = pgTable('processes', {
  id: id().primaryKey(),
  kind: text('kind').notNull(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  version: text('version').notNull(),
  backend: text('backend'),
  cores: integer('cores').notNull(),
  startedAt: instant('started_at').notNull().defaultNow(),
  heartbeatAt: instant('heartbeat_at').notNull().defaultNow(),
})

/** Append-only. Changes are recorded in their own transaction, refusals on another connection. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull().defaultNow(),
    projectId: uuid('project_id'),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    action: text('action').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    outcome: text('outcome').notNull(),
    reason: text('reason'),
    details: json<Record<string, unknown>>('details').notNull().default({}),
    requestId: text('request_id'),
  },
  t => [index('audit_log_project_idx').on(t.projectId, t.id)],
)

/** Log lines in chunks, range-partitioned by day (hand-written SQL). */
export const logChunks = pgTable(
  'log_chunks',
  {
    at: instant('at').notNull().defaultNow(),
    id: id().notNull(),
    projectId: projectId(),
    jobId: uuid('job_id').notNull(),
    attempt: integer('attempt').notNull(),
    lines: json<{ at: string; level: string; text: string }[]>('lines').notNull(),
  },
  t => [primaryKey({ columns: [t.at, t.id] }), index('log_chunks_job_idx').on(t.jobId, t.id)],
)
