import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { requireReadStatement } from '#tables/query/read-statement.ts'
import { versionOf } from '../read-datasets.ts'
import { translateTableErrors } from '../translate-table-errors.ts'
import { QUERY_LIMITS, type QueryAnswer, type QueryState, type QuerySummary, type StartQueryInput } from './contract.ts'
import { runQueryJob } from './jobs.ts'
import {
  countOpen,
  deleteOldQueries,
  findQuery,
  insertQuery,
  listQueries,
  type QueryRow,
  updateQuery,
} from './store.ts'

const HOUR = 3_600_000

/** Starts a query over one version. The result is kept for a day; with `saveAs` it becomes the next version of that dataset. */
export async function startQuery(kernel: Kernel, caller: Caller, input: StartQueryInput): Promise<{ id: string }> {
  await authorize(kernel, caller, input.saveAs === undefined ? 'data:read' : 'data:write')
  await translateTableErrors(() => requireReadStatement(input.sql))
  const { scope } = caller
  const version = await versionOf(kernel, scope, input.dataset)
  return change(kernel, caller.actor, async c => {
    await deleteOldQueries(c.tx, new Date(kernel.clock.now() - QUERY_LIMITS.keptHours * HOUR))
    if ((await countOpen(c.tx, scope, actorKey(caller.actor))) >= QUERY_LIMITS.openPerAuthor)
      throw new AppError('too_many_requests', `${QUERY_LIMITS.openPerAuthor} of your queries have not ended yet.`, {
        hint: 'Wait for one, or cancel it.',
        retryAfterSeconds: 5,
      })
    const row = await insertQuery(c.tx, scope, {
      versionId: version.id,
      sql: input.sql,
      saveAs: input.saveAs ?? null,
      state: 'queued',
      createdBy: actorKey(caller.actor),
    })
    const job = await c.enqueue(runQueryJob, {
      projectId: scope.projectId,
      title: `${input.saveAs ? `Make ${input.saveAs} by a query` : 'Query'} over ${version.datasetName} v${version.number}`,
      subject: { kind: 'data-query', id: row.id },
      payload: { v: 1, queryId: row.id },
    })
    await updateQuery(c.tx, scope.projectId, row.id, { jobId: job.id })
    await c.record({
      projectId: scope.projectId,
      subject: { kind: 'dataset-version', id: version.id },
      audit: { action: 'data.run-query', details: { sql: input.sql.slice(0, 2000), saveAs: input.saveAs } },
    })
    return { id: row.id }
  })
}

const summary = (row: QueryRow): QuerySummary => ({
  id: row.id,
  dataset: row.dataset,
  version: row.version,
  sql: row.sql,
  saveAs: row.saveAs,
  state: row.state as QueryState,
  reason: row.reason,
  hint: row.hint,
  line: row.atLine,
  column: row.atColumn,
  rowCount: row.rowCount,
  truncated: row.truncated,
  milliseconds: row.milliseconds,
  ingestion: row.ingestionId,
  createdAt: row.createdAt.toISOString(),
})

async function ownQuery(kernel: Kernel, caller: Caller, id: string) {
  const row = await findQuery(kernel.db, caller.scope, id, actorKey(caller.actor))
  if (!row)
    throw new AppError('not_found', 'You have no query with this id in this project.', {
      hint: 'Results are kept for a day; run the query again.',
    })
  return row
}

/** Returns a query of the caller with its result so far. */
export async function showQuery(kernel: Kernel, caller: Caller, id: string): Promise<QueryAnswer> {
  await authorize(kernel, caller, 'data:read')
  const row = await ownQuery(kernel, caller, id)
  return { ...summary(row), columns: row.result?.columns ?? [], rows: row.result?.rows ?? [] }
}

/** Lists the caller's queries over a dataset of the last day, newest first. */
export async function listOwnQueries(kernel: Kernel, caller: Caller, dataset: string): Promise<QuerySummary[]> {
  await authorize(kernel, caller, 'data:read')
  return (await listQueries(kernel.db, caller.scope, actorKey(caller.actor), dataset)).map(summary)
}

/** Cancels a query of the caller. */
export async function cancelQuery(kernel: Kernel, caller: Caller, id: string): Promise<QuerySummary> {
  await authorize(kernel, caller, 'data:read')
  const row = await ownQuery(kernel, caller, id)
  await change(kernel, caller.actor, async c => {
    const asked = row.jobId ? await c.cancelJob(caller.scope, row.jobId) : undefined
    if (!asked)
      throw new AppError('conflict', 'The query has already ended.', { hint: 'There is nothing left to cancel.' })
    await c.record({
      projectId: caller.scope.projectId,
      subject: { kind: 'data-query', id: row.id },
      audit: { action: 'data.cancel-query' },
    })
  })
  return summary(row)
}
