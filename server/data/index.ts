export { addDataset } from './add-dataset.ts'
export { completeIngestion, failIngestion, startIngestion } from './complete-ingestion.ts'
export { completeProfile, failProfile } from './complete-profile.ts'
export { findDvcBytes, storeDvcObject } from './git-objects/push-dvc.ts'
export { findLfsObject, listPushedObjects, planLfsBatch, storeLfsObject } from './git-objects/push-lfs.ts'
export { readDvcName } from './git-objects/rules/dvc-name.ts'
export { ingestFileJob, profileVersionJob } from './jobs.ts'
export { completeLeaks, failLeaks, startLeaks } from './leaks/complete-leaks.ts'
export type { LeakFinding } from './leaks/contract.ts'
export { findLeaksJob } from './leaks/jobs.ts'
export { columnLeaks, searchLeaks, showLeaks } from './leaks/read-leaks.ts'
export { type LeakScan, scanLeaks } from './leaks/scan-leaks.ts'
export { previewRows } from './preview-rows.ts'
export {
  beginQuery,
  completeQuery,
  refuseQuery,
  saveQueryResult,
  settleQuery,
} from './queries/complete-query.ts'
export { runQueryJob } from './queries/jobs.ts'
export { explainQuery, type QueryFault } from './queries/rules/explain-query.ts'
export { withoutSemicolon } from './queries/rules/read-statement.ts'
export { cancelQuery, listOwnQueries, showQuery, startQuery } from './queries/run-queries.ts'
export {
  type DatasetVersion,
  listDatasets,
  profileDataset,
  showDataset,
  showIngestion,
  versionById,
  versionOf,
} from './read-datasets.ts'
export { type FrameCell, type FrameColumns, frameQuery, readFrameColumns } from './read-frame-columns.ts'
export { listRecipes, recipeOf, recipeStepsById, sampleForRecipe, showRecipe } from './recipes/read-recipes.ts'
export { saveRecipe } from './recipes/save-recipe.ts'
export { reviewSchema } from './review-schema.ts'
export { type ColumnFacts, guessTime, inferColumn, warnAbout } from './rules/infer-column.ts'
export { addFromSource } from './sources/add-from-source.ts'
export { createConnection, deleteConnection } from './sources/create-connection.ts'
export { refreshSourceJob, testConnectionJob } from './sources/jobs.ts'
export { openConnection, openSource } from './sources/open-source.ts'
export { listConnections, showSource } from './sources/read-sources.ts'
export { auditRefusal } from './sources/require-reachable.ts'
export { describeAddress } from './sources/rules/describe-address.ts'
export { refreshSource, startScheduledRefresh } from './sources/start-refresh.ts'
export { completeTest, failTest, testConnection } from './sources/test-connection.ts'
export { disconnectSource, updateSource } from './sources/update-source.ts'
export { openVersionBytes, storeUpload } from './transfer-bytes.ts'
