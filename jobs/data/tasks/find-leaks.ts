import { withDuckDb } from '#server/adapters/duckdb.ts'
import { type LeakFinding, type LeakScan, scanLeaks } from '#server/data/index.ts'
import { defineTask } from '../task.ts'

export const findLeaksTask = defineTask<{ scan: LeakScan; folder: string }, LeakFinding[]>({
  name: 'find-leaks',
  run: ({ scan, folder }, { signal, progress }) =>
    withDuckDb({ files: [scan.path], limits: { temporaryFolder: folder }, signal }, db =>
      scanLeaks(db, scan, progress),
    ),
})
