import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findSchedule } from '#server/platform/schedules.ts'
import type { ConnectionSummary, SourceSummary } from './contract.ts'
import { describeAddress, shownAddress, shownReading } from './rules/describe-address.ts'
import { datasetsByConnection, findConnection, findConnections, findLastIngestion, findSource } from './store.ts'
import { scheduleName } from './update-source.ts'

/** Lists connections with the names of their secrets, never the values. */
export async function listConnections(kernel: Kernel, caller: Caller): Promise<{ items: ConnectionSummary[] }> {
  await authorize(kernel, caller, 'data:read')
  const [rows, used] = await Promise.all([
    findConnections(kernel.db, caller.scope),
    datasetsByConnection(kernel.db, caller.scope),
  ])
  return {
    items: rows.map(row => ({
      name: row.name,
      kind: row.kind,
      address: shownAddress(row.address),
      secrets: row.secretNames,
      words: describeAddress(row.address),
      test: {
        state: row.testState as ConnectionSummary['test']['state'],
        sentence: row.testSentence,
        at: row.testedAt?.toISOString() ?? null,
      },
      usedBy: used.get(row.id) ?? [],
      createdAt: row.createdAt.toISOString(),
    })),
  }
}

/** Returns the source of a dataset; null: its rows come from files. */
export async function showSource(
  kernel: Kernel,
  caller: Caller,
  input: { dataset: string },
): Promise<{ source: SourceSummary | null }> {
  await authorize(kernel, caller, 'data:read')
  const source = await findSource(kernel.db, caller.scope, input)
  if (!source) return { source: null }
  const [connection, schedule, last] = await Promise.all([
    source.connectionId ? findConnection(kernel.db, caller.scope, { id: source.connectionId }) : undefined,
    findSchedule(kernel.db, caller.scope, scheduleName(source)),
    source.lastIngestionId ? findLastIngestion(kernel.db, caller.scope, source.lastIngestionId) : undefined,
  ])
  return {
    source: {
      dataset: source.datasetName,
      kind: source.kind,
      connection: connection?.name ?? null,
      words: describeAddress(source.address ?? connection!.address, source.reading),
      reading: shownReading(source.reading),
      secrets: connection?.secretNames ?? source.secretNames,
      append: source.append,
      schedule: schedule
        ? {
            cron: schedule.cron,
            zone: schedule.zone,
            paused: !schedule.enabled,
            nextAt: schedule.enabled ? (schedule.nextAt?.toISOString() ?? null) : null,
            lastAt: schedule.lastAt?.toISOString() ?? null,
          }
        : null,
      last: last
        ? {
            ingestion: last.ingestion.id,
            state: last.ingestion.state,
            reason: last.ingestion.reason,
            created: last.ingestion.created,
            version: last.number,
            at: (last.ingestion.endedAt ?? last.ingestion.createdAt).toISOString(),
          }
        : null,
    },
  }
}
