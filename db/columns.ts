import { customType, jsonb, timestamp, uuid } from 'drizzle-orm/pg-core'

/** UUIDv7 made by us (`kernel/ids.ts`), never by the database. */
export const id = (name = 'id') => uuid(name)
/** Every domain table carries its project; foreign keys are composite with it, so a link across projects cannot be stored. */
export const projectId = () => uuid('project_id').notNull()
/** An instant, millisecond precision. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })
export const createdAt = () => instant('created_at').notNull().defaultNow()
/** Stored JSON carries its own version field `v` where its shape may change. */
export const json = <T>(name: string) => jsonb(name).$type<T>()
/** 64-bit transaction id: what readers of the event log order by, so that late commits are never skipped. */
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' })
