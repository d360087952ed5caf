import { foreignKey, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { datasets, datasetVersions } from './data.ts'

/** Versions of the expectations of a dataset; a validation references the one that it checked. */
export const expectationSuites = pgTable(
  'expectation_suites',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    datasetId: uuid('dataset_id').notNull(),
    number: integer('number').notNull(),
    /** `{v: 1, expectations}` */
    body: json<unknown>('body').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('expectation_suites_project_key').on(t.projectId, t.id),
    unique('expectation_suites_number_key').on(t.projectId, t.datasetId, t.number),
    foreignKey({
      name: 'expectation_suites_dataset_fk',
      columns: [t.projectId, t.datasetId],
      foreignColumns: [datasets.projectId, datasets.id],
    }).onDelete('cascade'),
  ],
)

export const datasetValidations = pgTable(
  'dataset_validations',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    versionId: uuid('version_id').notNull(),
    suiteId: uuid('suite_id').notNull(),
    /** queued | running | succeeded | failed */
    state: text('state').notNull(),
    reason: text('reason'),
    /** pass | warn | fail; null until succeeded. */
    verdict: text('verdict'),
    /** `{v: 1, rows, results}`; null until succeeded. */
    body: json<unknown>('body'),
    jobId: uuid('job_id'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  t => [
    unique('dataset_validations_project_key').on(t.projectId, t.id),
    foreignKey({
      name: 'dataset_validations_version_fk',
      columns: [t.projectId, t.versionId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'dataset_validations_suite_fk',
      columns: [t.projectId, t.suiteId],
      foreignColumns: [expectationSuites.projectId, expectationSuites.id],
    }).onDelete('cascade'),
    index('dataset_validations_version_idx').on(t.projectId, t.versionId, t.createdAt),
  ],
)

/** Approval of a failing version with a reason; valid for the failures listed. */
export const validationOverrides = pgTable(
  'validation_overrides',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    validationId: uuid('validation_id').notNull(),
    versionId: uuid('version_id').notNull(),
    /** Ids of the expectations that failed. */
    expectations: json<string[]>('expectations').notNull(),
    reason: text('reason').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('validation_overrides_project_key').on(t.projectId, t.id),
    foreignKey({
      name: 'validation_overrides_validation_fk',
      columns: [t.projectId, t.validationId],
      foreignColumns: [datasetValidations.projectId, datasetValidations.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'validation_overrides_version_fk',
      columns: [t.projectId, t.versionId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }).onDelete('cascade'),
    index('validation_overrides_version_idx').on(t.projectId, t.versionId, t.createdAt),
  ],
)
