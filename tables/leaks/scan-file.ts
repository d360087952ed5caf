import { type DuckDbLimits, withDuckDb } from '../duckdb.ts'
import type { WorkReport } from '../report.ts'
import type { LeakScanResult } from './contract.ts'
import { type LeakScan, scanLeaks } from './scan-leaks.ts'

/** Searches a Parquet file for target leakage. `folder`: DuckDB's spill directory. */
export const scanFile = (
  { scan, folder, limits }: { scan: LeakScan; folder?: string; limits?: DuckDbLimits },
  { signal, progress }: WorkReport,
): Promise<LeakScanResult> =>
  withDuckDb({ files: [scan.path], limits: { ...limits, temporaryFolder: folder }, signal }, db =>
    scanLeaks(db, scan, progress),
  )
