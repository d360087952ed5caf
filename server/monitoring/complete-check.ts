import type { Tx } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { Verdict, VerdictCode, VerdictFacts } from './contract.ts'
import { driftDetected, verdictChanged } from './events.ts'
import { verdictSentence } from './messages.ts'
import type { MeasuredWindow } from './rules/plan-windows.ts'
import { type CheckRow, insertCheck, newestChecks, pruneChecks, type Report, saveWindows } from './store.ts'

/** Enough for a week of hourly checks that each had a new result. */
const CHECKS_KEPT = 200

export interface CheckResult {
  endpointId: string
  endpoint: string
  versionId: string
  verdict: Verdict
  code: VerdictCode
  facts: VerdictFacts
  report: Report
  /** Names of all windows that have rows, and the windows that this check measured. */
  months: { all: string[]; measured: MeasuredWindow[] }
  days: { all: string[]; measured: MeasuredWindow[] }
}

interface OfJob {
  id: string
  createdBy: string
}

/** Stores the result of a check in the transaction that ends its job; records events for a changed verdict and for drifted columns. */
export async function completeCheck(c: Change, scope: ProjectScope, job: OfJob, result: CheckResult): Promise<void> {
  const { endpointId, endpoint, verdict, code, facts, report } = result
  const [before] = await newestChecks(c.tx, scope, [endpointId], ['succeeded'])
  await saveWindows(c.tx, scope, endpointId, 'month', result.months.all, result.months.measured)
  await saveWindows(c.tx, scope, endpointId, 'day', result.days.all, result.days.measured)
  await insertCheck(c.tx, {
    projectId: scope.projectId,
    endpointId,
    versionId: result.versionId,
    state: 'succeeded',
    verdict,
    code,
    facts,
    report,
    jobId: job.id,
    createdBy: job.createdBy,
  })
  await pruneChecks(c.tx, scope, endpointId, CHECKS_KEPT)
  const about = {
    projectId: scope.projectId,
    subject: { kind: 'endpoint', id: endpointId },
    reason: verdictSentence(code, facts),
  } as const
  const checked = { endpoint, model: report.model, version: report.version }
  if (before?.verdict !== verdict) {
    const from = (before?.verdict ?? null) as Verdict | null
    await c.record({ ...about, event: verdictChanged, payload: { ...checked, from, to: verdict } })
  }
  const drifted = newlyDrifted(before, report)
  if (drifted.length > 0) await c.record({ ...about, event: driftDetected, payload: { ...checked, columns: drifted } })
  c.wakeAfter({ topic: 'monitor', projectId: scope.projectId, id: endpointId })
}

function newlyDrifted(before: CheckRow | undefined, report: Report): string[] {
  const known = new Set(
    before?.report?.version === report.version ? before.report.columns.filter(c => c.drifted).map(c => c.name) : [],
  )
  return report.columns.filter(c => c.drifted && !known.has(c.name)).map(c => c.name)
}

/** Stores the reason of a failed check; does nothing if the check will be retried. */
export async function failCheck(
  tx: Tx,
  job: OfJob & { projectId: string; subjectId: string },
  settlement: { state: 'queued' | 'failed' | 'cancelled'; reason: string },
): Promise<void> {
  if (settlement.state === 'queued') return
  await insertCheck(tx, {
    projectId: job.projectId,
    endpointId: job.subjectId,
    state: settlement.state,
    reason: settlement.reason,
    jobId: job.id,
    createdBy: job.createdBy,
  })
}
