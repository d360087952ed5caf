import { foreignKey, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { projects } from './access.ts'
import { runs } from './training.ts'

export const models = pgTable(
  'models',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    latestVersion: integer('latest_version').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [unique('models_project_key').on(t.projectId, t.id), unique('models_name_key').on(t.projectId, t.name)],
)

export const modelVersions = pgTable(
  'model_versions',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    modelId: uuid('model_id').notNull(),
    number: integer('number').notNull(),
    runId: uuid('run_id'),
    /** SHA-256 of the source artifact. */
    digest: text('digest').notNull(),
    /** What the inference server loads, or the reason why it cannot. */
    servable: json<{ kind: 'native'; digest: string } | { kind: 'none'; reason: string }>('servable').notNull(),
    signature: json<unknown>('signature').notNull(),
    metrics: json<Record<string, number | null>>('metrics').notNull(),
    note: text('note').notNull().default(''),
    /** ready | archived */
    state: text('state').notNull().default('ready'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('model_versions_project_key').on(t.projectId, t.id),
    unique('model_versions_number_key').on(t.projectId, t.modelId, t.number),
    foreignKey({
      name: 'model_versions_model_fk',
      columns: [t.projectId, t.modelId],
      foreignColumns: [models.projectId, models.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'model_versions_run_fk',
      columns: [t.projectId, t.runId],
      foreignColumns: [runs.projectId, runs.id],
    }),
  ],
)

export const modelAliases = pgTable(
  'model_aliases',
  {
    projectId: projectId(),
    modelId: uuid('model_id').notNull(),
    alias: text('alias').notNull(),
    versionId: uuid('version_id').notNull(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    updatedBy: text('updated_by').notNull(),
  },
  t => [
    primaryKey({ columns: [t.projectId, t.modelId, t.alias] }),
    foreignKey({
      name: 'model_aliases_model_fk',
      columns: [t.projectId, t.modelId],
      foreignColumns: [models.projectId, models.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'model_aliases_version_fk',
      columns: [t.projectId, t.versionId],
      foreignColumns: [modelVersions.projectId, modelVersions.id],
    }).onDelete('cascade'),
  ],
)
