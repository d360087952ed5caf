import { withDuckDb } from '../duckdb.ts'
import type { WorkReport } from '../report.ts'
import { compareVersions, type DiffWork } from './compare-versions.ts'
import type { DiffResult } from './contract.ts'

/** Compares two Parquet files. `folder`: DuckDB's spill directory. */
export const compareFiles = (
  { work, folder }: { work: DiffWork; folder: string },
  { signal, progress }: WorkReport,
): Promise<DiffResult> =>
  withDuckDb({ files: [work.before.path, work.after.path], limits: { temporaryFolder: folder }, signal }, db =>
    compareVersions(db, work, progress),
  )
