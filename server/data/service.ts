/** The door for other domains, workers and the inference server: no caller, no authorization. */
export {
  completeIngestion,
  completeUnchanged,
  failIngestion,
  findUnchanged,
  startIngestion,
} from './complete-ingestion.ts'
export { completeDiff, failDiff, startDiff } from './diff/complete-diff.ts'
export { diffVersionsJob } from './diff/jobs.ts'
export { validateVersionJob } from './expectations/jobs.ts'
export { type Override, requireUsableVersion } from './expectations/require-usable-version.ts'
export { completeValidation, failValidation, startValidation } from './expectations/validate-version.ts'
export { ingestFileJob } from './jobs.ts'
export { completeLeaks, failLeaks, startLeaks } from './leaks/complete-leaks.ts'
export { findLeaksJob } from './leaks/jobs.ts'
export { columnLeaks } from './leaks/read-leaks.ts'
export { describeBreak } from './messages.ts'
export {
  beginPredictions,
  openPredictions,
  type PredictionsResult,
  setPredictionsJob,
  submitPredictions,
} from './predictions/add-predictions.ts'
export { previewSourceJob } from './previews/jobs.ts'
export { completePreview, failPreview, startPreview } from './previews/preview-source.ts'
export { completeProfile, completeRelations, failProfile, failRelations } from './profile/complete-profile.ts'
export { profileVersionJob, relateColumnsJob } from './profile/jobs.ts'
export { beginQuery, completeQuery, refuseQuery, saveQueryResult, settleQuery } from './queries/complete-query.ts'
export { runQueryJob } from './queries/jobs.ts'
export { type DatasetVersion, versionById, versionOf } from './read-datasets.ts'
export { recipeOf, recipeStepsById } from './recipes/read-recipes.ts'
export { refreshSourceJob, testConnectionJob } from './sources/jobs.ts'
export { openConnection, openSource } from './sources/open-source.ts'
export { auditRefusal } from './sources/require-reachable.ts'
export { describeAddress } from './sources/rules/describe-address.ts'
export { requireGoodHeaders } from './sources/rules/require-possible.ts'
export { startScheduledRefresh } from './sources/start-refresh.ts'
export { completeTest, failTest } from './sources/test-connection.ts'
export { cleanStorage, ensureCleaning } from './storage/clean-storage.ts'
export { cleanStorageJob } from './storage/jobs.ts'
export { requireRoom } from './storage/quota.ts'
export { nameDataSubjects } from './subjects/store.ts'
export { countTargetCells } from './tables/count-target-cells.ts'
export { type NamedVersion, nameVersions } from './versions/name-versions.ts'
