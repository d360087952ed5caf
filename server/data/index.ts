export { addDataset } from './add-dataset.ts'
export {
  completeIngestion,
  completeUnchanged,
  failIngestion,
  findUnchanged,
  startIngestion,
} from './complete-ingestion.ts'
export { completeDiff, failDiff, startDiff } from './diff/complete-diff.ts'
export { diffVersionsJob } from './diff/jobs.ts'
export { compareTwo, showDiff } from './diff/read-diff.ts'
export { validateVersionJob } from './expectations/jobs.ts'
export { showExpectations, showValidation, suggestSuite } from './expectations/read-expectations.ts'
export { type Override, overrideVersion, requireSound } from './expectations/require-sound.ts'
export { saveSuite } from './expectations/save-suite.ts'
export {
  completeValidation,
  failValidation,
  startValidation,
  validateVersion,
} from './expectations/validate-version.ts'
export { findDvcBytes, storeDvcObject } from './git-objects/push-dvc.ts'
export { findLfsObject, listPushedObjects, planLfsBatch, storeLfsObject } from './git-objects/push-lfs.ts'
export { readDvcName } from './git-objects/rules/dvc-name.ts'
export { ingestFileJob } from './jobs.ts'
export { completeLeaks, failLeaks, startLeaks } from './leaks/complete-leaks.ts'
export { findLeaksJob } from './leaks/jobs.ts'
export { columnLeaks, searchLeaks, showLeaks } from './leaks/read-leaks.ts'
export { describeBreak } from './messages.ts'
export { previewSourceJob } from './previews/jobs.ts'
export {
  completePreview,
  failPreview,
  previewSource,
  showSourcePreview,
  startPreview,
} from './previews/preview-source.ts'
export { browseRows } from './profile/browse-rows.ts'
export { completeProfile, completeRelations, failProfile, failRelations } from './profile/complete-profile.ts'
export { profileVersionJob, relateColumnsJob } from './profile/jobs.ts'
export { makeProfile, relateAgain } from './profile/make-again.ts'
export { profileDataset, showColumn, summariseProfile } from './profile/read-profile.ts'
export { zoomHistogram } from './profile/zoom-histogram.ts'
export {
  beginQuery,
  completeQuery,
  refuseQuery,
  saveQueryResult,
  settleQuery,
} from './queries/complete-query.ts'
export { runQueryJob } from './queries/jobs.ts'
export { cancelQuery, listOwnQueries, showQuery, startQuery } from './queries/run-queries.ts'
export {
  type DatasetVersion,
  listDatasets,
  showDataset,
  showIngestion,
  versionById,
  versionOf,
} from './read-datasets.ts'
export { type FrameColumns, readFrameColumns } from './read-frame-columns.ts'
export { listRecipes, recipeOf, recipeStepsById, sampleForRecipe, showRecipe } from './recipes/read-recipes.ts'
export { saveRecipe } from './recipes/save-recipe.ts'
export { reviewSchema } from './review-schema.ts'
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
export { cleanStorage, ensureCleaning } from './storage/clean-storage.ts'
export { deleteVersions, previewDeletion, restoreVersions } from './storage/delete-versions.ts'
export { cleanStorageJob } from './storage/jobs.ts'
export { showDatasetStorage, showProjectStorage } from './storage/read-storage.ts'
export { openVersionBytes, storeUpload } from './transfer-bytes.ts'
export { completeUpload, sweepUploads } from './uploads/complete-upload.ts'
export { abortUpload, beginUpload, showUpload, storeChunk } from './uploads/send-chunks.ts'
export { annotateVersion } from './versions/annotate-version.ts'
export { listVersionDetails } from './versions/list-versions.ts'
export { type NamedVersion, nameVersions } from './versions/name-versions.ts'
