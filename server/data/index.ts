export { addDataset } from './add-dataset.ts'
export { completeIngestion, failIngestion, startIngestion } from './complete-ingestion.ts'
export { completeProfile, failProfile } from './complete-profile.ts'
export { ingestFileJob, profileVersionJob } from './jobs.ts'
export {
  type DatasetVersion,
  listDatasets,
  showDataset,
  showIngestion,
  versionById,
  versionOf,
} from './read-datasets.ts'
export { reviewSchema } from './review-schema.ts'
export { type ColumnFacts, inferColumn, warnAbout } from './rules/infer-column.ts'
