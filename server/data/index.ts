export { addDataset } from './add-dataset.ts'
export { completeIngestion, failIngestion, startIngestion } from './complete-ingestion.ts'
export { completeProfile, failProfile } from './complete-profile.ts'
export { findDvcBytes, storeDvcObject } from './git-objects/push-dvc.ts'
export { findLfsObject, listPushedObjects, planLfsBatch, storeLfsObject } from './git-objects/push-lfs.ts'
export { readDvcName } from './git-objects/rules/dvc-name.ts'
export { ingestFileJob, profileVersionJob } from './jobs.ts'
export { previewRows } from './preview-rows.ts'
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
export { reviewSchema } from './review-schema.ts'
export { type ColumnFacts, guessTime, inferColumn, warnAbout } from './rules/infer-column.ts'
export { openVersionBytes, storeUpload } from './transfer-bytes.ts'
export { listRecipes, recipeOf, recipeStepsById, sampleForRecipe, showRecipe } from './recipes/read-recipes.ts'
export { saveRecipe } from './recipes/save-recipe.ts'
