import type { Handle } from '#db/client.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { LeakScanResult } from '#tables/leaks/contract.ts'
import type { LeakScan } from '#tables/leaks/scan-leaks.ts'
import { leaksFound } from '../events.ts'
import { versionById } from '../read-datasets.ts'
import type { LeakSplit } from './contract.ts'
import { SEED } from './queue-for-target.ts'
import { findLeaksById, updateLeaks } from './store.ts'

/** Loads what a worker needs; roles and types are the current ones. */
export async function startLeaks(
  kernel: Kernel,
  scope: ProjectScope,
  leaksId: string,
  jobId: string,
): Promise<{ versionId: string; scan: LeakScan }> {
  const row = await findLeaksById(kernel.db, scope, leaksId)
  if (!row) throw new AppError('not_found', 'This search for leaks was deleted.')
  await updateLeaks(kernel.db, scope.projectId, leaksId, { state: 'running' }, jobId)
  const version = await versionById(kernel, scope, row.versionId)
  const path = await kernel.blobs.pathOf(version.digest)
  const split = row.split as LeakSplit
  const scan = { path, schema: version.schema, target: row.target, rows: version.rows, split, seed: SEED }
  return { versionId: version.id, scan: { ...scan, depth: 'all' } }
}

export async function completeLeaks(
  c: Change,
  scope: ProjectScope,
  leaksId: string,
  jobId: string,
  versionId: string,
  { findings, evidence }: LeakScanResult,
): Promise<void> {
  const set = { state: 'succeeded', reason: null, findings: { v: 1, items: findings, evidence }, endedAt: nowDate() }
  await updateLeaks(c.tx, scope.projectId, leaksId, set, jobId)
  await c.record({
    projectId: scope.projectId,
    event: leaksFound,
    subject: { kind: 'dataset-version', id: versionId },
    payload: {
      ...(evidence.unscored === 'few-rows' ? { judged: false } : {}),
      findings: findings.length,
      blocking: findings.filter(f => f.severity === 'block').length,
    },
  })
}

/** Fails a search in the transaction that settles its job. */
export async function failLeaks(
  tx: Handle,
  projectId: string,
  leaksId: string,
  jobId: string,
  state: 'queued' | 'failed' | 'cancelled',
  reason: string,
): Promise<void> {
  const set = state === 'queued' ? { state } : { state: 'failed', reason, endedAt: nowDate() }
  await updateLeaks(tx, projectId, leaksId, set, jobId)
}
