import { boolean, foreignKey, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { projects } from './access.ts'
import { ingestions } from './data.ts'

/** Connection to a database, an HTTP server or an object store. */
export const connections = pgTable(
  'connections',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    name: text('name').notNull(),
    /** url | database | objects */
    kind: text('kind').notNull(),
    address: json<unknown>('address').notNull(),
    /** Encrypted with the key of the instance, bound to this row; never returned. */
    secrets: text('secrets').notNull(),
    secretNames: json<string[]>('secret_names').notNull(),
    /** none | running | passed | failed */
    testState: text('test_state').notNull().default('none'),
    testSentence: text('test_sentence'),
    testedAt: instant('tested_at'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('connections_project_key').on(t.projectId, t.id),
    unique('connections_name_key').on(t.projectId, t.name),
  ],
)

/** Source of a dataset: a connection, or its own address. */
export const sources = pgTable(
  'sources',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    datasetName: text('dataset_name').notNull(),
    kind: text('kind').notNull(),
    connectionId: uuid('connection_id'),
    address: json<unknown>('address'),
    secrets: text('secrets').notNull(),
    secretNames: json<string[]>('secret_names').notNull(),
    reading: json<unknown>('reading').notNull(),
    append: boolean('append').notNull().default(false),
    /** Target and time column given when it was added, for the first version. */
    options: json<Record<string, unknown>>('options').notNull(),
    lastIngestionId: uuid('last_ingestion_id'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('sources_project_key').on(t.projectId, t.id),
    unique('sources_dataset_key').on(t.projectId, t.datasetName),
    foreignKey({
      name: 'sources_connection_fk',
      columns: [t.projectId, t.connectionId],
      foreignColumns: [connections.projectId, connections.id],
    }),
    foreignKey({
      name: 'sources_last_ingestion_fk',
      columns: [t.projectId, t.lastIngestionId],
      foreignColumns: [ingestions.projectId, ingestions.id],
    }),
  ],
)
