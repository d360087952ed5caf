import { customType, jsonb, timestamp, uuid } from 'drizzle-orm/pg-core'

/** UUIDv7 created by `kernel/ids.ts`, never by the database. */
export const id = (name = 'id') => uuid(name)
/** Project of a row in a domain table. Foreign keys include it, so a link across projects cannot be stored. */
export const projectId = () => uuid('project_id').notNull()
/** Timestamp with millisecond precision. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })
export const createdAt = () => instant('created_at').notNull().defaultNow()
/** JSON; has a version field `v` where its shape may change. */
export const json = <T>(name: string) => jsonb(name).$type<T>()
/** 64-bit transaction id. Readers of the event log order by it, so that late commits are not skipped. */
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' })
