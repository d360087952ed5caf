import { consumers } from './consumers.ts'
import { cleanStorageHandler } from './data/clean-storage.ts'
import { diffVersions } from './data/diff-versions.ts'
import { findLeaks } from './data/find-leaks.ts'
import { ingestFile } from './data/ingest-file.ts'
import { previewSource } from './data/preview-source.ts'
import { profileVersion } from './data/profile-version.ts'
import { refreshSource } from './data/refresh-source.ts'
import { relateColumns } from './data/relate-columns.ts'
import { runQuery } from './data/run-query.ts'
import { testConnection } from './data/test-connection.ts'
import { validateVersion } from './data/validate-version.ts'
import { evaluateRun } from './evaluation/evaluate-run.ts'
import type { JobHandler } from './handler.ts'
import { checkEndpoint } from './monitoring/check-endpoint.ts'
import { deliverTo } from './runtime/deliver-event.ts'
import { predictDataset } from './serving/predict-dataset.ts'
import { trainRun } from './training/train-run.ts'

/** The jobs that workers of this version can run, one line each. */
// biome-ignore lint/suspicious/noExplicitAny: handlers of different payloads in one list; each checks its own payload
export const handlers: JobHandler<any>[] = [
  ingestFile,
  previewSource,
  refreshSource,
  testConnection,
  profileVersion,
  relateColumns,
  runQuery,
  findLeaks,
  diffVersions,
  validateVersion,
  cleanStorageHandler,
  trainRun,
  checkEndpoint,
  evaluateRun,
  predictDataset,
  ...consumers.map(deliverTo),
]
