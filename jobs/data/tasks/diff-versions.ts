import { withDuckDb } from '#server/adapters/duckdb.ts'
import { compareVersions, type DiffResult, type DiffWork } from '#server/data/index.ts'
import { defineTask } from '../task.ts'

export const diffVersionsTask = defineTask<{ work: DiffWork; folder: string }, DiffResult>({
  name: 'diff-versions',
  run: ({ work, folder }, { signal, progress }) =>
    withDuckDb({ files: [work.before.path, work.after.path], limits: { temporaryFolder: folder }, signal }, db =>
      compareVersions(db, work, progress),
    ),
})
